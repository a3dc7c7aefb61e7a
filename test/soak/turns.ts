import { setTimeout as wait } from 'node:timers/promises'
import { clerkFaults, type FaultProxy, type ProxyFault, redisFaults } from '../../local/fault-proxy'
import type { Random } from './random'
import type { Stage } from './stage'

type TurnCount = { turns: number; affected: number }

/** When a fault was there, in milliseconds since the start. */
export interface Turn {
  name: string
  from: number
  to: number
}

/** Part of the requests that a fault affects where it does not affect all. */
const SOME = 0.3

const { quota, ...redisOnly } = redisFaults

/** The faults that come by turns. The quota is last: it opens the breaker for a minute. */
function faultsOf({ proxies, engine }: Stage, random: Random) {
  type Active = { run(ms: number): Promise<void> }
  const all = proxies.flatMap(({ redis, clerk }) => [redis, clerk])

  const withProxies = (of: (server: number) => [FaultProxy, ProxyFault][]): Active => ({
    async run(ms) {
      const servers = random.one([[0, 1], [0], [1]])
      const share = random.one([1, SOME])
      for (const [proxy, fault] of servers.flatMap(of)) proxy.use({ share, ...fault })
      await wait(ms)
      for (const proxy of all) proxy.use()
    },
  })
  const before = (side: 'redis' | 'clerk', fault: ProxyFault) =>
    withProxies((i) => {
      const proxy = proxies[i]?.[side]
      return proxy ? [[proxy, fault]] : []
    })

  return new Map<string, Active>([
    ...Object.entries(clerkFaults).map(
      ([name, fault]) => [`Clerk: ${name}`, before('clerk', fault)] as const,
    ),
    ...Object.entries(redisOnly).map(([name, fault]) => [`Redis: ${name}`, before('redis', fault)] as const),
    [
      'Redis: killed and restarted',
      {
        async run(ms) {
          await engine.kill()
          await wait(ms / 2)
          await engine.restart()
          await wait(ms / 2)
        },
      },
    ],
    [
      'both down',
      withProxies((i) =>
        [proxies[i]?.redis, proxies[i]?.clerk].flatMap((proxy): [FaultProxy, ProxyFault][] =>
          proxy ? [[proxy, { ...redisFaults.reset, share: 1 }]] : [],
        ),
      ),
    ],
    ['Redis: quota', before('redis', quota)],
  ])
}

/** Runs through all faults for so many milliseconds, at least once, with a calm after each. */
export async function runTurns(stage: Stage, random: Random, ms: number) {
  const faults = faultsOf(stage, random)
  const rounds = Math.max(1, Math.round(ms / faults.size / 15_000))
  const each = ms / faults.size / rounds
  const affected = () =>
    stage.proxies.reduce((sum, { redis, clerk }) => sum + redis.affected() + clerk.affected(), 0)
  const counts = new Map<string, TurnCount>()
  const times: Turn[] = []
  const started = performance.now()
  for (let round = 0; round < rounds; round++)
    for (const [name, fault] of faults) {
      const before = affected()
      stage.now.fault = name
      const from = performance.now() - started
      await fault.run((each * 2) / 3)
      times.push({ name, from, to: performance.now() - started })
      stage.now.fault = `after ${name}`
      const count = counts.get(name) ?? { turns: 0, affected: 0 }
      counts.set(name, { turns: count.turns + 1, affected: count.affected + affected() - before })
      await wait(each / 3)
    }
  return { counts, times }
}
