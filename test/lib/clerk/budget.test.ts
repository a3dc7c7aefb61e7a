import { beforeEach, describe, expect, test, vi } from 'vitest'
import { getCachedUserById, getCachedUserByUsername } from '@/lib/cache/clerk-cache'
import { getCachedOAuthToken } from '@/lib/cache/token-cache'
import { updateUserMetadata, updateUserProfile } from '@/lib/cache/user-writes'
import { clerkBudget } from '@/lib/clerk/budget'
import { clerkGet } from '@/lib/clerk/request'
import { redis } from '@/lib/config'
import { batchRefreshTokens } from '@/lib/integrations/batch-refresh-tokens'
import { withPriority } from '@/lib/lookup/priority'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

const LIMIT = 40
const services = useServices({ performanceClock: true, env: { CLERK_RATE_LIMIT: String(LIMIT) } })

beforeEach(() => services.clerk.faults.limit(undefined))

const asVisitor = <R>(work: () => R) => withPriority('normal', work)
const calls = () => services.clerk.requests().total
/** Asks at once about so many ends of sign-ins or renewals, and returns how many Clerk may be asked about. */
async function sessions(count: number) {
  const admitted = Array.from({ length: count }, () => clerkBudget().admitSession())
  return (await Promise.all(admitted)).filter(Boolean).length
}
let names = 0
/** Reads of names that nobody has, each of which costs a request. */
const askForNames = (count: number) =>
  Promise.allSettled(Array.from({ length: count }, () => getCachedUserByUsername(`nobody-${++names}`)))
const answered = (results: PromiseSettledResult<unknown>[]) =>
  results.filter(({ status }) => status === 'fulfilled').length
const paused = () => redis().run('exists', (client) => client.exists('ck:clerk-paused'))

describe('the budget of the fleet', () => {
  test('visitors may use half of it, and people who are signed in all of it', async () => {
    expect(answered(await asVisitor(() => askForNames(LIMIT)))).toBe(LIMIT / 2)
    expect(calls()).toBe(LIMIT / 2)
    expect(answered(await askForNames(LIMIT))).toBe(LIMIT / 2)
    expect(calls()).toBe(LIMIT)
  })

  test('signing in uses the half of visitors, and leaves all of the other', async () => {
    expect(await sessions(LIMIT)).toBe(LIMIT / 2)
    expect(answered(await asVisitor(() => askForNames(1)))).toBe(0)
    expect(answered(await askForNames(LIMIT))).toBe(LIMIT / 2)
  })

  test('of the half of visitors a tenth of the limit is kept for signing in', async () => {
    expect(await sessions(1)).toBe(1)
    expect(answered(await asVisitor(() => askForNames(LIMIT)))).toBe(0.4 * LIMIT)
    expect(await sessions(LIMIT)).toBe(LIMIT / 10 - 1)
    expect(answered(await askForNames(LIMIT))).toBe(LIMIT / 2)
  })

  test('visitors who came before do not keep anybody from signing in', async () => {
    expect(answered(await asVisitor(() => askForNames(LIMIT)))).toBe(LIMIT / 2)
    expect(await sessions(LIMIT)).toBe(LIMIT / 10)
  })

  test('background work stops at a quarter', async () => {
    expect(answered(await withPriority('low', () => askForNames(LIMIT)))).toBe(LIMIT / 4)
    const google = { provider: 'google' as const, userId: people.expert }
    expect(await batchRefreshTokens([google], { maxWait: 0 })).toMatchObject([{ status: 'rate_limited' }])
    expect(await getCachedOAuthToken(people.expert, 'google')).toMatchObject({ status: 'ok' })
  })

  test('what exceeds it is refused without asking Clerk, and is no pause', async () => {
    await asVisitor(() => askForNames(LIMIT))
    await expect(asVisitor(() => getCachedUserByUsername('one-more'))).rejects.toMatchObject({
      code: 'clerk_rate_limited',
      clerkCodes: ['over_budget', 'normal'],
      retryAfter: expect.any(Number),
    })
    expect(calls()).toBe(LIMIT / 2)
    expect(await paused()).toBe(0)
  })

  test('a person who is signed in is not refused with the visitors who ask for the same name', async () => {
    await asVisitor(() => askForNames(LIMIT))
    const visitors = Array.from({ length: 5 }, () => asVisitor(() => getCachedUserByUsername('mia-moreau')))
    const [result, ...others] = await Promise.allSettled([getCachedUserByUsername('mia-moreau'), ...visitors])
    expect(result).toMatchObject({ status: 'fulfilled', value: { id: people.member } })
    expect(others.length).toBe(5)
  })

  test('counts what other processes have sent', async () => {
    const now = Math.floor(Date.now() / 1000)
    await redis().run('hset', (client) => client.hset('ck:clerk-budget', { [`${now}h`]: LIMIT - 3 }))
    expect(answered(await askForNames(10))).toBe(3)
    expect(clerkBudget().read()).toMatchObject({ limit: LIMIT, left: 0 })
  })

  test('counts nothing of a time that has not come, which a clock that was set back leaves', async () => {
    const later = Math.floor(Date.now() / 1000) + 600
    await redis().run('hset', (client) => client.hset('ck:clerk-budget', { [`${later}h`]: LIMIT }))
    expect(answered(await askForNames(LIMIT))).toBe(LIMIT)
  })

  test('costs a hit no command, all misses of a tick one, and a caller over it none', async () => {
    await getCachedUserById(people.expert)
    services.upstash.resetCounts()
    await getCachedUserById(people.expert)
    expect(services.upstash.counts().commands).toBe(1)
    services.upstash.resetCounts()
    await Promise.all([getCachedUserById(people.admin), getCachedUserById(people.member)])
    // MGET, acquire, budget, commit.
    expect(services.upstash.counts().commands).toBe(4)
  })

  test('without Redis each process has its share', async () => {
    await getCachedUserById(people.expert)
    services.upstash.faults.set({ reset: 'before' })
    const results = await asVisitor(() => askForNames(LIMIT))
    expect(answered(results)).toBeLessThanOrEqual(LIMIT / 2)
    expect(answered(results)).toBeGreaterThan(0)
    expect(answered(await askForNames(2 * LIMIT)) + answered(results)).toBeLessThan(LIMIT)
  })

  test('an answer of Redis that says something else is none, so the process has its share', async () => {
    await getCachedUserById(people.expert)
    services.upstash.faults.set({
      only: ['evalsha', 'eval'],
      answer: { status: 200, body: '{"result":"OK"}' },
    })
    const results = await asVisitor(() => askForNames(LIMIT))
    expect(answered(results)).toBeGreaterThan(0)
    expect(answered(await askForNames(2 * LIMIT)) + answered(results)).toBeLessThan(LIMIT)
  })

  test('a health check costs nothing of it', async () => {
    await clerkGet('/jwks', new URLSearchParams(), 60_000)
    expect(calls()).toBe(1)
    expect(answered(await askForNames(LIMIT))).toBe(LIMIT)
  })
})

