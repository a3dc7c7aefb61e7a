import { isNotFound, unexpectedAnswer } from '../clerk/error'
import { isRecord } from '../clerk/json'
import { clerkGet, refuseWhileClosed } from '../clerk/request'
import { cacheSettings } from '../config'
import { json } from '../lookup/json'
import { joinKey } from '../lookup/slot'
import { createAlias } from './alias'
import {
  areCachedMemberships,
  type CachedMembership,
  type CachedOrganization,
  isCachedMembership,
  isCachedOrganization,
  ORGANIZATIONS_VERSION,
  toCachedMembership,
  toCachedOrganization,
} from './cached-organization'
import { isUserId } from './clerk-cache'
import { defineLookup } from './lookups'
import { keyOfSlug, tagOfMembers, tagOfOrganization, tagsOfEntry } from './organization-tags'
import { signed } from './signed'
import { GRACE, nameTtl } from './user-lookup'

/** The Backend API takes at most 100 IDs per filter, and returns at most 500 records per page. */
const [IDS_PER_REQUEST, PER_PAGE] = [100, 500]

/** Members that are cached, and loaded, together. */
export const PER_BLOCK = PER_PAGE

/** Memberships of one user that are read: two requests to Clerk, and ten for the organizations. */
const MOST_OF_USER = 1000

/** Whether this can be the ID of an organization at Clerk. Anything else is not sent to Clerk. */
export const isOrganizationId = (id: string) => /^org_[A-Za-z0-9_-]{1,60}$/.test(id)

/** One page of a list. `total`: how many records the list has, if Clerk says so. */
async function pageOf(path: string, query: URLSearchParams, operation: string, signal: AbortSignal) {
  const answer = await clerkGet(path, query, signal, operation)
  if (!isRecord(answer) || !Array.isArray(answer.data)) throw unexpectedAnswer()
  const records: unknown[] = answer.data
  return { records, total: typeof answer.total_count === 'number' ? answer.total_count : undefined }
}

const orNullIfNotFound = (error: unknown): null => {
  if (isNotFound(error)) return null
  throw error
}

/**
 * The memberships of a user, page by page, and each once: what is added or removed meanwhile moves the others. A change
 * between two pages invalidates the list when its webhook arrives.
 */
async function loadMembershipsOf(userId: string, signal: AbortSignal): Promise<CachedMembership[]> {
  const path = `/users/${userId}/organization_memberships`
  const byId = new Map<string, CachedMembership>()
  for (let offset = 0; offset < MOST_OF_USER; offset += PER_PAGE) {
    const query = new URLSearchParams({ limit: String(PER_PAGE), offset: String(offset) })
    const { records } = await pageOf(path, query, 'GET /users/{user_id}/organization_memberships', signal)
    for (const one of records) {
      const membership = toCachedMembership(one, { userId })
      if (membership) byId.set(membership.id, membership)
    }
    if (records.length < PER_PAGE) break
  }
  return [...byId.values()]
}

async function loadOrganizations(ids: string[], signal: AbortSignal): Promise<(CachedOrganization | null)[]> {
  const query = new URLSearchParams({ limit: String(IDS_PER_REQUEST) })
  for (const id of ids.filter(isOrganizationId)) query.append('organization_id', id)
  // Without an ID the list would be of all organizations.
  const found = query.has('organization_id')
    ? await pageOf('/organizations', query, 'GET /organizations', signal)
    : { records: [] }
  const byId = new Map(
    found.records.flatMap((one) => toCachedOrganization(one) ?? []).map((one) => [one.id, one] as const),
  )
  return ids.map((id) => byId.get(id) ?? null)
}

const MEMBERS = 'GET /organizations/{organization_id}/memberships'
const membersPath = (organizationId: string) => `/organizations/${organizationId}/memberships`

/** The memberships of at most 100 people in one organization. */
async function loadMembershipsIn(organizationId: string, userIds: readonly string[], signal: AbortSignal) {
  const query = new URLSearchParams({ limit: String(IDS_PER_REQUEST) })
  for (const userId of userIds) query.append('user_id', userId)
  const page = await pageOf(membersPath(organizationId), query, MEMBERS, signal).catch(orNullIfNotFound)
  return (page?.records ?? []).flatMap((one) => toCachedMembership(one, { organizationId }) ?? [])
}

/** One person in one organization. */
export interface MembershipOf {
  organizationId: string
  userId: string
}

const keyOf = ({ organizationId, userId }: MembershipOf) => joinKey(organizationId, userId)

/** One request for each organization. An organization whose request fails costs no other. */
async function loadMemberships(
  args: MembershipOf[],
  signal: AbortSignal,
): Promise<(CachedMembership | null | Error)[]> {
  const userIds = new Map<string, string[]>()
  for (const { organizationId, userId } of args)
    if (isOrganizationId(organizationId) && isUserId(userId))
      userIds.set(organizationId, [...(userIds.get(organizationId) ?? []), userId])
  const failures = new Map<string, Error>()
  const found = new Map<string, CachedMembership>()
  await Promise.all(
    [...userIds].map(async ([organizationId, ids]) => {
      try {
        for (const one of await loadMembershipsIn(organizationId, ids, signal)) found.set(keyOf(one), one)
      } catch (error) {
        if (!(error instanceof Error)) throw error
        failures.set(organizationId, error)
      }
    }),
  )
  return args.map((arg) => failures.get(arg.organizationId) ?? found.get(keyOf(arg)) ?? null)
}

