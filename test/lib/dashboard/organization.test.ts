import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { POST } from '@/app/api/webhooks/clerk/route'
import { invalidateOrganization } from '@/app/dashboard/actions'
import { searchUser } from '@/app/dashboard/search-action'
import { type AuditEvent, onAudit } from '@/lib/cache/audit-events'
import { getCachedMembersOfOrganization, getCachedOrganization } from '@/lib/cache/organization-cache'
import {
  deliveriesOf,
  membersOf,
  newestOrganizations,
  selectedOrganization,
} from '@/lib/dashboard/panels.server'
import { dropMemoized } from '@/lib/process/memoize-for'
import type { Organization } from '../../../local/clerk/records'
import { people } from '../../../local/seed'
import { listenForClerk } from '../../support/clerk-listener'
import { useServices } from '../../support/services'
import { sessionOf } from '../../support/session'

const services = useServices({ env: { LOG_LEVEL: 'silent' } })
let signedIn: string = people.admin
vi.mock('@clerk/nextjs/server', () => ({ auth: async () => sessionOf(signedIn) }))
vi.mock('next/cache', () => ({ refresh: () => undefined }))
vi.mock('next/server', () => ({ after: (task: () => Promise<unknown>) => void task() }))

let app: Awaited<ReturnType<typeof listenForClerk>>
beforeAll(async () => {
  app = await listenForClerk(POST, () => {})
})
afterAll(() => app.close())

let acme: Organization
let run = 0
beforeEach(() => {
  signedIn = people.admin
  services.clerk.webhooks.target(undefined)
  acme = services.clerk.organizations.create({
    ...{ name: 'Acme', slug: `acme-${run++}`, createdBy: people.admin },
  })
  services.clerk.organizations.addMember(acme.id, people.member)
})

const form = (fields: Record<string, string>) => {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  return data
}
const cachedEntries = async () => {
  const found = await selectedOrganization(acme.id)
  if (!found || !('data' in found.entries)) throw new Error('no entries')
  return found.entries.data.filter(({ cached }) => cached).map(({ name }) => name)
}

describe('the page of an organization', () => {
  test('shows what was cached before the page read anything', async () => {
    expect(await cachedEntries()).toEqual([])
    expect(await cachedEntries()).toEqual(['Organization'])
    await getCachedMembersOfOrganization(acme.id)
    expect(await cachedEntries()).toEqual(['Organization', 'List of members'])
  })

  test('shows at most 50 members, and how many there are', async () => {
    for (let i = 0; i < 60; i++)
      services.clerk.organizations.addMember(
        acme.id,
        services.clerk.createUser({ emails: [`m${i}-${acme.id}@example.com`] }).id,
      )
    const { shown, total } = await membersOf(acme.id)
    expect(shown).toHaveLength(50)
    expect(total).toBe(62)
    expect(shown[1]).toMatchObject({ role: 'org:member', user: { id: people.member, name: 'Mia Moreau' } })
  })

  test.each(['org_nobody', 'user_1', '', '../users', 'org_a b'])(
    'does not exist for the ID %j',
    async (id) => {
      expect(await selectedOrganization(id)).toBeNull()
    },
  )

  test('shows the webhooks about it', async () => {
    services.clerk.webhooks.target({
      ...{ url: app.url, secret: services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? '' },
    })
    services.clerk.webhooks.resume()
    services.clerk.organizations.update(acme.id, { name: 'Acme 2' })
    services.clerk.organizations.removeMember(acme.id, people.member)
    await services.clerk.webhooks.flush()
    const of = async (id: string) => {
      dropMemoized()
      const found = await deliveriesOf(id)
      return 'data' in found ? found.data.map(({ type }) => type) : found.unavailable
    }
    await expect.poll(() => of(acme.id)).toEqual(['organization.updated'])
    await expect.poll(() => of(people.member)).toEqual(['organizationMembership.deleted'])
  })

  test.each([
    ['an organization', () => selectedOrganization(acme.id)],
    ['the members', () => membersOf(acme.id)],
    ['the list', () => newestOrganizations(1)],
  ])('is refused to everybody but admins: %s', async (_, read) => {
    signedIn = people.member
    await expect(read()).rejects.toMatchObject({ code: 'forbidden' })
  })
})

test('the list has the newest first, with the number of members', async () => {
  const { organizations, more } = await newestOrganizations(1)
  const found = organizations.find(({ organization }) => organization.id === acme.id)
  expect(found).toMatchObject({ organization: { name: 'Acme' }, membersCount: 2 })
  expect(more).toBe(false)
  expect((await newestOrganizations(2)).organizations).toEqual([])
})

describe('Invalidate', () => {
  test('drops the organization and its members, and is a record', async () => {
    const events: AuditEvent[] = []
    onAudit('test', (event) => events.push(event))
    await getCachedOrganization(acme.id)
    await getCachedMembersOfOrganization(acme.id)
    expect(await invalidateOrganization(null, form({ organizationId: acme.id }))).toMatchObject({
      status: 'done',
    })
    expect(await cachedEntries()).toEqual([])
    expect(events.find(({ action }) => action === 'cache.invalidate')).toMatchObject({
      ...{ actor: people.admin, subject: acme.id, outcome: 'ok' },
    })
  })

  test.each([
    ['a member', people.member, { organizationId: 'org_1' }],
    ['an admin with the ID of a user', people.admin, { organizationId: people.member }],
    ['an admin without an ID', people.admin, {}],
  ])('is refused for %s', async (_, caller, fields) => {
    signedIn = caller
    expect(await invalidateOrganization(null, form(fields))).toMatchObject({ status: 'refused' })
  })
})

describe('the search', () => {
  test.each([
    ['its ID', () => acme.id],
    ['its slug', () => acme.slug ?? ''],
  ])('finds an organization by %s, and returns its page', async (_, word) => {
    expect((await searchUser(null, form({ word: word() }))).found).toMatchObject([
      { href: `/dashboard/organizations/${acme.id}` },
    ])
  })
})
