import { inspectUser } from '../cache/inspect-user'
import { organizationById } from '../cache/organization-lookups'
import { inspect } from '../lookup/inspect'
import { type Command, columns, EXIT, readFlags, userOrOrganization } from './command'

/** The state of the cache entry of a user or an organization, without its value. */
async function inspectEither({ id, isOrganization }: { id: string; isOrganization: boolean }) {
  const what = isOrganization ? 'organization' : 'user'
  const { value, entrySeconds, freshSeconds, tagVersionSeconds, revokedSeconds } = await (isOrganization
    ? inspect(organizationById, id)
    : inspectUser(id))
  return {
    [what]: id,
    answer:
      value === undefined ? 'not cached' : value === null ? `cached: the ${what} does not exist` : 'cached',
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
    'shows whether a user or organization is cached, how fresh the entry is, and whether a user is revoked; never a value',
  usage: '<user or organization>',
  async run(argv, { out }) {
    const { words, json } = readFlags(argv, [], { words: 1 })
    const found = await inspectEither(userOrOrganization(words))
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
