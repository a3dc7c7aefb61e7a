import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { userOfSession } from '@/lib/auth/session-user'
import { getCachedUserById, userById } from '@/lib/cache/clerk-cache'
import { invalidateUserCache } from '@/lib/cache/clerk-cache-utils'
import type { Run } from '../../bench/page'
import { people } from '../../local/seed'
import { useServices } from '../support/services'

const services = useServices()
const textOf = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8')
const page = textOf('docs/scale.md')
const run: Run = JSON.parse(textOf('docs/benchmarks/run-1.json'))

/** What docs/scale.md assumes. */
const VIEWS_PER_USER = 30
const VIEWS_PER_LOAD = 100
const PEAK = 10
const SECONDS = 30 * 24 * 60 * 60
const PER_COMMAND = 0.2 / 100_000
/** Each process writes what it counted every 5 s. */
const STATISTICS = SECONDS / 5
const COMMANDS_A_SECOND = 10_000
const CLERK_IN_10_S = 1000

const count = (n: number) => Math.round(n).toLocaleString('en-US')
const over = (n: number, limit: number) => (n > limit ? `**${count(n)}**` : count(n))
const money = (dollars: number) => `$${count(dollars)}`

async function commandsOf(work: () => Promise<unknown>) {
  services.upstash.resetCounts()
  await work()
  return services.upstash.counts().commands
}

function cpuAPage(): number {
  const rows = run.contests.flatMap(({ rows: all }) => all)
  const figure = rows.find(({ name }) => name === '16 clients: CPU a page')?.figures['kit, Redis']
  return figure?.median ?? Number.NaN
}

test('the page says what instances and users mean for commands, money and limits', async () => {
  const shown = services.clerk.users().slice(0, 12)
  const view = async () => {
    await userOfSession({ userId: people.member, sessionId: 'sess_1' })
    await userById.many(shown.map(({ id }) => id))
  }
  await view()
  const warm = await commandsOf(view)
  await invalidateUserCache(people.expert)
  // A view reads anyway before it loads.
  const load = (await commandsOf(() => getCachedUserById(people.expert))) - 1

  const cases = [1, 100].flatMap((millions) => [1, 10, 1000].map((instances) => ({ millions, instances })))
  const rows = cases.map(({ millions, instances }) => {
    const views = millions * 1e6 * VIEWS_PER_USER
    const ofViews = views * (warm + load / VIEWS_PER_LOAD)
    const ofStatistics = instances * STATISTICS
    const peak = (ofViews / SECONDS) * PEAK + instances / 5
    const clerk = (views / VIEWS_PER_LOAD / SECONDS) * 10 * PEAK
    const cores = Math.ceil((((views / SECONDS) * PEAK) / 1000) * cpuAPage())
    return `| ${millions} | ${count(instances)} | ${count((ofViews + ofStatistics) / 1e6)} | ${money(ofViews * PER_COMMAND)} | ${money(ofStatistics * PER_COMMAND)} | ${over(peak, COMMANDS_A_SECOND)} | ${over(clerk, CLERK_IN_10_S)} | ${cores} |`
  })
  expect(page).toContain(rows.join('\n'))
  expect(page).toContain(`A view costs ${warm} commands, a load ${load} more.`)
})

test('the figures that it takes from the benchmarks are those of the recorded run', () => {
  const figure = (section: string, name: string) => {
    const found = run.sections
      .find(({ title }) => title === section)
      ?.figures.find((one) => one.name === name)?.measured
    if (found === undefined) throw new Error(`${section}: ${name} was not measured`)
    return String(Number(found.toPrecision(3)))
  }
  const growth = 'From 16 to 64 processes'
  const few = figure(growth, 'cold: commands a process, of 16')
  const many = figure(growth, 'cold: commands a process, of 64')
  expect(page).toContain(`${few} commands a process in a fleet of 16, and ${many} in one of 64`)
  expect(page).toContain(`${Number(cpuAPage().toPrecision(3))} ms of CPU`)
})
