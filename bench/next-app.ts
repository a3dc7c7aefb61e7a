import { once } from 'node:events'
import { join } from 'node:path'
import { z } from 'zod'
import { type FixtureApp, startFixture } from '../test/support/fixture-app'
import { buildNext } from '../test/support/next'
import { forkHere, nextMessage } from './child'

/** By the name of its page: what is compared. */
export const contestants: Record<string, string> = {
  'kit-redis': 'kit, Redis',
  'kit-process': 'kit, process cache',
  'unstable-cache': 'unstable_cache',
  'use-cache': '"use cache"',
  'use-cache-remote': '"use cache: remote", Redis',
  'bare-get': 'cache() over a bare GET',
  bentocache: 'bentocache, memory and Redis',
  cachified: 'cachified, Redis',
  'clerk-directly': 'Clerk directly',
}
export const names = Object.keys(contestants)
export const labelOf = (name: string) => contestants[name] ?? name

const PORT = 4399 + Number(process.env.TEST_PORT_OFFSET ?? 0)
export const url = `http://localhost:${PORT}`
// This folder is the working directory of every measurement.
export const folder = join(process.cwd(), 'next')

const counts = z.object({ http: z.number(), commands: z.number(), calls: z.number() })
const started = z.object({ env: z.record(z.string(), z.string()), engine: z.string() })

/** Clerk and Upstash in a process of their own, and the settings of an app that uses them. */
export async function startServices() {
  const child = forkHere('services')
  const { env } = started.parse(await nextMessage(child))
  return {
    env: {
      ...env,
      // Nothing here is about limits, deadlines or logs, and no value may expire while it is measured.
      ...{ CLERK_RATE_LIMIT: '1000000', CACHE_REDIS_TIMEOUT_MS: '10000', CACHE_USER_TTL: '3600' },
      LOG_LEVEL: 'error',
    },
    async counts() {
      const answered = nextMessage(child)
      child.send('counts')
      return counts.parse(await answered)
    },
    async close() {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

export type Services = Awaited<ReturnType<typeof startServices>>

export const build = () => buildNext({}, folder)
export const start = (env: Record<string, string>): Promise<FixtureApp> => startFixture(PORT, env, folder)
