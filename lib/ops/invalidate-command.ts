import { audited } from '../cache/audit-events'
import { TAG_OF_ALL_NAMES, tagsOfUser } from '../cache/clerk-cache'
import { invalidateTags } from '../cache/lookups'
import { tagOfTokens } from '../cache/token-cache'
import { tagOfIntegrations } from '../integrations/cache'
import { type Command, EXIT, oneUser, readFlags } from './command'

export const invalidateCommand: Command = {
  summary: 'forgets a user, where every name leads, their tokens and integrations, everywhere',
  usage: '<user>',
  async run(argv, { out }) {
    const { words, json } = readFlags(argv, [])
    const id = oneUser(words)
    const tags = [...tagsOfUser(id), TAG_OF_ALL_NAMES, tagOfTokens(id), tagOfIntegrations(id)]
    await audited({ action: 'cache.invalidate', actor: 'ops', subject: id }, () => invalidateTags(tags))
    out(json ? `${JSON.stringify({ user: id, invalidated: true })}\n` : `${id} is forgotten.\n`)
    return EXIT.done
  },
}
