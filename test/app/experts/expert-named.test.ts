import { beforeEach, describe, expect, test, vi } from 'vitest'
import { expertNamed } from '@/app/experts/expert-named'
import { getCachedUserByUsername } from '@/lib/cache/clerk-cache'
import { invalidateAllUserCache } from '@/lib/cache/clerk-cache-utils'
import { redis } from '@/lib/config'
import { withPriority } from '@/lib/lookup/priority'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

const LIMIT = 100
const services = useServices({ performanceClock: true, env: { CLERK_RATE_LIMIT: String(LIMIT) } })
let signedIn: string | null
vi.mock('@clerk/nextjs/server', () => ({ auth: async () => ({ userId: signedIn }) }))
beforeEach(() => {
  signedIn = null
})

describe('the name in the address of an expert’s page', () => {
  test.each(['amara-okafor', 'AMARA-OKAFOR', '%61mara-okafor', 'Amara%2Dokafor'])(
    'may be written as %s',
    async (segment) => {
      expect((await expertNamed(segment))?.id).toBe(people.expert)
    },
  )

  test.each([
    ['cut off in the middle of an escape', '%'],
    ['with an escape of one digit', 'amara-okafor%2'],
    ['with half a surrogate pair', '%ED%A0%80'],
    ['cut off in the middle of a character', '%E0%A4%A'],
    ['that is not UTF-8', '%FF'],
    ['that is empty', ''],
    ['that is longer than names can be', 'a'.repeat(257)],
    ['that is very long', '%41'.repeat(100_000)],
  ])('is nobody’s and is not sent to Clerk, if it is one %s', async (_, segment) => {
    expect(await expertNamed(segment)).toBeNull()
    expect(services.clerk.requests().total).toBe(0)
  })

  test.each([
    ['a NUL', 'amara-okafor%00'],
    ['slashes', '..%2F..%2Fusers%2Famara-okafor'],
    ['a second escape', 'amara%252Dokafor'],
    ['a line break', 'amara-okafor%0D%0A'],
    ['another parameter', 'nobody%26username=amara-okafor'],
    ['a list', 'nobody%2Camara-okafor'],
    ['a sign', '%2Bamara-okafor'],
    ['a space', '%20amara-okafor'],
    ['a letter that only looks like one of it', '%EF%BC%A1mara-okafor'],
    ['emoji', '%F0%9F%98%80'],
    ['the name of a property', '__proto__'],
  ])('is another name, which nobody has, with %s', async (_, segment) => {
    expect(await expertNamed(segment)).toBeNull()
  })

  test.each(['mia-moreau', 'ada-lindgren'])(
    'leads to nobody for %s, who is not an expert',
    async (segment) => {
      expect(await expertNamed(segment)).toBeNull()
    },
  )
})

test.each(['banned', 'locked', 'deprovisioned'])('an expert who is %s has no public page', async (flag) => {
  const username = `expert-${flag}`
  const { id } = services.clerk.createUser({
    ...{ emails: [`${username}@example.com`], username, publicMetadata: { role: 'expert' } },
  })
  services.clerk.updateUser(id, { [flag]: true })
  expect(await expertNamed(username)).toBeNull()
  services.clerk.updateUser(id, { [flag]: false })
  await invalidateAllUserCache(id, username)
  expect((await expertNamed(username))?.id).toBe(id)
})

test('what is read for a member says no more than for a name that nobody has, and is kept no longer', async () => {
  const costOf = async (segment: string) => {
    services.clerk.resetRequests()
    services.upstash.resetCounts()
    expect(await expertNamed(segment)).toBeNull()
    return { clerk: services.clerk.requests().byRoute, redis: services.upstash.counts().byCommand }
  }
  // Redis learns its scripts.
  await costOf('nobody-yet')
  const unknown = await costOf('zoe-zimmer')
  expect(await costOf('mia-moreau')).toEqual(unknown)
  expect(await costOf('mia-moreau')).toEqual(await costOf('zoe-zimmer'))
  const entries = await redis().run('keys', (client) => client.keys('ck:e:*'))
  const kept = await Promise.all(entries.map((key) => redis().run('pttl', (client) => client.pttl(key))))
  expect(Math.max(...kept)).toBeLessThanOrEqual(30_000)
})

describe('a signed-in user who asks for names that nobody has', () => {
  let names = 0
  const unknownNames = (count: number) =>
    Promise.allSettled(Array.from({ length: count }, () => expertNamed(`nobody-${++names}`)))
  /** Uses up the half of Clerk's limit that visitors may use. */
  const asVisitors = () =>
    withPriority('normal', () =>
      Promise.all(Array.from({ length: LIMIT / 2 }, () => getCachedUserByUsername(`stranger-${++names}`))),
    )

  test('gets no more than visitors from the 21st on, and everybody else who is signed in does', async () => {
    await asVisitors()
    signedIn = 'user_curious'
    expect((await unknownNames(20)).map(({ status }) => status)).toEqual(Array(20).fill('fulfilled'))
    await expect(expertNamed('nobody-more')).rejects.toMatchObject({ clerkCodes: ['over_budget', 'normal'] })
    signedIn = 'user_other'
    expect(await expertNamed('nobody-else')).toBeNull()
  })

  test('may look at as many experts as there are', async () => {
    signedIn = 'user_reader'
    for (let i = 0; i < 30; i++) expect((await expertNamed('amara-okafor'))?.id).toBe(people.expert)
    await asVisitors()
    expect(await expertNamed('nobody-at-all')).toBeNull()
  })
})
