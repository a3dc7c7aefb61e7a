import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLookups } from '@/lib/lookup/create-lookups'
import type { LookupEvent } from '@/lib/lookup/events'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisClient } from '@/lib/lookup/redis/client'
import { createRedisStore } from '@/lib/lookup/redis/store'
import { createPlainRuntime } from '@/lib/lookup/runtime/plain'
import { type Engine, startEngine } from '../../../../local/upstash/engine'
import { redisServer } from '../../../support/missing'
import { loadTcp } from '../../../support/redis-tcp'
import { useUpstash } from '../../../support/upstash'
import { user } from '../in-process-fleet'

/** A process of its own, whose breaker opens late. */
function startProcess(
  url: string,
  options: { timeoutMs?: number; breakAfter?: number; openMs?: number } = {},
) {
  const state = createProcessState()
  const events: LookupEvent[] = []
  state.on((event) => events.push(event))
  const client = createRedisClient({
    ...{ url, tcp: loadTcp, state, timeoutMs: 10_000, breakAfter: 100 },
    ...options,
  })
  const lookups = createLookups({
    ...{ store: createRedisStore({ client }), runtime: createPlainRuntime(), namespace: 't', state },
  })
  const get = (key = 'x') => client.insist('get', (redis) => redis.get(key))
  /** The value, or why there is none. */
  const outcome = () => get().catch((error: unknown) => Object(error).reason)
  return { ...lookups, client, events, get, outcome }
}

