import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { POST } from '@/app/api/webhooks/clerk/route'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import {
  countMembers,
  findMembership,
  getCachedMembership,
  getCachedMembershipsByIds,
  getCachedMembershipsOfUser,
  getCachedMembersOfOrganization,
  getCachedOrganization,
  getCachedOrganizationsByIds,
  hasOrganizationPermission,
  hasOrganizationRole,
  invalidateMembership,
  removeMembershipsOf,
} from '@/lib/cache/organization-cache'
import { removeUser } from '@/lib/cache/revocations'
import { onLeftOut } from '@/lib/clerk/events'
import { redis } from '@/lib/config'
import {
  requireOrganizationMember,
  requireOrganizationPermission,
  requireOrganizationRole,
} from '@/lib/organizations/roles.server'
import { handleClerkEvent } from '@/lib/webhooks/handle-clerk-event'
import type { Organization } from '../../../local/clerk/records'
import { people } from '../../../local/seed'
import { type Between, startBetween } from '../../support/clerk-in-between'
import { listenForClerk } from '../../support/clerk-listener'
import { dumpRedis } from '../../support/redis-dump'
import { useServices } from '../../support/services'
import { sessionOf } from '../../support/session'

let between: Between
let app: Awaited<ReturnType<typeof listenForClerk>>
let signedIn: string = people.member
let session: string
vi.mock('next/server', () => ({ after: () => undefined }))
vi.mock('@clerk/nextjs/server', () => ({ auth: async () => sessionOf(signedIn, session) }))

const services = useServices({
  env: async () => {
    between = await startBetween(() => services.clerk.url)
    return { CLERK_API_URL: between.url, LOG_LEVEL: 'silent' }
  },
  performanceClock: true,
})

const acknowledged: string[] = []
beforeAll(async () => {
  app = await listenForClerk(POST, ({ type }) => acknowledged.push(type))
})
afterAll(async () => {
  await app.close()
  between.close()
})

let acme: Organization
let run = 0
const clerk = () => services.clerk.organizations
/** Ends what a change at Clerk has sent: every webhook is answered. */
async function answered() {
  await services.clerk.webhooks.flush()
}
const read = (): number => Object.values(services.clerk.requests().byRoute).reduce((sum, n) => sum + n, 0)

beforeEach(async () => {
  between.alter()
  signedIn = people.member
  services.clerk.webhooks.target(undefined)
  services.clerk.webhooks.resume()
  // One that Clerk knows: it is asked about it while Redis is out.
  session = (await services.clerk.issueSession(people.member)).sessionId
  acme = clerk().create({ name: 'Acme', slug: `acme-${run++}`, createdBy: people.admin })
  clerk().addMember(acme.id, people.member)
  services.clerk.webhooks.target({ url: app.url, secret: services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? '' })
  services.clerk.resetRequests()
  acknowledged.length = 0
})

const mia = () => ({ organizationId: acme.id, userId: people.member })
const ada = () => ({ organizationId: acme.id, userId: people.admin })

