import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { read as bareGet, keyOf } from './contestants/bare-get'
import { read as bentocache } from './contestants/bentocache'
import { read as cachified } from './contestants/cachified'
import { read as clerkDirectly } from './contestants/clerk-directly'
import { read as kitProcess } from './contestants/kit-process'
import { read as kitRedis } from './contestants/kit-redis'
import { read as unstableCache } from './contestants/unstable-cache'
import { read as useCache } from './contestants/use-cache'
import { read as useCacheRemote } from './contestants/use-cache-remote'
import { ids } from './people'
import { redis } from './redis'

const contestants: Record<string, (id: string) => Promise<unknown>> = {
  ...{ 'kit-redis': kitRedis, 'kit-process': kitProcess, 'unstable-cache': unstableCache },
  ...{ 'use-cache': useCache, 'use-cache-remote': useCacheRemote, 'bare-get': bareGet },
  ...{ bentocache, cachified, 'clerk-directly': clerkDirectly },
}

function of(name: string) {
  const read = contestants[name]
  if (!read) throw new Error(`Unknown contestant: ${name}`)
  return read
}

const microseconds = (since: number, runs: number) => ((performance.now() - since) * 1000) / runs

/** Microseconds of one repeated, awaited read: the best of five series of 8 ms. */
async function again(read: () => Promise<unknown>) {
  const series: number[] = []
  for (let i = 0; i < 5; i++) {
    const start = performance.now()
    let runs = 0
    do {
      await read()
      runs++
    } while (runs % 64 !== 0 || performance.now() - start < 8)
    series.push(microseconds(start, runs))
  }
  return Math.min(...series)
}

/** What a request can be asked to do; each runs in a page, a route handler and a server action alike. */
const scenarios: Record<string, (name: string) => Promise<unknown>> = {
  /** Fills a contestant's cache. */
  async fill(name) {
    for (const id of ids) await of(name)(id)
  },

  /**
   * Microseconds of the first read of a warm value in this request, one after another: the median, because the machine
   * may be busy. And of a read repeated in it.
   */
  async time(name) {
    const read = of(name)
    const slow = name === 'clerk-directly'
    const times: number[] = []
    for (const id of slow ? ids.slice(0, 2) : ids) {
      const start = performance.now()
      await read(id)
      times.push(microseconds(start, 1))
    }
    const first = times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0
    const [id = ''] = ids
    if (!slow) return { first, again: await again(() => read(id)) }
    const begun = performance.now()
    await read(id)
    return { first, again: microseconds(begun, 1) }
  },

  /** Milliseconds of 100 users at once: by the kit, or by one MGET of the same users as the bare GET keeps them. */
  async hundred(how) {
    const start = performance.now()
    const found =
      how === 'kit' ? await Promise.all(ids.map(getCachedUserById)) : await redis().mget(...ids.map(keyOf))
    const ms = performance.now() - start
    if (found.includes(null)) throw new Error('A user was not found')
    return ms
  },

  /** Milliseconds of CPU that this process has used. */
  async usage() {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  },
}

/** The scenario's result as text. */
export async function run(name: unknown, given: unknown): Promise<string> {
  const scenario = typeof name === 'string' ? scenarios[name] : undefined
  if (!scenario || typeof given !== 'string') throw new Error(`Unknown scenario: ${name}`)
  return JSON.stringify((await scenario(given)) ?? null)
}
