import { createClerkClient } from '@clerk/backend'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { fullOr } from '../support/full'
import { type Services, startServices } from '../support/services'
import { sessionOf } from '../support/session'
import { type Day, runDay } from './day'
import parameters from './day.json'
import { type Kit, loadKit, signedIn } from './kit'
import { seedUsers } from './seed-users'
import { directly, LOOKUPS, PAGES, type Source, visit } from './session'

// Before the kit is imported, because it uses the clock that the day advances.
vi.hoisted(() => vi.useFakeTimers({ toFake: ['Date'] }))
vi.mock('@clerk/nextjs/server', async () => {
  const { signedIn: who } = await import('./kit')
  return { auth: async () => sessionOf(who.getStore()) }
})
// Outside Next there is no response, so tasks run at once.
vi.mock('next/server', () => ({ after: (task: () => Promise<unknown>) => void task() }))

/** A quarter of an hour of the day at full load, and with FULL_TESTS=1 a twentieth of it. `WORKLOAD_SHARE=1` runs the whole day, which takes minutes. */
const share = Number(process.env.WORKLOAD_SHARE ?? fullOr(0.05, 1 / 96))
const part = share === 1 ? 'a day' : `the first ${Math.round(parameters.hours * 60 * share)} minutes of a day`

const session = { direct: 0, remembered: 0, cold: 0, warm: 0 }
const days: Day[] = []

describe(`a session of ${LOOKUPS} lookups`, () => {
  let services: Services
  let kit: Kit
  let me: string

  beforeAll(async () => {
    services = await startServices({ CACHE_NAMESPACE: 'session' })
    kit = await loadKit()
    me = seedUsers(services.clerk, { users: 1, experts: parameters.experts }).members[0]?.id ?? ''
  })

  afterAll(() => services.close())

  /** The requests that the stand-in counts while one user visits all pages. */
  async function callsOf(sourceOf: (page: number) => Source): Promise<number> {
    services.clerk.resetRequests()
    for (let page = 0; page < PAGES; page++)
      await signedIn.run(me, () => visit(sourceOf(page), page, me, 'expert-4'))
    return services.clerk.requests().total
  }
  const client = () => createClerkClient({ secretKey: services.clerk.secretKey, apiUrl: services.clerk.url })

  test('costs Clerk more than 50 requests when components use its SDK', async () => {
    const source = directly(client(), me)
    session.direct = await callsOf(() => source)
    expect(session.direct).toBeGreaterThan(50)
  })

  test('costs less if React answers identical requests of one render from memory', async () => {
    session.remembered = await callsOf(() => directly(client(), me, new Map()))
    expect(session.remembered).toBeLessThan(session.direct)
  })

  test('costs at most 4 requests with a cold cache, and none with a warm one', async () => {
    session.cold = await callsOf(() => kit.source)
    expect(session.cold, JSON.stringify(services.clerk.requests())).toBeLessThanOrEqual(4)
    session.warm = await callsOf(() => kit.source)
    expect(session.warm).toBe(0)
  })
})

const scenarios = [
  { ttl: 300, signInWebhooks: true },
  { ttl: 300, signInWebhooks: false },
  // A small part of the day is too short to show the effect of this TTL.
  ...(share >= 0.25 ? [{ ttl: 3600, signInWebhooks: true }] : []),
]

describe.each(scenarios)(
  `${part} of ${parameters.users} users, TTL $ttl s, webhooks for sign-ins: $signInWebhooks`,
  (scenario) => {
    let day: Day

    beforeAll(async () => {
      day = await runDay({ share, ...scenario })
      days.push(day)
    }, 1_200_000)

    test('costs Clerk at least 98 % fewer requests than without the kit', () => {
      expect(fewer(day.requests, directCalls(day))).toBeGreaterThanOrEqual(98)
    })

    test('would cost at least 96.5 % fewer if no lookups were merged', () => {
      expect(fewer(day.apart, directCalls(day))).toBeGreaterThanOrEqual(96.5)
    })

    test('returns no value older than a confirmed invalidation', () => {
      expect(day.reads).toBeGreaterThan(day.sessions * 40)
      expect(day.stale).toBe(0)
    })

    test('reports an event for each request that Clerk has counted', () => {
      expect(day.reported).toBe(day.requests)
    })
  },
)

/** The requests of the day's sessions without the kit, as measured above, plus the writes. */
const directCalls = (day: Day) => day.sessions * session.direct + day.writes
const fewer = (calls: number, than: number) => 100 * (1 - calls / than)

afterAll(() => {
  const line = (...cells: (string | number)[]) => {
    const [first = '', ...rest] = cells.map((cell) =>
      typeof cell === 'number' ? cell.toLocaleString('en') : cell,
    )
    return `  ${first.padEnd(52)}${rest.map((cell) => cell.padStart(14)).join('')}`
  }
  const percent = (calls: number, than: number) => `${fewer(calls, than).toFixed(2)} %`
  const each = (name: string, read: (day: Day) => string | number) => line(name, ...days.map(read))
  const lines = [
    '',
    line(`A session of ${LOOKUPS} lookups`, 'calls'),
    line('Clerk’s SDK in every component', session.direct),
    line('  identical calls of one render answered by React', session.remembered),
    line('the kit, cold', session.cold),
    line('the kit, warm', session.warm),
    '',
    `  ${share === 1 ? 'The whole day' : `SCALED DOWN: ${part}, ${share} of it`}, ${parameters.users} users, ${parameters.sessionsPerUser} sessions each a day`,
    each('CACHE_USER_TTL', ({ ttl }) => `${ttl} s`),
    each('webhooks of sign-ins', ({ signInWebhooks }) => (signInWebhooks ? 'yes' : 'no')),
    each('sessions', (day) => day.sessions),
    each('sign-ins', (day) => day.signIns),
    each('edits and role changes', (day) => day.writes),
    each('webhooks acknowledged', (day) => day.webhooks),
    each('calls, directly', directCalls),
    each('calls, through the kit', (day) => day.requests),
    each('  reported by its events', (day) => day.reported),
    each('  fewer', (day) => percent(day.requests, directCalls(day))),
    each('  fewer, had no two lookups been merged', (day) => percent(day.apart, directCalls(day))),
    each('  fewer than with React’s memory', (day) =>
      percent(day.requests, day.sessions * session.remembered + day.writes),
    ),
    each('values read', (day) => day.reads),
    each('  older than an acknowledged invalidation', (day) => day.stale),
    each('  older than Clerk’s, which had not told', (day) => day.behind),
    each('seconds it took', (day) => day.seconds.toFixed(1)),
    '',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
})
