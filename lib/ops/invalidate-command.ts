import { audited } from '../cache/audit-events'
import { invalidateUserCache } from '../cache/clerk-cache-utils'
import { invalidateMembershipsOfUser, removeOrganization } from '../cache/organization-cache'
import { type Command, EXIT, readFlags, userOrOrganization } from './command'

export const invalidateCommand: Command = {
  summary:
    'invalidates everything cached about a user (the user, names, tokens, integrations, memberships) or an organization',
  usage: '<user or organization>',
  async run(argv, { out }) {
    const { words, json } = readFlags(argv, [], { words: 1 })
    const { id, isOrganization } = userOrOrganization(words)
    await audited({ action: 'cache.invalidate', actor: 'ops', subject: id }, async () => {
      if (isOrganization) return removeOrganization(id)
      await Promise.all([invalidateUserCache(id), invalidateMembershipsOfUser(id)])
    })
    const [what, them] = isOrganization ? ['organization', 'it'] : ['user', 'them']
    out(
      json
        ? `${JSON.stringify({ [what]: id, invalidated: true })}\n`
        : `Invalidated ${id}. If the ${what} exists at Clerk, the next read loads ${them}.\n`,
    )
    return EXIT.done
  },
}
