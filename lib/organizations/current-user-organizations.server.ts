import 'server-only'
import { requireUser } from '../auth/roles.server'
import { getCachedMembershipsOfUser, getCachedMembersOfOrganization } from '../cache/organization-cache'
import { requireOrganizationMember } from './roles.server'

/** Clerk's permission to see who else is in an organization. A role can be without it. */
const READS_MEMBERS = 'org:sys_memberships:read'

/** The memberships of the signed-in user, each with its organization. @throws AuthError; ClerkError */
export const currentUserOrganizations = async () => getCachedMembershipsOfUser((await requireUser()).id)

/**
 * An organization of the signed-in user with its members, by its slug or, where it has none, its ID. Null if it is none of theirs,
 * whether or not it exists: it is looked for among their own, so that guessed slugs cost Clerk nothing. `members` is null where
 * their role may not see them.
 * @throws AuthError; ClerkError
 */
export async function currentUserOrganization(slugOrId: string) {
  const found = (await currentUserOrganizations()).find(
    ({ organization: { slug, id } }) => (slug ?? id) === slugOrId,
  )
  if (!found) return null
  // The list is for showing. This decides.
  const { role, permissions } = await requireOrganizationMember(found.organizationId)
  return {
    organization: found.organization,
    role,
    members: permissions.includes(READS_MEMBERS)
      ? await getCachedMembersOfOrganization(found.organizationId)
      : null,
  }
}
