import { type CachedOrganization, toCachedOrganization } from '../cache/cached-organization'
import { getCachedOrganization } from '../cache/organization-cache'
import { isOrganizationId, membersOfOrganization, organizationById } from '../cache/organization-lookups'
import { unexpectedAnswer } from '../clerk/error'
import { isRecord, records } from '../clerk/json'
import { clerkGet } from '../clerk/request'
import { inspect } from '../lookup/inspect'
import type { PanelResult } from './panel-result'
import { type EntryState, stateOf } from './person'

/** Milliseconds. */
const TIMEOUT = 10_000
/** Organizations on a page of the list. */
const PER_PAGE = 25

/** A page of all organizations, the newest first, whether there are more, and how many there are. One request to Clerk. @throws ClerkError */
export async function listNewestOrganizations(page: number) {
  const query = new URLSearchParams({
    ...{ limit: String(PER_PAGE + 1), offset: String((page - 1) * PER_PAGE), order_by: '-created_at' },
    include_members_count: 'true',
  })
  const answer = await clerkGet('/organizations', query, TIMEOUT, 'GET /organizations')
  if (!isRecord(answer) || !Array.isArray(answer.data)) throw unexpectedAnswer()
  const organizations = records(answer.data).flatMap((one) => {
    const organization = toCachedOrganization(one)
    const membersCount = typeof one.members_count === 'number' ? one.members_count : null
    return organization ? [{ organization, membersCount }] : []
  })
  return {
    organizations: organizations.slice(0, PER_PAGE),
    more: answer.data.length > PER_PAGE,
    total: typeof answer.total_count === 'number' ? answer.total_count : null,
  }
}

/** The organization with this ID, or with this slug, in the right case. @throws ClerkError */
export const findOrganization = (word: string): Promise<CachedOrganization | null> =>
  getCachedOrganization(isOrganizationId(word) ? word : { slug: word })

/** What Redis holds about an organization, without the values. */
export type OrganizationEntries = PanelResult<EntryState[]>

/** What Redis holds about an organization now. Reads nothing into the cache. @throws LookupError */
export async function entriesOfOrganization(id: string): Promise<EntryState[]> {
  const [organization, members] = await Promise.all([
    inspect(organizationById, id),
    inspect(membersOfOrganization, { organizationId: id, block: 0 }),
  ])
  return [
    stateOf('Organization', { ...organization, cached: organization.value !== undefined }),
    stateOf('List of members', { ...members, cached: members.value !== undefined }),
  ]
}
