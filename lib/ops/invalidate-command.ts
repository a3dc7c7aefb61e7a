import { audited } from '../access'
import { tagsOfUser, userById } from '../cache/clerk-cache'
import { invalidateTags } from '../cache/lookups'
import { tagOfTokens } from '../cache/token-cache'
import { namesOf } from '../cache/user-writes'
import { tagOfIntegrations } from '../integrations/cache'
import { type Command, EXIT, oneUser, readFlags } from './command'

export const invalidateCommand: Command = {
  summary: 'forgets a user, the names that are known of them, their tokens and integrations, everywhere',
  usage: '<user>',
  async run(argv, { out }) {
    const { words, json } = readFlags(argv, [])
    const id = oneUser(words)
    const tags = [...tagsOfUser(id, namesOf(await userById.peek(id))), tagOfTokens(id), tagOfIntegrations(id)]
    await audited({ action: 'cache.invalidate', actor: 'ops', subject: id }, () => invalidateTags(tags))
    out(json ? `${JSON.stringify({ user: id, invalidated: true })}\n` : `${id} is forgotten.\n`)
    return EXIT.done
  },
}
