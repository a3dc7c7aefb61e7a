import { audited } from '../cache/audit-events'
import { invalidateUserCache } from '../cache/clerk-cache-utils'
import { type Command, EXIT, oneUser, readFlags } from './command'

export const invalidateCommand: Command = {
  summary: 'forgets a user, where every name leads, their tokens and integrations, everywhere',
  usage: '<user>',
  async run(argv, { out }) {
    const { words, json } = readFlags(argv, [])
    const id = oneUser(words)
    await audited({ action: 'cache.invalidate', actor: 'ops', subject: id }, () => invalidateUserCache(id))
    out(json ? `${JSON.stringify({ user: id, invalidated: true })}\n` : `${id} is forgotten.\n`)
    return EXIT.done
  },
}