/** Entries are kept for their TTL and grace. Ten minutes more, because the clocks of two processes differ. Seconds. */
const maxAge = () => nameTtl() + GRACE + 600

/** Entries that decide rights are signed. None is kept by the process cache. */
const shared = () => ({
  version: ORGANIZATIONS_VERSION,
  ttl: nameTtl(),
  grace: GRACE,
})

export const organizationById = defineLookup<string, CachedOrganization>(() => ({
  ...shared(),
  name: 'organization',
  key: (id) => id,
  tags: (id) => [tagOfOrganization(id)],
  owner: (id) => id,
  processTtl: cacheSettings().CACHE_PROCESS_TTL,
  codec: signed(isCachedOrganization, maxAge()),
  loadMany: (ids, { signal }) => loadOrganizations(ids, signal),
  batch: { max: IDS_PER_REQUEST },
}))

/** Clerk's slugs have only these characters, and an ID must not be found as a slug. */
const isSlug = (slug: string) => /^[\p{L}\p{N}_-]{1,256}$/u.test(slug) && !isOrganizationId(slug)

const idBySlug = defineLookup<string, string>(() => ({
  ...{ name: 'organization-slug', version: 1, key: keyOfSlug, memo: false, ttl: nameTtl() },
  codec: json<string>((id) => typeof id === 'string'),
  tags: tagsOfEntry.slug,
  owner: (_, id) => id ?? undefined,
  // Anybody can make slugs up, and each load leaves keys in Redis.
  mayLoad: refuseWhileClosed,
  async load(slug, { signal }) {
    if (!isSlug(slug)) return null
    const path = `/organizations/${encodeURIComponent(slug)}`
    const operation = 'GET /organizations/{organization_id}'
    const answer = await clerkGet(path, new URLSearchParams(), signal, operation).catch(orNullIfNotFound)
    const found = answer === null ? null : toCachedOrganization(answer)
    return found?.slug === slug ? found.id : null
  },
}))

export const organizationBySlug = createAlias<string, CachedOrganization>({
  id: 'organization-slug',
  key: keyOfSlug,
  idByName: idBySlug,
  valueById: organizationById,
  verify: ({ slug }, name) => slug === name,
})

export const membershipById = defineLookup<MembershipOf, CachedMembership>(() => ({
  ...shared(),
  name: 'organization-membership',
  key: keyOf,
  tags: ({ organizationId, userId }) => tagsOfEntry.membership(organizationId, userId),
  owner: ({ userId }) => userId,
  codec: signed(isCachedMembership, maxAge()),
  loadMany: (args, { signal }) => loadMemberships(args, signal),
  batch: { max: IDS_PER_REQUEST },
}))

export const membershipsOfUser = defineLookup<string, CachedMembership[]>(() => ({
  ...shared(),
  name: 'organization-memberships',
  key: (userId) => userId,
  tags: tagsOfEntry.memberships,
  owner: (userId) => userId,
  codec: signed(areCachedMemberships, maxAge()),
  timeout: 20,
  load: async (userId, { signal }) =>
    isUserId(userId) ? loadMembershipsOf(userId, signal).catch(orNullIfNotFound) : null,
}))

/** A part of the members of an organization: block 0 has the first 500 in Clerk's order. */
interface BlockOfMembers {
  organizationId: string
  block: number
}

/** `total`: how many members the organization has. */
interface Members {
  total: number
  members: CachedMembership[]
}

const areMembers = (value: unknown): value is Members =>
  isRecord(value) && typeof value.total === 'number' && areCachedMemberships(value.members)

async function loadMembers({ organizationId, block }: BlockOfMembers, signal: AbortSignal): Promise<Members> {
  const query = new URLSearchParams({ limit: String(PER_BLOCK), offset: String(block * PER_BLOCK) })
  const { records, total } = await pageOf(membersPath(organizationId), query, MEMBERS, signal)
  if (total === undefined) throw unexpectedAnswer()
  return { total, members: records.flatMap((one) => toCachedMembership(one, { organizationId }) ?? []) }
}

/**
 * Members in blocks, because an organization may have any number of them: a page costs one request to Clerk or two, and
 * not one for each 500 members. It decides no right.
 */
export const membersOfOrganization = defineLookup<BlockOfMembers, Members>(() => ({
  ...shared(),
  name: 'organization-members',
  key: ({ organizationId, block }) => joinKey(organizationId, String(block)),
  tags: ({ organizationId }) => tagsOfEntry.members(organizationId),
  // Not the organization: the list is removed alone too.
  owner: ({ organizationId }) => tagOfMembers(organizationId),
  codec: signed(areMembers, maxAge()),
  load: async (of, { signal }) =>
    isOrganizationId(of.organizationId) ? loadMembers(of, signal).catch(orNullIfNotFound) : null,
}))
