import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { listenForClerk } from '../support/clerk-listener'
import { fullOr } from '../support/full'
import { type Services, startServices } from '../support/services'
import { sessionOf } from '../support/session'
import { seededRandom } from './seed-users'

// Before the kit is imported, because it uses the clock that the hour advances.
vi.hoisted(() => vi.useFakeTimers({ toFake: ['Date'] }))
vi.mock('@clerk/nextjs/server', async () => {
  const { signedIn: who } = await import('./kit')
  return { auth: async () => sessionOf(who.getStore()) }
})
vi.mock('next/server', () => ({ after: (task: () => Promise<unknown>) => void task() }))

const [PEOPLE, ORGANIZATIONS, ORGANIZATIONS_EACH] = [200, 20, 2]
/** A step is 10 s. Seven and a half minutes in which each of the people opens a page every 3 minutes; an hour and 100 s with FULL_TESTS=1. */
const [STEPS, VISITS] = fullOr([360, 20], [45, 10])
const [SECONDS, STEPS_BETWEEN_CHANGES] = [10, 3]

/** The values that something has had at Clerk, and up to which one the app has acknowledged the changes. */
interface History {
  values: (string | null)[]
  acknowledged: number
}

let services: Services
let app: Awaited<ReturnType<typeof listenForClerk>>
beforeAll(async () => {
  services = await startServices({ CLERK_RATE_LIMIT: '1000000', LOG_LEVEL: 'silent' }, { redis: 'wasm' })
})
afterAll(async () => {
  await app.close()
  await services.close()
})

