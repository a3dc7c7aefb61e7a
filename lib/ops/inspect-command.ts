import { CACHED_USER_VERSION } from '../cache/cached-user'
import { tagsOfUser, userById } from '../cache/clerk-cache'
import { guardsOf } from '../cache/guards'
import { env } from '../env'
import { fenceKey, guardKey } from '../lookup/keys'
import { redis } from '../redis'
import { type Command, columns, EXIT, oneUser, readFlags } from './command'

/** Seconds a key has left; null when it is not there. */
async function secondsLeft(key: string): Promise<number | null> {
  const ms = await redis().insist('pttl', (client) => client.pttl(key))
  return ms === -2 ? null : Math.round(ms / 1000)
}

/** What the cache knows of a user: never a value. */
async function inspect(id: string) {
  const namespace = env().CACHE_NAMESPACE
  const [fence = ''] = tagsOfUser(id).map((tag) => fenceKey(namespace, tag))
  const [guard = ''] = guardsOf(id).map((name) => guardKey(namespace, name))
  const entry = `${namespace}:e:user.${CACHED_USER_VERSION}:${id}`
  const state = `${namespace}:s:user.${CACHED_USER_VERSION}:${id}`
  const [value, entrySeconds, freshSeconds, fenceSeconds, revokedSeconds] = await Promise.all([
    userById.peek(id),
    ...[entry, state, fence, guard].map(secondsLeft),
  ])
  return {
    user: id,
    answer: value === undefined ? 'not cached' : value === null ? 'cached: there is no such user' : 'cached',
    updatedAt: value?.updatedAt ?? null,
    entrySeconds,
    freshSeconds,
    fenceSeconds,
    revokedSeconds,
  }
}

const seconds = (left: number | null | undefined, otherwise: string) =>
  typeof left === 'number' ? `${left} s` : otherwise

export const inspectCommand: Command = {
  summary: 'what Redis holds of a user: whether, how fresh, whether revoked; never a value',
  usage: '<user>',
  async run(argv, { out }) {
    const { words, json } = readFlags(argv, [])
    const found = await inspect(oneUser(words))
    if (json) out(`${JSON.stringify(found)}\n`)
    else
      out(
        columns([
          ['the next read', found.answer],
          [
            'changed at Clerk',
            found.updatedAt === null ? 'unknown' : new Date(found.updatedAt).toISOString(),
          ],
          ['entry kept for', seconds(found.entrySeconds, 'no entry')],
          ['fresh for', seconds(found.freshSeconds, 'not fresh: the next read refreshes it')],
          ['fence', seconds(found.fenceSeconds, 'none: nothing loaded before counts')],
          ['revoked for', seconds(found.revokedSeconds, 'not revoked')],
        ]),
      )
    return EXIT.done
  },
}
