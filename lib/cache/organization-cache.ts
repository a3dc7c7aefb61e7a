import type { CachedMembership, CachedOrganization } from './cached-organization'
import { type CachedUser, isBlocked, userById } from './clerk-cache'
import { defineMemo, invalidateTags, lookups } from './lookups'
import {
  type MembershipOf,
  membershipById,
  membershipsOfUser,
  membersOfOrganization,
  organizationById,
  organizationBySlug,
  PER_BLOCK,
} from './organization-lookups'
import {
  tagOfMembers,
  tagOfMembershipsOf,
  tagsOfMembershipChange,
  tagsOfOrganizationChange,
  tagsOfOrganizationDeletion,
} from './organization-tags'

export type { CachedMembership, CachedOrganization, MembershipOf }

const once = defineMemo<CachedOrganization | null>('organization-by-slug')

/**
 * The organization with this ID, or the one that has this slug now, or null: never the one that has given it up. The case of
 * a slug must be right. @throws ClerkError if it is not cached and Clerk fails, as all reads here
 */
export function getCachedOrganization(of: string | { slug: string }): Promise<CachedOrganization | null> {
  if (typeof of === 'string') return organizationById(of)
  const { slug } = of
  return slug.length === 0 || slug.length > 256
    ? Promise.resolve(null)
    : once(slug, () => organizationBySlug(slug))
}

/** The organizations with these IDs, in this order, without the ones that do not exist. Any number of IDs. */
export const getCachedOrganizationsByIds = async (ids: readonly string[]): Promise<CachedOrganization[]> =>
  (await organizationById.many(ids)).filter((one) => one !== null)

/** One membership with role and permissions, to show it, or null. What decides a right calls `findMembership`. */
export const getCachedMembership = (
  userId: string,
  organizationId: string,
): Promise<CachedMembership | null> => membershipById({ organizationId, userId })

/** The memberships of these people and organizations, in this order; null where there is none. */
export const getCachedMembershipsByIds = (
  of: readonly MembershipOf[],
): Promise<(CachedMembership | null)[]> => membershipById.many(of)

/**
 * The memberships of a user, each with its organization, oldest first or as Clerk orders them; none for an unknown user. Of
 * more than 1000 the others are left out, and so is an organization that does not exist any more. Decides no right.
 */
export async function getCachedMembershipsOfUser(
  userId: string,
): Promise<(CachedMembership & { organization: CachedOrganization })[]> {
  const memberships = (await membershipsOfUser(userId)) ?? []
  const organizations = await organizationById.many(memberships.map((one) => one.organizationId))
  return memberships.flatMap((one, i) => {
    const organization = organizations[i]
    return organization ? [{ ...one, organization }] : []
  })
}

/** These members in Clerk's order, each once. Asks for no more than there are, whatever the numbers. */
async function membersBetween(organizationId: string, from: number, to: number): Promise<CachedMembership[]> {
  const first = await membersOfOrganization({ organizationId, block: 0 })
  const end = Math.min(to, first?.total ?? 0)
  const blocks: number[] = []
  for (let block = Math.floor(from / PER_BLOCK); block * PER_BLOCK < end; block++) blocks.push(block)
  const read = await Promise.all(
    blocks.map((block) => (block === 0 ? first : membersOfOrganization({ organizationId, block }))),
  )
  const parts = read.map((one, i) => {
    const start = (blocks[i] ?? 0) * PER_BLOCK
    return one?.members.slice(Math.max(from - start, 0), Math.min(end - start, PER_BLOCK)) ?? []
  })
  // Between two requests to Clerk somebody may have left, which moves the others.
  return [...new Map(parts.flat().map((one) => [one.id, one] as const)).values()]
}

/**
 * Members of an organization with their users; none for an unknown organization. Deleted users are left out. `limit`
 * members (default: 500) after the first `offset` (default: 0): `countMembers` says how many there are. With a cold cache
 * 500 members cost Clerk one request, and five for their users; `limit: Infinity` reads all. Decides no right.
 */