test(`${(STEPS * SECONDS) / 60} minutes of 200 members in 20 organizations costs a fraction of the calls, and no read is stale`, async () => {
  const [{ signedIn }, { POST }, { refreshesSettled }, cache, { requireOrganizationMember }, { AuthError }] =
    await Promise.all([
      import('./kit'),
      import('@/app/api/webhooks/clerk/route'),
      import('@/lib/cache/lookups'),
      import('@/lib/cache/organization-cache'),
      import('@/lib/organizations/roles.server'),
      import('@/lib/auth/auth-error'),
    ])
  const { clerk } = services
  const histories = new Map<string, History>()
  const historyOf = (key: string) => {
    const known = histories.get(key) ?? { values: [null], acknowledged: 0 }
    histories.set(key, known)
    return known
  }
  /** What the app has acknowledged is what Clerk has now, because changes come one after another. */
  const seen = { reads: 0, stale: 0, changes: 0, webhooks: 0, direct: 0 }
  const changed: string[] = []
  app = await listenForClerk(POST, () => {
    seen.webhooks++
    for (const key of changed) historyOf(key).acknowledged = historyOf(key).values.length - 1
  })

  // Seeded without webhooks.
  clerk.webhooks.target(undefined)
  clerk.webhooks.resume()
  const owner = clerk.createUser({ emails: ['owner@example.com'] }).id
  const organizations = Array.from(
    { length: ORGANIZATIONS },
    (_, i) => clerk.organizations.create({ name: `v0 of ${i}`, slug: `company-${i}`, createdBy: owner }).id,
  )
  const people = Array.from(
    { length: PEOPLE },
    (_, i) => clerk.createUser({ emails: [`p${i}@example.com`] }).id,
  )
  const places = people.flatMap((userId, i) =>
    Array.from({ length: ORGANIZATIONS_EACH }, (_, n) => ({
      userId,
      organizationId: organizations[(i + n * 7) % ORGANIZATIONS] ?? '',
    })),
  )
  const roleKey = (of: { userId: string; organizationId: string }) => `${of.organizationId} ${of.userId}`
  for (const place of places) {
    clerk.organizations.addMember(place.organizationId, place.userId)
    histories.set(roleKey(place), { values: ['org:member'], acknowledged: 0 })
  }
  organizations.forEach((id, i) => {
    histories.set(id, { values: [`v0 of ${i}`], acknowledged: 0 })
  })
  clerk.webhooks.target({ url: app.url, secret: services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? '' })
  clerk.resetRequests()

  const random = seededRandom(17)
  const pick = <T>(from: readonly T[]): T => {
    const one = from[Math.floor(random() * from.length)]
    if (one === undefined) throw new Error('nothing to pick from')
    return one
  }

  /** A read is stale if it has a value that was gone when the read began. */
  async function check<T>(
    keys: readonly string[],
    read: () => Promise<T>,
    valueIn: (got: T, i: number) => unknown,
  ) {
    const floors = keys.map((key) => historyOf(key).acknowledged)
    const got = await read()
    keys.forEach((key, i) => {
      seen.reads++
      const allowed = historyOf(key).values.slice(floors[i])
      if (!allowed.some((value) => value === valueIn(got, i))) seen.stale++
    })
  }

  async function visit(place: (typeof places)[number], showsMembers: boolean) {
    const { userId, organizationId } = place
    // The user, the right, the organization and the memberships: a request each where an app calls Clerk.
    seen.direct += 4 + (showsMembers ? 1 : 0)
    const mine = places.filter((one) => one.userId === userId)
    await Promise.all([
      check(
        [roleKey(place)],
        () =>
          signedIn.run(userId, () =>
            requireOrganizationMember(organizationId).catch((error) => {
              if (error instanceof AuthError) return null
              throw error
            }),
          ),
        (membership) => membership?.role ?? null,
      ),
      check(
        [organizationId],
        () => cache.getCachedOrganization(organizationId),
        (found) => found?.name ?? null,
      ),
      check(
        mine.map(roleKey),
        () => cache.getCachedMembershipsOfUser(userId),
        (list, i) => list.find((one) => one.organizationId === mine[i]?.organizationId)?.role ?? null,
      ),
    ])
    if (!showsMembers) return
    const here = places.filter((one) => one.organizationId === organizationId)
    await check(
      here.map(roleKey),
      () => cache.getCachedMembersOfOrganization(organizationId),
      (list, i) => list.find((one) => one.userId === here[i]?.userId)?.role ?? null,
    )
  }

  function change() {
    seen.changes++
    changed.length = 0
    if (seen.changes % 5 === 0) {
      const id = pick(organizations)
      const name = `v${seen.changes}`
      changed.push(id)
      historyOf(id).values.push(name)
      clerk.organizations.update(id, { name })
      return
    }
    const place = pick(places)
    const { organizationId, userId } = place
    const { values } = historyOf(roleKey(place))
    changed.push(roleKey(place))
    const next =
      { 'org:member': 'org:admin', 'org:admin': null, none: 'org:member' }[values.at(-1) ?? 'none'] ?? null
    const isNew = values.at(-1) === null
    values.push(next)
    if (isNew) clerk.organizations.addMember(organizationId, userId, 'org:member')
    else if (next === null) clerk.organizations.removeMember(organizationId, userId)
    else clerk.organizations.setRole(organizationId, userId, next)
  }

  const start = Date.now()
  for (let step = 0; step < STEPS; step++) {
    vi.setSystemTime(start + step * SECONDS * 1000)
    if (step % STEPS_BETWEEN_CHANGES === 1) change()
    await Promise.all(Array.from({ length: VISITS }, () => visit(pick(places), random() < 0.2)))
    await clerk.webhooks.flush()
    // And once more, when the change was acknowledged.
    await visit(pick(places), true)
    await refreshesSettled()
  }
  const { total: kit, byRoute } = clerk.requests()
  process.stdout.write(`organizations: ${JSON.stringify({ ...seen, kit, byRoute })}\n`)
  expect(seen.changes).toBe(STEPS / STEPS_BETWEEN_CHANGES)
  expect(seen.webhooks).toBe(seen.changes)
  expect(seen.reads).toBeGreaterThan(fullOr(30_000, 3_750))
  expect(seen.stale).toBe(0)
  expect(kit).toBeLessThan(seen.direct / 3)
})
