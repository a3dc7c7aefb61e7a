import { invalidParam, notFound, taken } from './errors'
import type { ClerkEvent, Membership, Organization, SeedOrganization, User } from './records'

/** The permissions of the roles that every instance has. */
export const PERMISSIONS: Record<string, string[]> = {
  'org:admin': [
    'org:sys_profile:manage',
    'org:sys_profile:delete',
    'org:sys_memberships:read',
    'org:sys_memberships:manage',
  ],
  'org:member': ['org:sys_memberships:read'],
}

type OrganizationPatch = { name?: string; slug?: string }

/** The organizations of the stand-in. Deleting one, or a user, sends no event for its memberships. */
export function createOrganizations(options: {
  seed: readonly SeedOrganization[]
  now: () => number
  emit: (event: ClerkEvent) => void
  newId: (prefix: string) => string
  user: (id: string) => User
}) {
  const { seed, now, emit, newId, user } = options
  const organizations = new Map<string, Organization>()
  let memberships: Membership[] = []

  for (const { members = [], slug = null, ...given } of seed) {
    const { createdAt } = given
    const createdBy = members[0]?.userId ?? ''
    organizations.set(given.id, { publicMetadata: {}, ...given, slug, createdBy, updatedAt: createdAt })
    for (const { userId, role } of members)
      memberships.push(newMembership(given.id, user(userId), role, createdAt))
  }

  function newMembership(organizationId: string, { id: userId }: User, role: string, at: number): Membership {
    if (!PERMISSIONS[role]) throw notFound('role', role)
    return { id: newId('orgmem'), organizationId, userId, role, createdAt: at, updatedAt: at }
  }

  function organization(idOrSlug: string): Organization {
    const bySlug = () => [...organizations.values()].find(({ slug }) => slug === idOrSlug)
    const found = organizations.get(idOrSlug) ?? bySlug()
    if (!found) throw notFound('organization', idOrSlug)
    return found
  }

  function freeSlug(slug: string, own?: Organization): string {
    if (!/^[a-z0-9-]+$/.test(slug))
      throw invalidParam('slug', 'Slug can only contain lowercase letters, numbers and dashes.')
    if ([...organizations.values()].some((other) => other !== own && other.slug === slug)) throw taken('slug')
    return slug
  }

  function membership(organizationId: string, userId: string): Membership {
    const { id } = organization(organizationId)
    const found = memberships.find((one) => one.organizationId === id && one.userId === userId)
    if (!found) throw notFound('organization membership', userId)
    return found
  }

  const send = (what: 'created' | 'updated' | 'deleted', one: Membership, in_: Organization) =>
    emit({
      type: `organizationMembership.${what}`,
      membership: { ...one },
      organization: in_,
      user: user(one.userId),
    })

  const membersOf = (organizationId: string) =>
    memberships.filter((one) => one.organizationId === organizationId)

  return {
    organizations,
    organization,
    membership,
    membersOf,
    membershipsOf: (userId: string) => memberships.filter((one) => one.userId === user(userId).id),

    create(given: { id?: string; name: string; slug?: string; createdBy: string }): Organization {
      const { id = newId('org'), name, createdBy } = given
      const slug =
        given.slug ??
        `${name
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, '-')
          .replace(/^-|-$/g, '')}-${id.slice(-6).toLowerCase()}`
      const times = { createdAt: now(), updatedAt: now() }
      const created = { id, name, slug: freeSlug(slug), createdBy, publicMetadata: {}, ...times }
      organizations.set(id, created)
      emit({ type: 'organization.created', organization: created })
      const first = newMembership(id, user(createdBy), 'org:admin', now())
      memberships.push(first)
      send('created', first, created)
      return created
    },

    update(id: string, { name, slug }: OrganizationPatch): Organization {
      const found = organization(id)
      if (slug !== undefined) found.slug = freeSlug(slug, found)
      if (name !== undefined) found.name = name
      found.updatedAt = Math.max(now(), found.updatedAt + 1)
      emit({ type: 'organization.updated', organization: found })
      return found
    },

    remove(id: string): Organization {
      const found = organization(id)
      organizations.delete(found.id)
      memberships = memberships.filter((one) => one.organizationId !== found.id)
      emit({ type: 'organization.deleted', id: found.id, slug: found.slug })
      return found
    },

    addMember(organizationId: string, userId: string, role = 'org:member'): Membership {
      const found = organization(organizationId)
      if (membersOf(found.id).some((one) => one.userId === userId)) throw taken('user_id')
      const added = newMembership(found.id, user(userId), role, now())
      memberships.push(added)
      send('created', added, found)
      return added
    },

    setRole(organizationId: string, userId: string, role: string): Membership {
      const found = membership(organizationId, userId)
      if (!PERMISSIONS[role]) throw notFound('role', role)
      found.role = role
      found.updatedAt = Math.max(now(), found.updatedAt + 1)
      send('updated', found, organization(organizationId))
      return found
    },

    removeMember(organizationId: string, userId: string): Membership {
      const found = membership(organizationId, userId)
      memberships = memberships.filter((one) => one !== found)
      send('deleted', found, organization(organizationId))
      return found
    },

    removeUser(userId: string) {
      memberships = memberships.filter((one) => one.userId !== userId)
    },
  }
}