describe('reads', () => {
  test('an organization is one request to Clerk, and then none', async () => {
    const first = await getCachedOrganization(acme.id)
    expect(first).toMatchObject({ id: acme.id, name: 'Acme', slug: acme.slug })
    expect(await getCachedOrganization(acme.id)).toEqual(first)
    expect(read()).toBe(1)
  })

  test('many organizations are one request, in the order of their IDs, without unknown ones', async () => {
    const other = clerk().create({ name: 'Other', createdBy: people.admin })
    await answered()
    services.clerk.resetRequests()
    const found = await getCachedOrganizationsByIds([other.id, 'org_unknown', 'not/an ID', acme.id])
    expect(found.map(({ id }) => id)).toEqual([other.id, acme.id])
    expect(read()).toBe(1)
  })

  test('an ID that is not one, and an unknown one, are null', async () => {
    expect(await getCachedOrganization('../users')).toBeNull()
    expect(await getCachedMembership(people.member, '../x')).toBeNull()
    expect(read()).toBe(0)
    expect(await getCachedMembership(people.member, 'org_unknown')).toBeNull()
    expect(await getCachedMembersOfOrganization('org_unknown')).toEqual([])
    expect(await getCachedMembershipsOfUser('user_unknown')).toEqual([])
  })

  test('a membership has role and permissions; many in one organization are one request', async () => {
    const found = await getCachedMembershipsByIds([
      mia(),
      ada(),
      { organizationId: acme.id, userId: people.expert },
    ])
    expect(found).toMatchObject([
      { ...mia(), role: 'org:member', permissions: ['org:sys_memberships:read'] },
      { ...ada(), role: 'org:admin' },
      null,
    ])
    expect(read()).toBe(1)
  })

  test('no key of Redis has a slug or a name', async () => {
    await getCachedOrganization({ slug: acme.slug ?? '' })
    await getCachedMembersOfOrganization(acme.id)
    await getCachedMembershipsOfUser(people.member)
    const keys = await redis().run('keys', (client) => client.keys('*'))
    expect(keys.length).toBeGreaterThan(6)
    expect(keys.filter((key) => /acme|mia/i.test(key.replaceAll(people.member, '')))).toEqual([])
  })
})

