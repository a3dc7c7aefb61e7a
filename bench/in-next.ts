import { z } from 'zod'
import { bytes } from './bytes'
import { type Contest, createContest } from './contests'
import { fetchPage, loadPages, quantile } from './load'
import { createSamples, median, ratio } from './measure'
import { build, contestants, labelOf, names, type Services, start, startServices, url } from './next-app'
import type { Figure, Section } from './report'

const places = ['page', 'route', 'action'] as const
const clients = [1, 16, 64]
/** Milliseconds of load on a page. */
const LOAD_MS = 1500

const timed = z.object({ first: z.number(), again: z.number() })

/** Every contestant once in every round, the first of them another one each time. */
const inTurn = (round: number) => names.map((_, i) => names[(i + round) % names.length] ?? '')

type App = Awaited<ReturnType<typeof start>>

/** The first read of a warm value in a request, and a repeated one, where they are made. */
async function reads(app: App, rounds: number): Promise<Contest> {
  const contest = createContest(
    'A warm read inside Next',
    'Awaited reads of users in a server component, a route handler and a server action. The first read of a user in a request goes to the cache; a read that is repeated in a request may be answered by a memo of it. 100 users, one after another.',
  )
  // Rounds before the first are not counted: everything is compiled by then.
  for (let round = -2; round < rounds; round++)
    for (const place of places)
      for (const name of inTurn(round + names.length)) {
        const { first, again } = timed.parse(await app[place]('time', name))
        if (round < 0) continue
        contest.add(`${place}, first read`, 'µs', labelOf(name), first)
        contest.add(`${place}, repeated read`, 'µs', labelOf(name), again)
      }
  return contest.result()
}

const usage = async (app: App) => z.number().parse(await app.route('usage', ''))

/** Pages that show 13 users, each read by a component of its own. */
async function pages(app: App, services: Services, rounds: number): Promise<Contest> {
  const contest = createContest(
    'A page of 13 users',
    `Each user is read by a component of its own, with a warm cache. Clients ask for their next page as soon as they have the last one, ${LOAD_MS / 1000} s at a time; client, server and services share the cores. CPU is that of the server. Clerk has no limit here: the real one allows 1000 requests in 10 s, which are 7 such pages a second.`,
  )
  for (let round = -1; round < rounds; round++)
    for (const count of clients)
      for (const name of inTurn(round + 1)) {
        const before = { cpu: await usage(app), ...(await services.counts()) }
        const ms = round < 0 ? LOAD_MS / 4 : LOAD_MS
        const { times, seconds } = await loadPages((page) => `${url}/${name}?page=${page}`, count, ms)
        const after = { cpu: await usage(app), ...(await services.counts()) }
        if (round < 0) continue
        const [row, label] = [`${count} ${count === 1 ? 'client' : 'clients'}`, labelOf(name)]
        contest.add(`${row}: pages a second`, '', label, times.length / seconds, 'more')
        contest.add(`${row}: p50`, 'ms', label, quantile(times, 0.5))
        contest.add(`${row}: p99`, 'ms', label, quantile(times, 0.99))
        contest.add(`${row}: CPU a page`, 'ms', label, (after.cpu - before.cpu) / times.length)
        if (count !== 16) continue
        const aPage = (of: 'commands' | 'http' | 'calls') => (after[of] - before[of]) / times.length
        contest.add('Redis commands a page', '', label, aPage('commands'))
        contest.add('Redis requests a page', '', label, aPage('http'))
        contest.add('Clerk requests a page', '', label, aPage('calls'))
      }
  return contest.result()
}

/** The first page of a process. */
async function cold(services: Services, rounds: number): Promise<Contest> {
  const contest = createContest(
    'The first request of a cold process',
    'From the request to its answer, in a process that has answered none. A process is started for each. The cache in Redis is warm, and what a process keeps is not. The page without a cache reads nobody.',
  )
  const contenders = [...names, 'empty']
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < contenders.length; i++) {
      const name = contenders[(i + round) % contenders.length] ?? ''
      const app = await start(services.env)
      try {
        const begun = performance.now()
        await fetchPage(`${url}/${name}?page=0`)
        const label = name === 'empty' ? 'a page without a cache' : labelOf(name)
        contest.add('first page', 'ms', label, performance.now() - begun)
      } finally {
        await app.stop()
      }
    }
  return contest.result()
}

/** 100 warm users in one render: each read by itself, or all by one command. */
async function hundred(app: App, rounds: number): Promise<Figure[]> {
  const medians = createSamples()
  for (let round = -1; round < rounds; round++) {
    const samples = createSamples()
    for (let i = 0; i < 30; i++)
      for (const how of i % 2 ? ['kit', 'mget'] : ['mget', 'kit'])
        samples.add(how, z.number().parse(await app.page('hundred', how)))
    if (round >= 0) for (const how of samples.names()) medians.add(how, median(samples.of(how)))
  }
  const [kit, mget] = [medians.of('kit'), medians.of('mget')]
  return [
    {
      ...{ name: '100 users in one render: kit ÷ one MGET', required: { atMost: 1.3 }, unit: '×' },
      ...{ measured: ratio(kit, mget), rounds: kit.map((ms, i) => ms / (mget[i] ?? Number.NaN)) },
    },
    { name: '100 users in one render: kit', measured: median(kit), unit: 'ms', rounds: kit },
    { name: '100 users in one render: one MGET', measured: median(mget), unit: 'ms', rounds: mget },
  ]
}

function figureOf(contest: Contest, row: string, label: string) {
  const found = contest.rows.find(({ name }) => name === row)?.figures[label]
  if (!found) throw new RangeError(`${row} was not measured for ${label}`)
  return { measured: found.median, rounds: found.rounds, unit: 'µs' }
}

/** All measurements of the app in `next/`: one production build, and for the first parts one server. */
export async function inNext(rounds: number): Promise<{ contests: Contest[]; sections: Section[] }> {
  const services = await startServices()
  try {
    await build()
    const app = await start(services.env)
    const measured = await (async () => {
      try {
        for (const name of names) await app.route('fill', name)
        const warm = await reads(app, rounds)
        const manyAtOnce = await hundred(app, rounds)
        const page = await pages(app, services, Math.min(rounds, 3))
        return { warm, manyAtOnce, page, added: await bytes() }
      } finally {
        await app.stop()
      }
    })()
    const { warm, manyAtOnce, page, added } = measured
    const [redis, held] = [contestants['kit-redis'] ?? '', contestants['kit-process'] ?? '']
    const section: Section = {
      title: 'The kit inside Next',
      note: 'From the same run and build as the comparisons below.',
      figures: [
        {
          ...{ name: 'a read repeated in a render', required: { atMost: 1 } },
          ...figureOf(warm, 'page, repeated read', redis),
        },
        {
          ...{ name: 'a process-cache hit in a route handler', required: { atMost: 5 } },
          ...figureOf(warm, 'route, first read', held),
        },
        { name: 'a process-cache hit in a server action', ...figureOf(warm, 'action, first read', held) },
        { name: 'a process-cache hit in a render', ...figureOf(warm, 'page, first read', held) },
        { name: 'a read repeated in a route handler', ...figureOf(warm, 'route, repeated read', redis) },
        ...manyAtOnce,
      ],
    }
    return { contests: [warm, page, await cold(services, 3)], sections: [section, added] }
  } finally {
    await services.close()
  }
}
