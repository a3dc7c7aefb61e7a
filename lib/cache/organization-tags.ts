import { hash } from './tags'

/** A slug as it appears in Redis keys, tags and events: hashed, because it is mostly the name of a company. */
export const keyOfSlug = hash

export const tagOfOrganization = (organizationId: string) => `organization:${organizationId}`
const tagOfSlug = (slug: string) => `organization-slug:${keyOfSlug(slug)}`
const TAG_OF_ALL_SLUGS = 'organization-slugs'
export const tagOfMembers = (organizationId: string) => `members:${organizationId}`
/** Every membership of a user, and their list: one tag, so that a deletion of the user knows all that have their ID. */
export const tagOfMembershipsOf = (userId: string) => `memberships-of-user:${userId}`
/** Every membership of an organization, and its list. Only its deletion makes all of them untrue. */
const tagOfMembershipsIn = (organizationId: string) => `memberships-in-organization:${organizationId}`
/** Every membership there is: the permissions of a role have changed. */
export const TAG_OF_ALL_MEMBERSHIPS = 'memberships'

/** The tags of each kind of entry. */
export const tagsOfEntry = {
  slug: (slug: string) => [tagOfSlug(slug), TAG_OF_ALL_SLUGS],
  membership: (organizationId: string, userId: string) => [
    tagOfMembershipsOf(userId),
    tagOfMembershipsIn(organizationId),
    TAG_OF_ALL_MEMBERSHIPS,
  ],
  memberships: (userId: string) => [tagOfMembershipsOf(userId), TAG_OF_ALL_MEMBERSHIPS],
  members: (organizationId: string) => [
    tagOfMembers(organizationId),
    tagOfMembershipsIn(organizationId),
    TAG_OF_ALL_MEMBERSHIPS,
  ],
}

/**
 * What a change of an organization makes untrue. `slug`: the one it has now; undefined if it is not known, null if it has
 * none. A slug that it has given up needs no tag: what a slug leads to is checked on every read.
 */
export const tagsOfOrganizationChange = (organizationId: string, slug?: string | null): string[] => [
  tagOfOrganization(organizationId),
  ...(slug === undefined ? [TAG_OF_ALL_SLUGS] : slug === null ? [] : [tagOfSlug(slug)]),
]

/** What the deletion of an organization makes untrue. */
export const tagsOfOrganizationDeletion = (organizationId: string): string[] => [
  tagOfOrganization(organizationId),
  tagOfMembershipsIn(organizationId),
]

/** What a change of one membership makes untrue, and with it the user's other memberships. */
export const tagsOfMembershipChange = (organizationId: string, userId: string): string[] => [
  tagOfMembershipsOf(userId),
  tagOfMembers(organizationId),
]
