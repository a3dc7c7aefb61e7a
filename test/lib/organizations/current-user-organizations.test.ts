import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { currentUserOrganization } from '@/lib/organizations/current-user-organizations.server'
import { people } from '../../../local/seed'
import { type Between, startBetween } from '../../support/clerk-in-between'
import { useServices } from '../../support/services'
import { sessionOf } from '../../support/session'

let between: Between
const services = useServices({
  env: async () => {
    between = await startBetween(() => services.clerk.url)
    return { CLERK_API_URL: between.url, LOG_LEVEL: 'silent' }
  },
})
vi.mock('next/server', () => ({ after: () => undefined }))
let signedIn: string = people.member
vi.mock('@clerk/nextjs/server', () => ({
  auth: async () => sessionOf(signedIn),
}))
afterAll(() => between.close())

let slug: string
let run = 0
beforeEach(() => {
  between.alter()
  slug = `acme-${run++}`
  const { id } = services.clerk.organizations.create({ name: 'Acme', slug, createdBy: people.admin })
  services.clerk.organizations.addMember(id, people.member)
})

describe('the members of an organization', () => {
  test('are shown to a role that may read them', async () => {
    const found = await currentUserOrganization(slug)
    expect(found?.members?.map(({ userId }) => userId)).toEqual([people.admin, people.member])
  })

  test.each([
    [1, 50, true],
    [2, 50, true],
    [3, 3, false],
    [4, 0, false],
  ])('are on page %i of a long list: %i', async (page, shown, hasMore) => {
    const long = `long-${run}-${page}`
    const { id } = services.clerk.organizations.create({ name: 'Long', slug: long, createdBy: people.member })
    for (let i = 0; i < 102; i++)
      services.clerk.organizations.addMember(
        id,
        services.clerk.createUser({ emails: [`${long}-${i}@example.com`] }).id,
      )
    const found = await currentUserOrganization(long, page)
    expect(found?.members).toHaveLength(shown)
    expect(found?.hasMore).toBe(hasMore)
    expect(found).toMatchObject({ total: 103, userId: people.member })
  })

  test('are neither read nor shown for a role without the permission', async () => {
    between.alter(({ path, body }) =>
      path.includes('memberships')
        ? { body: body.replaceAll('org:sys_memberships:read', 'org:other:read') }
        : undefined,
    )
    services.clerk.resetRequests()
    expect(await currentUserOrganization(slug)).toMatchObject({
      role: 'org:member',
      members: null,
      total: 0,
    })
    // Of the one member only.
    expect(services.clerk.requests().byRoute['GET /v1/organizations/{organization_id}/memberships']).toBe(1)
  })

  test('of an organization that one is not in are those of one that does not exist', async () => {
    services.clerk.organizations.create({ name: 'Other', slug: `other-${slug}`, createdBy: people.admin })
    expect(await currentUserOrganization(`other-${slug}`)).toBeNull()
    services.clerk.resetRequests()
    expect(await currentUserOrganization('made-up')).toBeNull()
    expect(services.clerk.requests().total).toBe(0)
  })
})

describe('somebody who goes through page after page of members', () => {
  afterEach(() => {
    signedIn = people.member
  })

  test('waits after sixty of them in a minute, before Clerk is asked, and others do not', async () => {
    signedIn = services.clerk.createUser({ emails: ['walker@example.com'] }).id
    const walked = services.clerk.organizations.create({ name: 'Large', slug: 'large', createdBy: signedIn })
    services.clerk.organizations.addMember(walked.id, people.member)
    await currentUserOrganization('large')
    // More than sixty, because the limiter estimates across the end of a minute.
    const pages = Array.from({ length: 75 }, (_, i) => currentUserOrganization('large', i + 2))
    const settled = await Promise.allSettled(pages)
    expect(settled.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(61)
    services.clerk.resetRequests()
    const refused = { code: 'clerk_rate_limited', clerkCodes: ['own_limit'] }
    await expect(currentUserOrganization('large', 2)).rejects.toMatchObject(refused)
    expect(services.clerk.requests().total).toBe(0)
    signedIn = people.member
    expect(await currentUserOrganization('large')).toMatchObject({ total: 2 })
  })
})