/** How often the sockets of this process are written to while this runs: one write can carry many commands. */
async function writesOf(work: () => Promise<unknown>): Promise<number> {
  const spies = [vi.spyOn(Socket.prototype, '_write'), vi.spyOn(Socket.prototype, '_writev')]
  try {
    await work()
    return spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0)
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

function createGate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

describe.skipIf(!redisServer())('over TCP, a real server with a password', () => {
  const password = 'hush: p@ss/word #1 ß'
  let engine: Engine
  beforeAll(async () => {
    engine = await startEngine({ prefer: 'server', tcp: { password } })
  })
  afterAll(() => engine.close())
  beforeEach(() => engine.restart())
  const url = () => engine.url ?? ''
  const admin = async (...command: string[]) => {
    const connection = await engine.connect()
    const [reply] = await connection.run([command])
    connection.close()
    return reply
  }
  const commandsOf = async (name: string) =>
    Number(
      new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(String(await admin('INFO', 'commandstats')))?.[1] ?? 0,
    )

  test('gets a hit with one command in one write, and 50 hits of one tick too', async () => {
    const { defineLookup } = startProcess(url())
    const lookup = defineLookup(user(async (id) => ({ id })))
    const ids = Array.from({ length: 50 }, (_, i) => `u${i}`)
    await lookup.many(ids)
    for (const read of [() => lookup('u1'), () => Promise.all(ids.map((id) => lookup(id)))]) {
      await admin('CONFIG', 'RESETSTAT')
      expect(await writesOf(read)).toBe(1)
      expect(await commandsOf('mget')).toBe(1)
    }
  })

  test('is sent a transaction in one write', async () => {
    const { client } = startProcess(url())
    await client.insist('get', (redis) => redis.get('x'))
    const step = () =>
      client.insist('step', (redis) => redis.multi().set('a', '1').incr('a').lpush('a', 'x').exec())
    expect(await writesOf(() => step().catch(() => {}))).toBe(1)
    expect(await client.insist('step', (redis) => redis.multi().incr('a').get('a').exec())).toEqual([3, '3'])
    expect(await admin('CLIENT', 'LIST')).toSatisfy((list) => !String(list).includes('multi=1'))
  })

  test('is one connection for all clients of a process that have one deadline', async () => {
    const state = createProcessState()
    const clients = [250, 250, 3000].map((timeoutMs) =>
      createRedisClient({ url: url(), tcp: loadTcp, state, timeoutMs }),
    )
    const before = Number(/total_connections_received:(\d+)/.exec(String(await admin('INFO', 'stats')))?.[1])
    await Promise.all(clients.map((client) => client.insist('ping', (redis) => redis.ping())))
    const after = Number(/total_connections_received:(\d+)/.exec(String(await admin('INFO', 'stats')))?.[1])
    // Two, and the one that asks.
    expect(after - before).toBe(3)
  })

  test('is used with the user, the password and the database number of the address', async () => {
    const secret = 'p%@:/ ß'
    await admin('ACL', 'SETUSER', 'app', 'on', `>${secret}`, '~*', '&*', '+@all')
    const address = new URL(url())
    address.username = 'app'
    address.password = encodeURIComponent(secret)
    address.pathname = '/3'
    const { client } = startProcess(address.href)
    await client.insist('set', (redis) => redis.set('x', 'in 3'))
    expect(String(await admin('INFO', 'keyspace'))).toMatch(/db3:keys=1/)
    expect(client.address).toBe(`redis://${address.host}/3`)
  })

  test.each([
    ['a wrong password', 'wrong'],
    ['no password', ''],
  ])('with %s refuses as unauthorized, and says nothing of it or of the command', async (_, given) => {
    const address = new URL(url())
    address.password = given
    const { client, events } = startProcess(address.href, { breakAfter: 3 })
    for (let i = 0; i < 3; i++) {
      const error: unknown = await client
        .insist('set', (redis) => redis.set('key-of-mine', 'value-of-mine'))
        .catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ reason: 'unauthorized' })
      expect(String(error)).toContain('REDIS_URL')
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(/wrong|of-mine|hush|redis:\/\//)
    }
    expect(events).toContainEqual({ type: 'breaker', open: true })
    expect(JSON.stringify(events)).not.toMatch(/wrong|of-mine|hush/)
  })

  test('that is killed is unreachable at once, opens the breaker, and is used again after its restart', async () => {
    const process = startProcess(url(), { breakAfter: 5, openMs: 1 })
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    await lookup('u1')
    await engine.kill()
    for (let i = 0; i < 5; i++) expect(await process.outcome()).toBe('unreachable')
    expect(process.healthy()).toBe(false)
    expect(await lookup('u1')).toEqual({ id: 'u1' })
    await expect(process.invalidateTags(['user:u1'])).rejects.toMatchObject({
      code: 'invalidation_unconfirmed',
    })
    await engine.restart()
    await expect
      .poll(async () => {
        await lookup.fresh('u1').catch(() => {})
        return process.healthy()
      })
      .toBe(true)
    const breaker = process.events.filter(({ type }) => type === 'breaker')
    expect([breaker.at(0), breaker.at(-1)]).toEqual([
      { type: 'breaker', open: true },
      { type: 'breaker', open: false },
    ])
    await process.invalidateTags(['user:u1'])
  })

  test('is asked for one connection by all requests of a moment', async () => {
    const process = startProcess(url())
    await engine.kill()
    const connects = vi.spyOn(Socket.prototype, 'connect')
    for (let i = 0; i < 3; i++) await Promise.all(Array.from({ length: 100 }, () => process.outcome()))
    const attempts = connects.mock.calls.length
    connects.mockRestore()
    expect(attempts).toBe(3)
  })

  test('does not keep a process alive that has its values', async () => {
    const path = fileURLToPath(new URL('hanging-process.ts', import.meta.url))
    const child = spawn(process.execPath, ['--import', 'tsx', path, url(), 'none'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.on('data', (part) => (text += part))
    const [code] = await once(child, 'close')
    expect([text, code]).toEqual(['x', 0])
  })
})

describe.skipIf(!redisServer())('over TCP, a server with faults', () => {
  const server = useUpstash('tcp')
  const start = (options: Parameters<typeof startProcess>[1] = {}) =>
    startProcess(server.upstash.address.url, options)

  test('executes a write whose answer was lost once, which is unreachable to its caller', async () => {
    const { client, outcome } = start()
    await client.insist('del', (redis) => redis.del('x'))
    server.upstash.faults.next({ reset: 'after' })
    const error: unknown = await client
      .insist('incr', (redis) => redis.incr('x'))
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ reason: 'unreachable' })
    expect([await outcome(), await outcome()]).toEqual(['1', '1'])
  })

  test('sends nothing that could not be sent before, once it is connected again', async () => {
    const { client, outcome } = start()
    await client.insist('del', (redis) => redis.del('x'))
    await server.upstash.refuse()
    const writes = Array.from({ length: 5 }, () =>
      client.insist('incr', (redis) => redis.incr('x')).catch((error: unknown) => Object(error).reason),
    )
    expect(new Set(await Promise.all(writes))).toEqual(new Set(['unreachable']))
    await server.upstash.accept()
    await expect.poll(outcome).toBeNull()
  })

  test('is a timeout when it is silent, and a new connection replaces the silent one', async () => {
    const { outcome, get } = start({ timeoutMs: 50 })
    await expect.poll(outcome).not.toBe('timeout')
    const { sockets } = server.upstash.counts()
    server.upstash.faults.next({ hang: 'before' })
    expect(await outcome()).toBe('timeout')
    await expect
      .poll(() =>
        get().then(
          () => 'answered',
          () => 'failed',
        ),
      )
      .toBe('answered')
    expect(server.upstash.counts().sockets).toBeGreaterThan(sockets)
    await expect.poll(() => server.upstash.counts().openSockets).toBe(1)
  })

  test('is not left for the timeout of one request while others are answered', async () => {
    const { outcome } = start({ timeoutMs: 100 })
    await expect.poll(outcome).not.toBe('timeout')
    const { sockets, bytesIn } = server.upstash.counts()
    const [first, second] = [createGate(), createGate()]
    server.upstash.faults.next({ after: () => first.opened }, { after: () => second.opened })
    const answered = outcome()
    await expect.poll(() => server.upstash.counts().bytesIn).toBeGreaterThan(bytesIn)
    const { bytesIn: before } = server.upstash.counts()
    const late = outcome()
    await expect.poll(() => server.upstash.counts().bytesIn).toBeGreaterThan(before)
    first.open()
    expect([await answered, await late]).toEqual([null, 'timeout'])
    second.open()
    expect(await outcome()).toBeNull()
    expect(server.upstash.counts().sockets).toBe(sockets)
  })

  test.each([
    ["READONLY You can't write against a read only replica.", 'read_only', true],
    ['LOADING Redis is loading the dataset in memory', 'not_ready', true],
    ['BUSY Redis is busy running a script.', 'not_ready', true],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", 'not_ready', true],
    ['MISCONF Redis is configured to save RDB snapshots, but …', 'not_ready', true],
    ['ERR max number of clients reached', 'too_many_clients', true],
    ['NOAUTH Authentication required.', 'unauthorized', true],
    ['CLUSTERDOWN The cluster is down', 'cluster', true],
    ['MOVED 3999 127.0.0.1:6381', 'cluster', true],
    ["CROSSSLOT Keys in request don't hash to the same slot", 'cluster', true],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'out_of_memory', false],
    ["NOPERM this user has no permissions to run the 'evalsha' command", 'no_scripts', false],
    ["NOPERM this user has no permissions to run the 'mget' command", 'not_permitted', false],
    [
      'NOPERM this user has no permissions to access one of the keys used as arguments',
      'not_permitted',
      false,
    ],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', 'refused', false],
    ['BUSYGROUP Consumer Group name already exists', 'refused', false],
  ] as const)('"%s" is %s', async (error, reason, isOutage) => {
    const { outcome, client } = start({ breakAfter: 3 })
    server.upstash.faults.set({ error })
    for (let i = 0; i < 3; i++) expect(await outcome()).toBe(reason)
    expect(client.isHealthy()).toBe(!isOutage)
  })

  test('is left for a new connection when it has become a replica', async () => {
    const { outcome } = start()
    await outcome()
    const { sockets } = server.upstash.counts()
    server.upstash.faults.next({ error: "READONLY You can't write against a read only replica." })
    expect(await outcome()).toBe('read_only')
    await outcome()
    expect(server.upstash.counts().sockets).toBe(sockets + 1)
  })

  test('that is no Redis has answers that cannot be used', async () => {
    const { outcome } = start()
    await outcome()
    server.upstash.faults.next({ answer: { status: 502, body: '<html>' } })
    expect(await outcome()).toBe('unreachable')
    expect(await outcome()).toBeNull()
  })
})