export async function getCachedMembersOfOrganization(
  organizationId: string,
  { offset = 0, limit = PER_BLOCK }: { offset?: number; limit?: number } = {},
): Promise<(CachedMembership & { user: CachedUser })[]> {
  const members = await membersBetween(organizationId, offset, offset + limit)
  const users = await userById.many(members.map(({ userId }) => userId))
  return members.flatMap((one, i) => {
    const user = users[i]
    return user ? [{ ...one, user }] : []
  })
}

/** How many members an organization has, those of deleted users included. @throws ClerkError */
export const countMembers = async (organizationId: string): Promise<number> =>
  (await membersOfOrganization({ organizationId, block: 0 }))?.total ?? 0

/**
 * The membership that a right is decided by, or null: without the request memo, never a value in grace, and null for a
 * user who is banned, locked or deleted. While Redis is out, Clerk is asked.
 * @throws ClerkError if it is not cached and Clerk fails; refuse then
 */
export async function findMembership(of: MembershipOf): Promise<CachedMembership | null> {
  const [user, membership] = await Promise.all([
    userById.fresh(of.userId, { grace: false }),
    membershipById.fresh(of, { grace: false }),
  ])
  return user && !isBlocked(user) ? membership : null
}

/** Whether a user has this role in an organization, such as `org:admin`. @throws ClerkError as `findMembership` */
export const hasOrganizationRole = async (of: MembershipOf, role: string): Promise<boolean> =>
  (await findMembership(of))?.role === role

/** Whether a user has this permission in an organization, such as `org:invoices:create`. @throws ClerkError as `findMembership` */
export const hasOrganizationPermission = async (of: MembershipOf, permission: string): Promise<boolean> =>
  (await findMembership(of))?.permissions.includes(permission) ?? false

/**
 * Call it after a write to an organization. `slug`: the one it has now, or null; without it the lookups by all slugs are
 * invalidated. @throws LookupError `invalidation_unconfirmed` if Redis did not confirm it. Repeating is safe.
 */
export const invalidateOrganization = (organizationId: string, slug?: string | null): Promise<void> =>
  invalidateTags(tagsOfOrganizationChange(organizationId, slug))

/** Call it after a write to a membership. @throws LookupError as `invalidateOrganization` */
export const invalidateMembership = ({ organizationId, userId }: MembershipOf): Promise<void> =>
  invalidateTags(tagsOfMembershipChange(organizationId, userId))

/** Invalidates all memberships of a user. @throws LookupError as `invalidateOrganization` */
export const invalidateMembershipsOfUser = (userId: string): Promise<void> =>
  invalidateTags([tagOfMembershipsOf(userId)])

/**
 * Invalidates an organization, its slug and all its memberships, and deletes what Redis holds under its ID: for one that
 * was deleted, and for people who look for an error. @throws LookupError as `invalidateOrganization`
 */
export async function removeOrganization(organizationId: string): Promise<void> {
  await invalidateTags([
    ...tagsOfOrganizationDeletion(organizationId),
    ...tagsOfOrganizationChange(organizationId, null),
  ])
  await lookups().remove(organizationId)
  await lookups().remove(tagOfMembers(organizationId))
}

/**
 * For a membership that was deleted: invalidates it, and deletes the list of members that has the ID of the user.
 * @throws LookupError as `invalidateOrganization`
 */
export async function removeMembership(of: MembershipOf): Promise<void> {
  await invalidateMembership(of)
  await lookups().remove(tagOfMembers(of.organizationId))
}

/**
 * For a user who was deleted: invalidates their memberships, and deletes the lists of members that have their ID, as far as
 * it is known which. What is stored under the ID of the user itself is deleted by `removeUser` or `revokeUser`.
 * @throws LookupError as `invalidateOrganization`
 */
export async function removeMembershipsOf(userId: string): Promise<void> {
  const memberships = (await membershipsOfUser.peek(userId)) ?? []
  const organizationIds = memberships.map((one) => one.organizationId)
  await invalidateTags([tagOfMembershipsOf(userId), ...organizationIds.map(tagOfMembers)])
  for (const id of organizationIds) await lookups().remove(tagOfMembers(id))
}
