import { audited } from '../cache/audit-events'
import { removeMembershipsOf } from '../cache/organization-cache'
import { removeUser } from '../cache/revocations'
import { type Command, columns, EXIT, oneUser, readFlags } from './command'

/** How many entries of each lookup. */
function countsOf(lookups: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of lookups.toSorted()) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

export const forgetCommand: Command = {
  summary: 'removes everything that Redis holds of a user, and says what; the audit trail keeps the ID',
  usage: '<user>',
  async run(argv, { out }) {
    const { words, json } = readFlags(argv, [], { words: 1 })
    const id = oneUser(words)
    const record = { action: 'cache.remove', actor: 'ops', subject: id }
    const removed = countsOf(
      await audited(record, async () => {
        await removeMembershipsOf(id)
        return removeUser(id)
      }),
    )
    if (json) out(`${JSON.stringify({ user: id, removed })}\n`)
    else {
      const rows = Object.entries(removed).map(([name, count]) => [`  ${name}`, String(count)])
      out(
        rows.length === 0
          ? `Redis holds nothing of ${id}.\n`
          : `Removed of ${id}, by lookup:\n${columns(rows)}`,
      )
      out('If the user exists at Clerk, the next read caches them again.\n')
    }
    return EXIT.done
  },
}
