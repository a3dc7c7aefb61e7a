import { cacheSettings, namespace, redis } from '../config'
import { markerKey, tagVersionKey } from '../lookup/slot'
import { CACHED_USER_VERSION } from './cached-user'
import { userById } from './clerk-cache'
import { revocationMarkersOf } from './revocations'
import { tagOfUser } from './tags'

const seconds = (ms: number) => (ms < 0 ? null : Math.round(ms / 1000))

/** The highest age of an entry in seconds. It may be younger, because a TTL is shortened by up to 10 % at random. */
function highestAge(hardSeconds: number | null): number | null {
  const ttl = cacheSettings().CACHE_USER_TTL
  return hardSeconds === null || ttl === 'adaptive' ? null : Math.max(0, ttl - hardSeconds)
}

/**
 * What Redis has of a user: the value that the next read returns, and the size and the remaining lifetimes of its keys.
 * Seconds and bytes; null for a key that does not exist. Two requests.
 * @throws RedisError
 */
export async function inspectUser(id: string) {
  const key = (kind: string) => `${namespace()}:${kind}:user.${CACHED_USER_VERSION}:${id}`
  const [marker = ''] = revocationMarkersOf(id)
  const [value, [entry, state, hard, tagVersion, revoked, bytes]] = await Promise.all([
    userById.peek(id),
    redis().insist('inspect', (client) =>
      Promise.all([
        client.pttl(key('e')),
        client.pttl(key('s')),
        client.pttl(key('h')),
        client.pttl(tagVersionKey(namespace(), tagOfUser(id))),
        client.pttl(markerKey(namespace(), marker)),
        client.strlen(key('e')),
      ]),
    ),
  ])
  return {
    value,
    version: CACHED_USER_VERSION,
    bytes,
    entrySeconds: seconds(entry),
    freshSeconds: seconds(state),
    hardSeconds: seconds(hard),
    tagVersionSeconds: seconds(tagVersion),
    revokedSeconds: seconds(revoked),
    oldestAge: highestAge(seconds(hard)),
  }
}

export type UserEntry = Awaited<ReturnType<typeof inspectUser>>
