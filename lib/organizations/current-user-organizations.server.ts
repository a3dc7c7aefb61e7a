import 'server-only'
import { requireUser } from '../auth/roles.server'
import {
  countMembers,
  getCachedMembershipsOfUser,
  getCachedMembersOfOrganization,
} from '../cache/organization-cache'
import { refuseOverLimit } from '../http/rate-limit'
import { requireOrganizationMember } from './roles.server'

/** Members on one page. */
export const PER_PAGE = 50

/** What one user can look at in a minute: each page of members may cost a request to Clerk or two. */
const LIMIT = { name: 'members', calls: 60, seconds: 60 }

/** Clerk's permission to see who else is in an organization. A role can be without it. */
const READS_MEMBERS = 'org:sys_memberships:read'

/** The memberships of the signed-in user, 1000 at most, each with its organization. @throws AuthError; ClerkError */
export const currentUserOrganizations = async () => getCachedMembershipsOfUser((await requireUser()).id)

/**
 * An organization of the signed-in user with its members, by its slug or, where it has none, its ID. Null if it is none of theirs,
 * whether or not it exists: it is looked for among their own, so that guessed slugs cost Clerk nothing. `members` is null where
 * their role may not see them, and otherwise 50 of them; pages count from 1. `total` is the number of all members, and `userId` the
 * signed-in user. After sixty in a minute a user waits.
 * @throws AuthError; ClerkError
 */
export async function currentUserOrganization(slugOrId: string, page = 1) {
  const { id: userId } = await requireUser()
  const found = (await getCachedMembershipsOfUser(userId)).find(
    ({ organization: { slug, id } }) => (slug ?? id) === slugOrId,
  )
  if (!found) return null
  // The list is for showing. This decides.
  const [{ role, permissions }] = await Promise.all([
    requireOrganizationMember(found.organizationId),
    refuseOverLimit(LIMIT, userId),
  ])
  const { organization } = found
  const own = { organization, userId, role }
  if (!permissions.includes(READS_MEMBERS)) return { ...own, members: null, total: 0, hasMore: false }
  const part = { offset: (page - 1) * PER_PAGE, limit: PER_PAGE }
  const [members, total] = await Promise.all([
    getCachedMembersOfOrganization(organization.id, part),
    countMembers(organization.id),
  ])
  return { ...own, members, total, hasMore: page * PER_PAGE < total }
}
