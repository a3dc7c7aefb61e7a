import type { Redis } from '@upstash/redis'
import { describe, expect, it } from 'vitest'
import { noScripts, quotaExceeded, wrongPass } from '../../local/upstash/faults'
import { useUpstash } from '../support/upstash'
import { copyWith, occurrences } from './copy'
import type { Change } from './mutant'

const server = useUpstash()
const { token } = server
type Load = ReturnType<typeof copyWith>['load']

async function connect(load: Load) {
  const { createRedisStore } = await load('redis/store')
  const { createProcessState } = await load('process-state')
  const state = createProcessState()
  return createRedisStore({ url: server.upstash.url, token, timeoutMs: 10_000, breakAfter: 2, state })
}

const failing = (work: () => Promise<unknown>) =>
  work().then(
    () => 'no error',
    (error: { code: string }) => error.code,
  )

/** What must hold of the client and the store of Redis: true in the kit, false in its mutant. */
interface RedisMutant extends Change {
  holds(load: Load): Promise<boolean>
}

const mutants: readonly RedisMutant[] = [
  {
    name: 'a key of another type makes its lookup fail for ever (rule 13)',
    file: 'redis/scripts.ts',
    from: "redis.pcall('GET', name)",
    to: "redis.call('GET', name)",
    async holds(load) {
      const store = await connect(load)
      const { createRedisClient } = await load('redis/client')
      await createRedisClient({ url: server.upstash.url, token, timeoutMs: 10_000 }).insist(
        'lpush',
        (redis: Redis) => redis.lpush('foreign', 'x'),
      )
      const slot = { entry: 'foreign', state: 's', hard: undefined, tagVersions: ['f'], markers: [] }
      const request = { slot, flight: 'a', waiting: '', reject: '', refresh: false, lease: 60_000 }
      const kind = await store.acquire([request], 'n').then(
        ([reply]: { kind: string }[]) => reply?.kind,
        () => 'no answer',
      )
      await store.drop(['foreign', 's', 'f'])
      return kind === 'load'
    },
  },
  {
    name: 'the client repeats a request whose answer was lost (rule 2)',
    file: 'redis/client.ts',
    from: 'retry: { retries: 0 }',
    to: 'retry: { retries: 2, backoff: () => 0 }',
    async holds(load) {
      const store = await connect(load)
      server.upstash.faults.set({ reset: 'after' })
      await failing(() => store.drop(['x']))
      return server.upstash.counts().http === 1
    },
  },
  {
    name: 'a token without scripts is taken for an outage (rule 15)',
    file: 'redis/failures.ts',
    from: "[/NOPERM.*\\beval/i, 'no_scripts']",
    to: "[/NOPERM.*\\beval/i, 'unreachable']",
    async holds(load) {
      const store = await connect(load)
      server.upstash.faults.set(noScripts)
      for (let i = 0; i < 3; i++) await store.check()
      return (await store.check()) === 'scripts_not_permitted' && store.healthy()
    },
  },
  {
    name: 'a used-up quota does not open the breaker (promise 6)',
    file: 'redis/failures.ts',
    from: "'unauthorized', 'quota', 'read_only'",
    to: "'unauthorized', 'read_only'",
    async holds(load) {
      const store = await connect(load)
      server.upstash.faults.set(quotaExceeded)
      for (let i = 0; i < 3; i++) await failing(() => store.read(['x']))
      return !store.healthy()
    },
  },
  {
    name: 'an older marker takes the place of a newer one, in Lua',
    file: 'redis/store.ts',
    from: 'if before > since or ',
    to: 'if ',
    async holds(load) {
      const store = await connect(load)
      await store.mark('m', 60_000, '5:newer', { since: 5 })
      await store.mark('m', 120_000, '4:older', { since: 4 })
      return (await store.read(['m']))[0] === '5:newer'
    },
  },
  {
    name: 'a marker of the same moment makes another one shorter, in Lua',
    file: 'redis/store.ts',
    from: ' and left >= ms',
    to: ' and false',
    async holds(load) {
      const store = await connect(load)
      await store.mark('m', 60_000, '5:longer', { since: 5 })
      await store.mark('m', 1000, '5:shorter', { since: 5 })
      return (await store.read(['m']))[0] === '5:longer'
    },
  },
  {
    name: 'an invalidation is stopped by an open breaker (promise 7)',
    file: 'redis/store.ts',
    from: "await insist('drop'",
    to: "await run('drop'",
    async holds(load) {
      const store = await connect(load)
      server.upstash.faults.set(wrongPass)
      for (let i = 0; i < 3; i++) await failing(() => store.read(['x']))
      server.upstash.faults.clear()
      return (await failing(() => store.drop(['x']))) === 'no error'
    },
  },
  {
    name: 'an error quotes the command, values included',
    file: 'redis/failures.ts',
    from: '${wordsOf(reason, protocol).fix}',
    to: '${new Error().stack}',
    async holds(load) {
      const store = await connect(load)
      server.upstash.faults.set(wrongPass)
      const error: unknown = await store.read(['secret']).catch((thrown: unknown) => thrown)
      return error instanceof Error && !error.message.includes('\n')
    },
  },
]

describe.each(mutants)('if $name', (mutant) => {
  it('that is noticed, and does not hold of the kit itself', async () => {
    expect(occurrences(mutant), `places in ${mutant.file} that it changes`).toBe(1)
    const { load, remove } = copyWith(mutant)
    try {
      expect(await mutant.holds(load)).toBe(false)
    } finally {
      remove()
    }
    const same = copyWith({ ...mutant, to: mutant.from })
    try {
      server.upstash.faults.clear()
      server.upstash.resetCounts()
      expect(await mutant.holds(same.load)).toBe(true)
    } finally {
      same.remove()
    }
  })
})
