import { expect, test, vi } from 'vitest'
import type { LookupEvent } from '@/lib/lookup/events'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisClient } from '@/lib/lookup/redis/client'
import { createRedisStore } from '@/lib/lookup/redis/store'
import { useUpstash } from '../../../support/upstash'

const server = useUpstash()
const { token } = server

function connect(options: { openMs?: number } = {}) {
  const state = createProcessState()
  const events: LookupEvent[] = []
  state.on((event) => events.push(event))
  const client = () =>
    createRedisClient({ url: server.upstash.url, token, timeoutMs: 10_000, breakAfter: 3, state, ...options })
  return { events, client, state }
}

const wrongPass = { error: 'WRONGPASS invalid or missing auth token', status: 401 }

test('all clients of one database share its breaker, and the lookups see it open', async () => {
  const { client, events } = connect()
  const [one, another] = [client(), client()]
  const store = createRedisStore({ client: another })
  server.upstash.faults.set(wrongPass)
  for (let i = 0; i < 3; i++) await one.run('get', (redis) => redis.get('x')).catch(() => undefined)
  expect([one.isHealthy(), another.isHealthy(), store.healthy()]).toEqual([false, false, false])
  expect(events.filter(({ type }) => type === 'breaker')).toEqual([{ type: 'breaker', open: true }])
})

test.each([
  ['a key of another type', 'WRONGTYPE Operation against a key holding the wrong kind of value'],
  ['an error in a script', 'ERR Error running script: user_script:1: attempt to index a nil value'],
  ['a request that is too large', 'ERR max request size exceeded. Limit: 10485760 bytes'],
  ['no permission for scripts', "NOPERM this user has no permissions to run the 'evalsha' command"],
])('%s says nothing about the database: its breaker stays closed', async (_, error) => {
  const { client } = connect()
  const redis = client()
  server.upstash.faults.set({ error })
  for (let i = 0; i < 10; i++) await redis.run('get', (one) => one.get('x')).catch(() => undefined)
  expect(redis.isHealthy()).toBe(true)
})

test.each([
  ['ERR max requests limit exceeded. Limit: 500000, Usage: 500000', 'quota', false],
  ['ERR max daily request limit exceeded. Limit: 10000, Usage: 10000', 'quota', false],
  ['ERR max bandwidth limit exceeded', 'quota', false],
  ['ERR max commands per second limit exceeded. Limit: 10000', 'quota', false],
  ['ERR max commands per second exceeded', 'quota', false],
  ['ERR max concurrent connections exceeded', 'quota', false],
  ['NOAUTH Authentication required', 'unauthorized', false],
  ['WRONGPASS invalid or missing auth token', 'unauthorized', false],
  ['ERR DB capacity quota exceeded', 'quota', false],
  ['ERR max request size exceeded. Limit: 10485760 bytes', 'too_large', true],
  ['ERR max single record size exceeded', 'too_large', true],
  ['ERR max key size exceeded. Limit: 32768 bytes, Actual: 40000 bytes', 'too_large', true],
  ['ERR max field size exceeded. Limit: 32768 bytes, Actual: 40000 bytes', 'too_large', true],
  ['ERR max member size exceeded. Limit: 32768 bytes, Actual: 40000 bytes', 'too_large', true],
  ["NOPERM this user has no permissions to run the 'eval' command", 'no_scripts', true],
  ['ERR XReadGroup is cancelled. Pending Entries List limit is about to be reached', 'refused', true],
  ['WRONGTYPE Operation against a key holding the wrong kind of value', 'refused', true],
] as const)('"%s" is told as %s', async (error, reason, healthy) => {
  const { client } = connect()
  const redis = client()
  server.upstash.faults.set({ error })
  const read = () => redis.run('get', (one) => one.get('x'))
  for (let i = 0; i < 3; i++) await expect(read()).rejects.toMatchObject({ reason })
  expect(redis.isHealthy()).toBe(healthy)
})

test('an operation that fails is an event, for every client', async () => {
  const { client, events } = connect()
  server.upstash.faults.set(wrongPass)
  await expect(client().insist('ping', (redis) => redis.ping())).rejects.toMatchObject({
    reason: 'unauthorized',
  })
  expect(events).toEqual([{ type: 'store_error', operation: 'ping', code: 'store_unavailable' }])
})

test.each([-3600_000, 3600_000])(
  'a breaker closes also when the wall clock was set by %i ms',
  async (step) => {
    const { client } = connect({ openMs: 20 })
    const redis = client()
    const read = () => redis.run('get', (one) => one.get('x')).catch(() => undefined)
    server.upstash.faults.set(wrongPass)
    for (let i = 0; i < 3; i++) await read()
    expect(redis.isHealthy()).toBe(false)
    server.upstash.faults.clear()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + step })
    try {
      await expect
        .poll(async () => {
          await read()
          return redis.isHealthy()
        })
        .toBe(true)
    } finally {
      vi.useRealTimers()
    }
  },
)

test('a probe that is refused shows that Redis answers: the breaker closes', async () => {
  const { client } = connect({ openMs: 1 })
  const redis = client()
  const read = () => redis.run('get', (one) => one.get('x')).catch(() => undefined)
  server.upstash.faults.set(wrongPass)
  for (let i = 0; i < 3; i++) await read()
  server.upstash.faults.set({ error: 'WRONGTYPE Operation against a key holding the wrong kind of value' })
  await expect
    .poll(async () => {
      await read()
      return redis.isHealthy()
    })
    .toBe(true)
})
