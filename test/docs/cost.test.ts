import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { userOfSession } from '@/lib/auth/session-user'
import { getCachedUserById, getCachedUsersByIds, userById } from '@/lib/cache/clerk-cache'
import { invalidateUserCache } from '@/lib/cache/clerk-cache-utils'
import { getCachedOAuthToken } from '@/lib/cache/token-cache'
import { people } from '../../local/seed'
import { useServices } from '../support/services'

const services = useServices()
const guide = readFileSync(join(import.meta.dirname, '../../docs/guides/cost.md'), 'utf8')

/** The commands and Clerk requests that some work costs. */
async function costOf(work: () => Promise<unknown>) {
  services.clerk.resetRequests()
  services.upstash.resetCounts()
  await work()
  return { commands: services.upstash.counts().commands, requests: services.clerk.requests().total }
}

const session = { userId: people.member, sessionId: 'sess_1' }
const shown = () =>
  services.clerk
    .users()
    .slice(0, 12)
    .map(({ id }) => id)

/** The view that the guide counts with: who is signed in, then a list of 12 users. */
async function view() {
  await userOfSession(session)
  await userById.many(shown())
}

async function costOfLoad() {
  await invalidateUserCache(people.expert)
  return costOf(() => getCachedUserById(people.expert))
}

const row = (what: string, { commands, requests }: { commands: number; requests: number }) =>
  `| ${what} | ${commands} | ${requests} |`

test('the guide says what each read costs', async () => {
  await userOfSession(session)
  await getCachedUsersByIds(shown())
  await getCachedOAuthToken(people.member, 'google')
  const rows = [
    row('who is signed in, with the revocation checks', await costOf(() => userOfSession(session))),
    row('a list of 12 users', await costOf(() => userById.many(shown()))),
    row('an OAuth token', await costOf(() => getCachedOAuthToken(people.member, 'google'))),
    row('a user who is not cached', await costOfLoad()),
  ]
  expect(guide).toContain(rows.join('\n'))
})

/** Prices in dollars and limits, as docs/guides/cost.md names them with their sources. */
const PER_COMMAND = 0.2 / 100_000
const FREE_GB = 200
const PER_GB = 0.03
const SECONDS = 30 * 24 * 60 * 60
/** Each process writes what it counted every 5 s. */
const STATISTICS = (2 * SECONDS) / 5
/** Requests to Clerk without the kit: one for who is signed in, and the two of `getUserList`. */
const WITHOUT = 3
/** Views of which one loads a user. */
const VIEWS_PER_LOAD = 100
/** A peak, as a multiple of the average. */
const PEAK = 10

const money = (dollars: number) => `$${dollars.toFixed(2)}`
const count = (n: number) => Math.round(n).toLocaleString('en-US')

test('the guide says what 1, 10 and 100 million views a month cost', async () => {
  await view()
  const warm = await costOf(view)
  const load = await costOfLoad()
  const gigabytes = Number(/each view reads about (\d+) KB/.exec(guide)?.[1]) / 1e6
  const rows = [1, 10, 100].map((millions) => {
    const views = millions * 1e6
    // A load reads first, which the view does anyway.
    const commands = views * warm.commands + (views / VIEWS_PER_LOAD) * (load.commands - 1) + STATISTICS
    const bandwidth = Math.max(0, views * gigabytes - FREE_GB) * PER_GB
    const perTenSeconds = (perView: number) => count(((views * perView) / SECONDS) * 10 * PEAK)
    return `| ${millions} | ${count(commands)} | ${money(commands * PER_COMMAND)} | ${money(bandwidth)} | ${money(commands * PER_COMMAND + bandwidth)} | ${perTenSeconds(load.requests / VIEWS_PER_LOAD)} | ${perTenSeconds(WITHOUT)} |`
  })
  expect(guide).toContain(rows.join('\n'))
})

test('the guide says how large the answers of a view are', async () => {
  await view()
  services.upstash.resetCounts()
  await view()
  const kilobytes = Math.ceil(services.upstash.counts().bytesOut / 1000)
  expect(guide).toContain(`each view reads about ${kilobytes} KB`)
})