describe('lists', () => {
  /** Seeded without webhooks. */
  function organizationOf(size: number) {
    services.clerk.webhooks.target(undefined)
    const of = clerk().create({ name: 'Large', createdBy: people.admin })
    clerk().removeMember(of.id, people.admin)
    const ids = Array.from({ length: size }, (_, i) => {
      const { id } = services.clerk.createUser({ emails: [`m${run}-${of.id}-${i}@example.com`] })
      clerk().addMember(of.id, id)
      return id
    })
    services.clerk.resetRequests()
    return { of, ids }
  }

  test.each([
    [0, 1],
    [1, 1],
    [100, 1],
    [501, 2],
  ])('the members of an organization with %i are all there, in %i pages', async (size, pages) => {
    const { of, ids } = organizationOf(size)
    const all = { limit: Number.POSITIVE_INFINITY }
    const members = await getCachedMembersOfOrganization(of.id, all)
    expect(members.map(({ user }) => user.id)).toEqual(ids)
    expect(requestsForMembers()).toBe(pages)
    expect(await getCachedMembersOfOrganization(of.id, all)).toEqual(members)
    expect(requestsForMembers()).toBe(pages)
  })

  const requestsForMembers = () =>
    services.clerk.requests().byRoute['GET /v1/organizations/{organization_id}/memberships'] ?? 0

  test('what is read of a large organization costs Clerk what is shown, and not what there is', async () => {
    const { of, ids } = organizationOf(1201)
    const read = async (offset: number, limit?: number) => {
      const before = requestsForMembers()
      const members = await getCachedMembersOfOrganization(of.id, limit ? { offset, limit } : { offset })
      return { ids: members.map(({ userId }) => userId), requests: requestsForMembers() - before }
    }
    expect(await read(0)).toEqual({ ids: ids.slice(0, 500), requests: 1 })
    expect(await countMembers(of.id)).toBe(1201)
    expect(await read(0, 50)).toEqual({ ids: ids.slice(0, 50), requests: 0 })
    expect(await read(990, 50)).toEqual({ ids: ids.slice(990, 1040), requests: 2 })
    expect(await read(1200, 50)).toEqual({ ids: ids.slice(1200), requests: 0 })
    for (const offset of [1201, 50_000, 1e9]) expect(await read(offset, 50)).toEqual({ ids: [], requests: 0 })
    expect(requestsForMembers()).toBe(3)
  })

  test('a list that has become shorter shows nobody twice, and nobody who has left', async () => {
    const { of, ids } = organizationOf(502)
    const all = { limit: Number.POSITIVE_INFINITY }
    expect(await getCachedMembersOfOrganization(of.id, all)).toHaveLength(502)
    for (const userId of ids.slice(0, 2)) {
      clerk().removeMember(of.id, userId)
      await invalidateMembership({ organizationId: of.id, userId })
    }
    const left = await getCachedMembersOfOrganization(of.id, all)
    expect(left.map(({ userId }) => userId)).toEqual(ids.slice(2))
  })

  test('of the memberships of a user at most 1000 are read', async () => {
    services.clerk.webhooks.target(undefined)
    const { id } = services.clerk.createUser({ emails: ['founder@example.com'] })
    for (let i = 0; i < 1501; i++) clerk().create({ name: `F ${i}`, createdBy: id })
    services.clerk.resetRequests()
    expect(await getCachedMembershipsOfUser(id)).toHaveLength(1000)
    expect(services.clerk.requests().byRoute).toEqual({
      'GET /v1/users/{user_id}/organization_memberships': 2,
      'GET /v1/organizations': 10,
    })
  })

  test.each([0, 1, 100, 501])('the memberships of a user with %i are all there', async (size) => {
    services.clerk.webhooks.target(undefined)
    const { id } = services.clerk.createUser({ emails: [`busy-${size}@example.com`] })
    const created = Array.from(
      { length: size },
      (_, i) => clerk().create({ name: `O ${i}`, createdBy: id }).id,
    )
    const memberships = await getCachedMembershipsOfUser(id)
    expect(memberships.map(({ organization }) => organization.id)).toEqual(created)
  })

  test('an odd record costs that record, in lists and as a membership', async () => {
    const leftOut: string[] = []
    const off = onLeftOut('test', ({ record }) => leftOut.push(record))
    between.alter(({ path, body }) => {
      if (!path.includes('memberships')) return undefined
      const json = JSON.parse(body)
      const odd = (one: { public_user_data: { user_id: string } }) =>
        one.public_user_data.user_id === people.admin ? { ...one, role: 7 } : one
      return { body: JSON.stringify({ ...json, data: [null, ...json.data.map(odd)] }) }
    })
    expect((await getCachedMembersOfOrganization(acme.id)).map(({ userId }) => userId)).toEqual([
      people.member,
    ])
    expect(await getCachedMembership(ada().userId, acme.id)).toBeNull()
    expect(await hasOrganizationRole(mia(), 'org:member')).toBe(true)
    expect(leftOut).toContain('organization_membership')
    off()
  })

  test('a record of another user or organization than asked for gives no right', async () => {
    between.alter(({ path, body }) => {
      if (!path.includes('memberships')) return undefined
      return { body: body.replaceAll(acme.id, 'org_other') }
    })
    expect(await findMembership(mia())).toBeNull()
  })

  test('permissions of another type give no permission', async () => {
    between.alter(({ path, body }) =>
      path.includes('memberships')
        ? { body: body.replace(/"permissions":\[[^\]]*\]/g, '"permissions":"org:sys_memberships:read"') }
        : undefined,
    )
    expect(await hasOrganizationPermission(mia(), 'org:sys_memberships:read')).toBe(false)
    expect(await hasOrganizationRole(mia(), 'org:member')).toBe(true)
  })
})

