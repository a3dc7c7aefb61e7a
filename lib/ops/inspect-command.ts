import { inspectUser } from '../cache/inspect-user'
import { type Command, columns, EXIT, oneUser, readFlags } from './command'

/** What the cache knows of a user: never a value. */
async function inspect(id: string) {
  const { value, entrySeconds, freshSeconds, tagVersionSeconds, revokedSeconds } = await inspectUser(id)
  return {
    user: id,
    answer: value === undefined ? 'not cached' : value === null ? 'cached: there is no such user' : 'cached',
    updatedAt: value?.updatedAt ?? null,
    entrySeconds,
    freshSeconds,
    tagVersionSeconds,
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
          ['fence', seconds(found.tagVersionSeconds, 'none: nothing loaded before counts')],
          ['revoked for', seconds(found.revokedSeconds, 'not revoked')],
        ]),
      )
    return EXIT.done
  },
}