describe('a 429 of one user', () => {
  test('stops this operation of this user, and nothing else', async () => {
    services.clerk.faults.limit({ requests: 1000, updatesPerUser: 3 })
    const save = (userId: string) => updateUserProfile(userId, { firstName: 'Mia' })
    for (let i = 0; i < 3; i++) await save(people.member)
    await expect(save(people.member)).rejects.toMatchObject({ status: 429, outcome: 'not_saved' })
    const sent = calls()
    await expect(save(people.member)).rejects.toMatchObject({ clerkCodes: ['paused'] })
    expect(calls()).toBe(sent)
    expect(await paused()).toBe(0)
    expect((await getCachedUserById(people.expert))?.id).toBe(people.expert)
    await save(people.admin)
    expect(await getCachedOAuthToken(people.expert, 'google')).toMatchObject({ status: 'ok' })
  })

  test('ends when Clerk said', async () => {
    services.clerk.faults.add({ status: 429, retryAfter: 7, times: 1 })
    const save = () => updateUserMetadata(people.member, { unsafeMetadata: { a: 1 } })
    await expect(save()).rejects.toMatchObject({ retryAfter: 7 })
    vi.advanceTimersByTime(6_000)
    await expect(save()).rejects.toMatchObject({ retryAfter: 1 })
    vi.advanceTimersByTime(1_001)
    expect((await save()).id).toBe(people.member)
  })

  test('is the limit of the instance when reads of three users are limited', async () => {
    services.clerk.faults.add({ status: 429, retryAfter: 5 })
    for (const user of [people.expert, people.member]) await getCachedOAuthToken(user, 'google')
    expect(await paused()).toBe(0)
    await getCachedOAuthToken(people.tooFewScopes, 'google')
    expect(await paused()).toBe(1)
  })

  test('is the limit of the instance when the fleet has nearly used its budget', async () => {
    await askForNames(LIMIT - 2)
    services.clerk.faults.add({ status: 429, retryAfter: 5 })
    await updateUserProfile(people.member, { firstName: 'Mia' }).catch(() => {})
    expect(await paused()).toBe(1)
  })
})

test('a pause of the fleet lasts a minute at most, whatever Clerk says', async () => {
  services.clerk.faults.add({ status: 429, retryAfter: 3600, times: 1 })
  await expect(getCachedUserById(people.expert)).rejects.toMatchObject({ code: 'clerk_rate_limited' })
  expect(clerkBudget().read().pausedMs).toBeLessThanOrEqual(60_000)
  const left = await redis().run('pttl', (client) => client.pttl('ck:clerk-paused'))
  expect(left).toBeGreaterThan(0)
  expect(left).toBeLessThanOrEqual(60_000)
})

test('without Redis signing in has its part of the share of a process', async () => {
  services.upstash.faults.set({ reset: 'before' })
  expect(await sessions(LIMIT)).toBe(LIMIT / 2)
  vi.advanceTimersByTime(1_001)
  expect(answered(await asVisitor(() => askForNames(1)))).toBe(0)
})
