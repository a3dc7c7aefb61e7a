import { audited } from '../cache/audit-events'
import { invalidateUserCache } from '../cache/clerk-cache-utils'
import { type Command, EXIT, oneUser, readFlags } from './command'

export const invalidateCommand: Command = {
  summary:
    'invalidates everything that is cached about a user: the user, the lookups by name, tokens, integrations',
  usage: '<user>',
  async run(argv, { out }) {
    const { words, json } = readFlags(argv, [], { words: 1 })
    const id = oneUser(words)
    await audited({ action: 'cache.invalidate', actor: 'ops', subject: id }, () => invalidateUserCache(id))
    out(
      json
        ? `${JSON.stringify({ user: id, invalidated: true })}\n`
        : `Invalidated ${id}. The next read loads the user from Clerk.\n`,
    )
    return EXIT.done
  },
}
