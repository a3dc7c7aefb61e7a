import { cacheSettings, namespace, redis } from '../config'
import { markerKey, tagVersionKey } from '../lookup/slot'
import { CACHED_USER_VERSION } from './cached-user'
import { tagsOfUser, userById } from './clerk-cache'
import { revocationMarkersOf } from './revocations'

const left = (ms: number) => (ms < 0 ? null : Math.round(ms / 1000))

/** The most seconds an entry is old: lifetimes carry up to 10 % jitter, downwards. */
function oldestAge(hardSeconds: number | null): number | null {
  const ttl = cacheSettings().CACHE_USER_TTL
  return hardSeconds === null || ttl === 'adaptive' ? null : Math.max(0, ttl - hardSeconds)
}

/**
 * What Redis holds of a user: the value that the next read would be given, and how old, how long and how large its entry
 * is. Seconds and bytes; null for what is not there. Two requests.
 * @throws RedisError
 */
export async function inspectUser(id: string) {
  const key = (kind: string) => `${namespace()}:${kind}:user.${CACHED_USER_VERSION}:${id}`
  const [fence = ''] = tagsOfUser(id).map((tag) => tagVersionKey(namespace(), tag))
  const [guard = ''] = revocationMarkersOf(id).map((name) => markerKey(namespace(), name))
  const [value, [entry, state, hard, fenced, guarded, bytes]] = await Promise.all([
    userById.peek(id),
    redis().insist('inspect', (client) =>
      Promise.all([
        client.pttl(key('e')),
        client.pttl(key('s')),
        client.pttl(key('h')),
        client.pttl(fence),
        client.pttl(guard),
        client.strlen(key('e')),
      ]),
    ),
  ])
  return {
    value,
    version: CACHED_USER_VERSION,
    bytes,
    entrySeconds: left(entry),
    freshSeconds: left(state),
    hardSeconds: left(hard),
    fenceSeconds: left(fenced),
    revokedSeconds: left(guarded),
    oldestAge: oldestAge(left(hard)),
  }
}

export type UserEntry = Awaited<ReturnType<typeof inspectUser>>
