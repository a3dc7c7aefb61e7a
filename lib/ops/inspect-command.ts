import { inspectUser } from '../cache/inspect-user'
import { type Command, columns, EXIT, oneUser, readFlags } from './command'

/** The state of a user's cache entry, without its value. */
async function inspect(id: string) {
  const { value, entrySeconds, freshSeconds, tagVersionSeconds, revokedSeconds } = await inspectUser(id)
  return {
    user: id,
    answer:
      value === undefined ? 'not cached' : value === null ? 'cached: the user does not exist' : 'cached',
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
  summary:
    'shows whether a user is cached, how fresh the entry is, and whether the user is revoked; never a value',
  usage: '<user>',
  async run(argv, { out }) {
    const { words, json } = readFlags(argv, [], { words: 1 })
    const found = await inspect(oneUser(words))
    if (json) out(`${JSON.stringify(found)}\n`)
    else
      out(
        columns([
          ['state', found.answer],
          [
            'changed at Clerk',
            found.updatedAt === null ? 'unknown' : new Date(found.updatedAt).toISOString(),
          ],
          ['entry kept for', seconds(found.entrySeconds, 'no entry')],
          ['fresh for', seconds(found.freshSeconds, 'not fresh; the next read refreshes it')],
          [
            'tag version kept for',
            seconds(found.tagVersionSeconds, 'none; entries loaded earlier are invalid'),
          ],
          ['revoked for', seconds(found.revokedSeconds, 'not revoked')],
        ]),
      )
    return EXIT.done
  },
}