describe('changes, once their webhook was answered', () => {
  test('a role is the new one, in the membership and both lists', async () => {
    await Promise.all([getCachedMembersOfOrganization(acme.id), getCachedMembershipsOfUser(people.member)])
    expect(await hasOrganizationRole(mia(), 'org:admin')).toBe(false)
    clerk().setRole(acme.id, people.member, 'org:admin')
    await answered()
    expect(acknowledged).toEqual(['organizationMembership.updated'])
    expect(await hasOrganizationRole(mia(), 'org:admin')).toBe(true)
    expect(await hasOrganizationPermission(mia(), 'org:sys_profile:delete')).toBe(true)
    const members = await getCachedMembersOfOrganization(acme.id)
    expect(members.find(({ userId }) => userId === people.member)?.role).toBe('org:admin')
    const [membership] = (await getCachedMembershipsOfUser(people.member)).filter(
      ({ organizationId }) => organizationId === acme.id,
    )
    expect(membership?.role).toBe('org:admin')
  })

  test('a role change costs no request for what it did not change', async () => {
    await Promise.all([findMembership(ada()), findMembership(mia()), getCachedOrganization(acme.id)])
    await getCachedMembershipsOfUser(people.admin)
    clerk().setRole(acme.id, people.member, 'org:admin')
    await answered()
    services.clerk.resetRequests()
    await Promise.all([
      findMembership(ada()),
      getCachedOrganization(acme.id),
      getCachedUserById(people.admin),
    ])
    await getCachedMembershipsOfUser(people.admin)
    expect(read()).toBe(0)
    await findMembership(mia())
    expect(read()).toBe(1)
  })

  test('another name of an organization costs no membership', async () => {
    await findMembership(mia())
    await getCachedMembershipsOfUser(people.member)
    clerk().update(acme.id, { name: 'Acme Two' })
    await answered()
    services.clerk.resetRequests()
    const memberships = await getCachedMembershipsOfUser(people.member)
    expect(memberships.map(({ organization }) => organization.name)).toContain('Acme Two')
    await findMembership(mia())
    expect(services.clerk.requests().byRoute).toEqual({ 'GET /v1/organizations': 1 })
  })

  test('a removed member is refused, and in no list', async () => {
    expect(await requireOrganizationMember(acme.id)).toMatchObject({ role: 'org:member' })
    await getCachedMembersOfOrganization(acme.id)
    clerk().removeMember(acme.id, people.member)
    await answered()
    await expect(requireOrganizationMember(acme.id)).rejects.toMatchObject({ code: 'forbidden' })
    expect((await getCachedMembersOfOrganization(acme.id)).map(({ userId }) => userId)).toEqual([
      people.admin,
    ])
    const memberships = await getCachedMembershipsOfUser(people.member)
    expect(memberships.filter(({ organizationId }) => organizationId === acme.id)).toEqual([])
  })

  test('an added member is admitted', async () => {
    signedIn = people.expert
    await expect(requireOrganizationMember(acme.id)).rejects.toMatchObject({ code: 'forbidden' })
    clerk().addMember(acme.id, people.expert)
    await answered()
    expect((await requireOrganizationMember(acme.id)).userId).toBe(people.expert)
  })

  test('nobody is a member of a deleted organization, and no list shows it', async () => {
    await Promise.all([findMembership(mia()), getCachedMembershipsOfUser(people.member)])
    await Promise.all([
      getCachedOrganization({ slug: acme.slug ?? '' }),
      getCachedMembersOfOrganization(acme.id),
    ])
    clerk().remove(acme.id)
    await answered()
    expect(acknowledged).toEqual(['organization.deleted'])
    await expect(requireOrganizationMember(acme.id)).rejects.toMatchObject({ code: 'forbidden' })
    expect(await getCachedOrganization(acme.id)).toBeNull()
    expect(await getCachedOrganization({ slug: acme.slug ?? '' })).toBeNull()
    expect(await getCachedMembersOfOrganization(acme.id)).toEqual([])
    const memberships = await getCachedMembershipsOfUser(people.member)
    expect(memberships.filter(({ organizationId }) => organizationId === acme.id)).toEqual([])
  })

  test('a transferred ownership: the new owner is the admin, the old one is not', async () => {
    await Promise.all([findMembership(ada()), findMembership(mia()), getCachedMembersOfOrganization(acme.id)])
    clerk().setRole(acme.id, people.member, 'org:admin')
    clerk().setRole(acme.id, people.admin, 'org:member')
    await answered()
    expect((await requireOrganizationRole(acme.id, 'org:admin')).userId).toBe(people.member)
    signedIn = people.admin
    await expect(requireOrganizationRole(acme.id, 'org:admin')).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('a permission is that of the role at the next request', async () => {
    const manage = 'org:sys_memberships:manage'
    const require = () => requireOrganizationPermission(acme.id, manage)
    await expect(require()).rejects.toMatchObject({ code: 'forbidden' })
    clerk().setRole(acme.id, people.member, 'org:admin')
    await answered()
    expect((await require()).permissions).toContain(manage)
  })

  test('a slug that another organization takes over leads to that one, in whatever order the webhooks come', async () => {
    const slug = acme.slug ?? ''
    const other = clerk().create({ name: 'Other', createdBy: people.admin })
    await answered()
    expect((await getCachedOrganization({ slug }))?.id).toBe(acme.id)
    services.clerk.webhooks.pause()
    clerk().update(acme.id, { slug: `${slug}-old` })
    clerk().update(other.id, { slug })
    services.clerk.webhooks.resume({ reversed: true })
    await answered()
    expect((await getCachedOrganization({ slug }))?.id).toBe(other.id)
    expect((await getCachedOrganization({ slug: `${slug}-old` }))?.id).toBe(acme.id)
  })

  test('a slug that nobody had is found once an organization has it', async () => {
    const slug = `new-${acme.slug}`
    expect(await getCachedOrganization({ slug })).toBeNull()
    clerk().update(acme.id, { slug })
    await answered()
    expect((await getCachedOrganization({ slug }))?.id).toBe(acme.id)
  })

  test('a slug is no way to an organization by its ID', async () => {
    expect(await getCachedOrganization({ slug: acme.id })).toBeNull()
    expect(await getCachedOrganization({ slug: '../users' })).toBeNull()
    expect(read()).toBe(0)
  })

  test('a deleted user is in no list, and nothing that is theirs stays in Redis', async () => {
    services.clerk.webhooks.target(undefined)
    const { id } = services.clerk.createUser({ emails: [`gone-${acme.id}@example.com`] })
    clerk().addMember(acme.id, id)
    services.clerk.webhooks.target({ url: app.url, secret: services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? '' })
    await getCachedMembersOfOrganization(acme.id)
    await getCachedMembershipsOfUser(id)
    expect(await findMembership({ organizationId: acme.id, userId: id })).not.toBeNull()
    services.clerk.deleteUser(id)
    await answered()
    expect((await getCachedMembersOfOrganization(acme.id)).map(({ userId }) => userId)).not.toContain(id)
    expect(await findMembership({ organizationId: acme.id, userId: id })).toBeNull()
    const keys = await redis().run('keys', (client) => client.keys(`*:e:organization-member*${id}*`))
    const values = await Promise.all(keys.map((key) => redis().run('get', (client) => client.get(key))))
    expect(values.filter((value) => JSON.stringify(value)?.includes('org:member'))).toEqual([])
  })

  test.each([
    [
      'every list',
      [getCachedMembershipsOfUser, (_: string, of: string) => getCachedMembersOfOrganization(of)],
    ],
    ['no list', []],
  ])(
    'no key and no value has the ID of a deleted user who made an organization, with %s of theirs in the cache',
    async (_, reads) => {
      const { id } = services.clerk.createUser({ emails: [`founder-${run}@example.com`] })
      const { id: organizationId } = clerk().create({ name: 'Founded', createdBy: id })
      await answered()
      await getCachedOrganization(organizationId)
      expect(await findMembership({ organizationId, userId: id })).not.toBeNull()
      for (const read of reads) expect(await read(id, organizationId)).toHaveLength(1)
      services.clerk.deleteUser(id)
      await answered()
      const parts = await dump()
      const named = parts.filter((part) => JSON.stringify(part).includes(id)).map(([key]) => key)
      expect(named).toEqual([`ck:g:user:${id}`])
      expect(parts.some(([key]) => key.endsWith(organizationId))).toBe(true)
    },
  )

  test('a user who leaves an organization and is deleted leaves nothing of themselves in its list of members', async () => {
    services.clerk.webhooks.target(undefined)
    const { id } = services.clerk.createUser({ emails: [`left-${acme.id}@example.com`] })
    clerk().addMember(acme.id, id)
    services.clerk.webhooks.target({ url: app.url, secret: services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? '' })
    await getCachedMembersOfOrganization(acme.id)
    expect(await stored()).toContain(id)
    clerk().removeMember(acme.id, id)
    await answered()
    services.clerk.deleteUser(id)
    await answered()
    expect(await stored()).not.toContain(id)
  })

  test('an accepted invitation, and an event that cannot be read', async () => {
    const noah = { organizationId: acme.id, userId: people.neverConnected }
    services.clerk.webhooks.target(undefined)
    for (const data of [
      { id: 'orginv_1', organization_id: acme.id, user_id: people.neverConnected },
      { id: 'orginv_1', organization_id: acme.id },
    ]) {
      expect(await findMembership(noah)).toBeNull()
      clerk().addMember(acme.id, noah.userId)
      await handleClerkEvent({ type: 'organizationInvitation.accepted', data })
      expect(await findMembership(noah)).not.toBeNull()
      clerk().removeMember(acme.id, noah.userId)
      await invalidateMembership(noah)
    }
    expect(await findMembership(mia())).not.toBeNull()
    clerk().removeMember(acme.id, people.member)
    await handleClerkEvent({ type: 'organizationMembership.deleted', data: { id: 3, organization: [] } })
    expect(await findMembership(mia())).toBeNull()
  })

  test('a role that has lost a permission takes it from everybody who has the role', async () => {
    expect(await hasOrganizationPermission(mia(), 'org:sys_memberships:read')).toBe(true)
    between.alter(({ path, body }) =>
      path.includes('memberships') ? { body: body.replaceAll('"org:sys_memberships:read"', '') } : undefined,
    )
    await handleClerkEvent({ type: 'role.updated', data: { id: 'role_1' } })
    expect(await hasOrganizationPermission(mia(), 'org:sys_memberships:read')).toBe(false)
  })
})

describe('a failing Clerk or Redis', () => {
  test("Clerk's 429 is one request and an error that says when to come back", async () => {
    services.clerk.faults.add({ status: 429, retryAfter: 7 })
    const reads = Array.from({ length: 20 }, () => getCachedMembersOfOrganization(acme.id))
    const settled = await Promise.allSettled(reads)
    for (const one of settled)
      expect(one).toMatchObject({ reason: { code: 'clerk_rate_limited', retryAfter: 7 } })
    expect(read()).toBe(1)
    await expect(requireOrganizationMember(acme.id)).rejects.toMatchObject({ code: 'clerk_rate_limited' })
    expect(read()).toBe(1)
  })

  test('a list that has expired is served during a 429, but no right is decided by it', async () => {
    await findMembership(mia())
    await getCachedMembersOfOrganization(acme.id)
    await expire('organization-member*')
    services.clerk.faults.add({ status: 429, retryAfter: 7 })
    expect(await getCachedMembersOfOrganization(acme.id)).toHaveLength(2)
    expect((await getCachedMembership(people.member, acme.id))?.role).toBe('org:member')
    await expect(requireOrganizationMember(acme.id)).rejects.toMatchObject({ code: 'clerk_rate_limited' })
  })

  test('while Redis is down a removed member is refused, and a member admitted', async () => {
    expect(await findMembership(mia())).not.toBeNull()
    services.upstash.faults.set({ reset: 'before' })
    expect(await requireOrganizationMember(acme.id)).toMatchObject({ role: 'org:member' })
    clerk().removeMember(acme.id, people.member)
    await expect(requireOrganizationMember(acme.id)).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('a removal that Redis did not confirm is true while the breaker is open, and once the webhook came again', async () => {
    expect(await findMembership(mia())).not.toBeNull()
    const list = await getCachedMembersOfOrganization(acme.id)
    expect(list).toHaveLength(2)
    services.upstash.faults.set({ reset: 'before' })
    clerk().removeMember(acme.id, people.member)
    await expect.poll(() => services.clerk.webhooks.log().at(-1)?.attempts).toEqual([503])
    services.upstash.faults.set()
    await expect(requireOrganizationMember(acme.id)).rejects.toMatchObject({ code: 'forbidden' })
    expect(await getCachedMembersOfOrganization(acme.id)).toHaveLength(1)
    services.clerk.webhooks.retryNow()
    await answered()
    expect(services.clerk.webhooks.log().at(-1)?.attempts).toEqual([503, 200])
    // The breaker closes: from here on Redis answers.
    vi.advanceTimersByTime(60_000)
    await expect(requireOrganizationMember(acme.id)).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('a removal that Redis did not confirm is true once Redis is back, before the webhook comes again', async () => {
    expect(await findMembership(mia())).not.toBeNull()
    expect(await getCachedMembersOfOrganization(acme.id)).toHaveLength(2)
    const listed = async () =>
      (await getCachedMembershipsOfUser(people.member)).some((one) => one.organizationId === acme.id)
    expect(await listed()).toBe(true)
    services.upstash.faults.set({ reset: 'before' })
    clerk().removeMember(acme.id, people.member)
    await expect.poll(() => services.clerk.webhooks.log().at(-1)?.attempts).toEqual([503])
    // The breaker opens, and closes once Redis is back.
    for (let i = 0; i < 3; i++)
      await expect(requireOrganizationMember(acme.id)).rejects.toMatchObject({ code: 'forbidden' })
    services.upstash.faults.set()
    const ping = () => redis().run('ping', (client) => client.ping())
    await expect.poll(() => ping().catch(() => undefined), { timeout: 20_000 }).toBe('PONG')
    await expect(requireOrganizationMember(acme.id)).rejects.toMatchObject({ code: 'forbidden' })
    expect(await getCachedMembersOfOrganization(acme.id)).toHaveLength(1)
    expect(await listed()).toBe(false)
    // No other process finds the old entry either.
    expect(await stored()).not.toContain('"role":"org:member"')
  })

  test('while Redis and Clerk are down nobody is admitted', async () => {
    expect(await findMembership(mia())).not.toBeNull()
    services.upstash.faults.set({ reset: 'before' })
    services.clerk.faults.add({ status: 500 })
    await expect(requireOrganizationMember(acme.id)).rejects.toMatchObject({ code: 'clerk_unavailable' })
  })

  test('a banned user has no right in any organization', async () => {
    services.clerk.webhooks.target(undefined)
    services.clerk.updateUser(people.member, { banned: true })
    try {
      expect(await findMembership(mia())).toBeNull()
    } finally {
      services.clerk.updateUser(people.member, { banned: false })
    }
  })
})

test('nothing about a user who is forgotten stays in Redis, the lists of members included', async () => {
  await findMembership(mia())
  await getCachedMembershipsOfUser(people.member)
  await getCachedMembersOfOrganization(acme.id)
  await removeMembershipsOf(people.member)
  await removeUser(people.member)
  expect(await stored()).not.toContain(people.member)
})

const dump = async (): Promise<[string, unknown][]> =>
  JSON.parse(await dumpRedis(services.upstash.url, services.upstash.token))

/** The entries in Redis, as text. */
const stored = async () => JSON.stringify((await dump()).filter(([key]) => key.includes(':e:')))

/** Ends the hard and the soft expiry of the entries of these lookups. Their grace goes on. */
async function expire(names: string) {
  const keys = await redis().run('keys', (client) => client.keys(`ck:[hs]:${names}`))
  expect(keys.length).toBeGreaterThan(0)
  await redis().run('del', (client) => client.del(...keys))
}
