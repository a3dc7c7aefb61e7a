import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { configure, redisSettings } from '@/lib/config'
import { createLookups } from '@/lib/lookup/create-lookups'
import { inspect } from '@/lib/lookup/inspect'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisClient } from '@/lib/lookup/redis/client'
import { createRedisStore } from '@/lib/lookup/redis/store'
import { createPlainRuntime } from '@/lib/lookup/runtime/plain'
import { type Engine, startEngine } from '../../../../local/upstash/engine'
import { redisServer } from '../../../support/missing'
import { loadTcp } from '../../../support/redis-tcp'

configure({ tcp: loadTcp })

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(args: string[] = [], keepsData = false): Promise<Engine & { url: string }> {
  const engine = await startEngine({ prefer: 'server', keepsData, tcp: { password: 'hush', args } })
  closing.push(engine.close)
  return { ...engine, url: engine.url ?? '' }
}

const clientOf = (url: string) =>
  createRedisClient({ url, tcp: loadTcp, state: createProcessState(), timeoutMs: 10_000, breakAfter: 1000 })
const reasonOf = (work: Promise<unknown>) => work.catch((error: unknown) => Object(error).reason)
const get = (url: string) => reasonOf(clientOf(url).insist('get', (redis) => redis.get('x')))

describe.skipIf(!redisServer())('a server that cannot be used says why', () => {
  test('one in cluster mode is refused with the first connection, even if a command would work', async () => {
    const { url } = await start(['--cluster-enabled', 'yes'])
    const client = clientOf(url)
    const error: unknown = await client
      .insist('ping', (redis) => redis.ping())
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ reason: 'cluster' })
    expect(String(error)).toContain('cluster mode disabled')
  })

  test('a replica is refused before it answers a read', async () => {
    const { url } = await start(['--replicaof', '127.0.0.1 1'])
    expect(await get(url)).toBe('read_only')
  })

  test('one that is out of memory reads and invalidates, and says so when it cannot store', async () => {
    const { url } = await start(['--maxmemory', '1', '--maxmemory-policy', 'noeviction'])
    const client = clientOf(url)
    const set = client.insist('set', (redis) => redis.set('x', 'y'))
    expect(await reasonOf(set)).toBe('out_of_memory')
    expect(await client.insist('get', (redis) => redis.get('x'))).toBeNull()
    expect(await client.insist('drop', (redis) => redis.unlink('x'))).toBe(0)
  })

  test('one without a place for another client', async () => {
    const { url } = await start(['--maxclients', '1'])
    const first = clientOf(url)
    await first.insist('get', (redis) => redis.get('x'))
    // The server closes the connection right after its error, which may be all that is seen.
    expect(['too_many_clients', 'unreachable']).toContain(await get(url))
  })

  test('one without this database', async () => {
    const { url } = await start()
    expect(await get(`${url}/99`)).toBe('refused')
  })

  test('a user without a permission', async () => {
    const { url, connect } = await start()
    const connection = await connect()
    await connection.run([
      ['ACL', 'SETUSER', 'reader', 'on', '>r', '~t:*', '+@connection', '+mget', '+unlink'],
    ])
    connection.close()
    const client = clientOf(url.replace(':hush@', 'reader:r@'))
    const store = createRedisStore({ client })
    expect(await store.read(['t:x'])).toEqual([null])
    await store.drop(['t:x'])
    expect(await store.check()).toBe('scripts_not_permitted')
    expect(await reasonOf(store.read(['other']))).toBe('not_permitted')
    expect(await reasonOf(client.insist('get', (redis) => redis.get('t:x')))).toBe('not_permitted')
  })

  test('the permissions of docs/guides/redis.md are for every command that the kit sends', () => {
    const code = readdirSync('lib', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('/tcp.ts'))
      .map((file) => readFileSync(join('lib', file), 'utf8'))
      .join('\n')
    const sent = [
      ...code.matchAll(/redis\.p?call\('(\w+)'/g),
      // What `run` and `insist` of a client are given, and a transaction.
      ...code.matchAll(/\b(?:client|step)(?:\.multi\(\))?\.(\w+)[<(]/g),
    ].map(([, name = '']) => name.toLowerCase())
    const others = ['users', 'use', 'exec', 'multi']
    const [, rules = ''] = /^user app (.*)$/m.exec(readFileSync('docs/guides/redis.md', 'utf8')) ?? []
    const missing = sent.filter((name) => !others.includes(name) && !rules.split(' ').includes(`+${name}`))
    expect([...new Set(missing)]).toEqual([])
    expect(sent.length).toBeGreaterThan(50)
  })

  test('a user with the permissions of docs/guides/redis.md can do everything that the cache does', async () => {
    const { url, connect } = await start()
    const guide = readFileSync('docs/guides/redis.md', 'utf8')
    const [, rules = ''] = /^user app (.*)$/m.exec(guide) ?? []
    const connection = await connect()
    await connection.run([['ACL', 'SETUSER', 'app', ...rules.split(' ')]])
    const client = clientOf(url.replace(':hush@', 'app:a-long-password@'))
    const store = createRedisStore({ client })
    const lookups = createLookups({ store, runtime: createPlainRuntime(), namespace: 'ck' })
    const lookup = lookups.defineLookup({
      ...{ name: 'value', version: 1, ttl: 300, grace: 60, key: (id: string) => id },
      ...{ tags: (id: string) => [id], owner: (id: string) => `user:${id}`, load: async (id: string) => id },
    })
    expect([await lookup('a'), await lookup('a')]).toEqual(['a', 'a'])
    await lookups.invalidateTags(['a'])
    await lookups.revoke('session:1', { seconds: 60, tags: ['a'] })
    await lookup('a')
    expect(await inspect(lookup, 'a')).toBeTruthy()
    expect(await lookups.remove('user:a')).toEqual(['value'])
    const [log] = await connection.run([['ACL', 'LOG']])
    connection.close()
    expect(log).toEqual([])
  })
})

describe.skipIf(!redisServer())('the settings that are recommended', () => {
  /** `name value` lines, as arguments of the server. */
  const inGuide = () =>
    [...readFileSync('docs/guides/redis.md', 'utf8').matchAll(/^```conf\n(maxmemory [\s\S]*?)```$/gm)]
      .flatMap(([, text = '']) => text.trim().split('\n'))
      .flatMap((line) => {
        const [name = '', value = ''] = line.split(' ')
        return [`--${name}`, value === '""' ? '' : value]
      })
  const compose = () => parseYaml(readFileSync('docs/deploy/compose.yml', 'utf8'))

  test('are those of the Compose file', () => {
    const [program, requirepass, password, ...args] = compose().services.redis.command
    expect([program, requirepass, password]).toEqual(['valkey-server', '--requirepass', `\${REDIS_PASSWORD}`])
    expect(args).toEqual(inGuide())
  })

  test('are understood by a server, and evict nothing', async () => {
    const { connect } = await start(inGuide())
    const connection = await connect()
    const [policy, save, append] = await connection.run(
      ['maxmemory-policy', 'save', 'appendonly'].map((name) => ['CONFIG', 'GET', name]),
    )
    connection.close()
    expect([policy, save, append].map((pair) => String(Array.isArray(pair) && pair[1]))).toEqual([
      ...['noeviction', '', 'yes'],
    ])
  })

  test('leave the server to the app alone, which gets settings that it knows and finds its Redis with them', () => {
    const { app, redis } = compose().services
    expect(redis.ports).toBeUndefined()
    const url: string = app.environment.REDIS_URL.replace(/\${REDIS_PASSWORD:[^}]*}/, 'a'.repeat(64))
    expect(redisSettings.problems({ REDIS_URL: url })).toEqual([])
    expect(Object.keys(app.environment).filter((name) => !(name in redisSettings.shape))).toEqual([])
    expect(new URL(url).hostname in compose().services).toBe(true)
    expect(readFileSync(join('docs/deploy', app.build.context, app.build.dockerfile), 'utf8')).toContain(
      `ARG ${Object.keys(app.build.args)[0]}`,
    )
  })
})

describe('a connection that cannot be made', () => {
  const portOf = (server: Server) => (server.address() as AddressInfo).port
  async function listen(server: Server) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    closing.push(() => server.close())
    return portOf(server)
  }

  test('to a host that does not exist is unreachable', async () => {
    expect(await get('redis://:hush@no-such-host.invalid:6379')).toBe('unreachable')
  })

  test('to a server that accepts it and says nothing is a timeout', async () => {
    const sockets = new Set<{ destroy(): void }>()
    const port = await listen(createServer((socket) => void sockets.add(socket)))
    closing.push(() => {
      for (const socket of sockets) socket.destroy()
    })
    const client = createRedisClient({
      ...{ url: `redis://:hush@127.0.0.1:${port}`, tcp: loadTcp, state: createProcessState(), timeoutMs: 50 },
    })
    expect(await reasonOf(client.insist('get', (redis) => redis.get('x')))).toBe('timeout')
  })

  test('with a certificate that no known authority has signed is refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cache-kit-tls-'))
    closing.push(() => rmSync(folder, { recursive: true }))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    execFileSync(
      'openssl',
      `req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout ${key} -out ${cert}`.split(' '),
      { stdio: 'ignore' },
    )
    const port = await listen(createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }))
    expect(await get(`rediss://:hush@127.0.0.1:${port}`)).toBe('certificate')
  })
})

describe.skipIf(!redisServer())('a server that is killed in the middle of writes', () => {
  test('leaves no value behind that an acknowledged invalidation has condemned', async () => {
    const engine = await start([], true)
    const versions = new Map<string, number>()
    const acknowledged = new Map<string, number>()
    const stale: string[] = []
    let [reads, invalidations, unconfirmed, running] = [0, 0, 0, true]
    const processes = Array.from({ length: 2 }, () => {
      const state = createProcessState()
      const client = createRedisClient({ url: engine.url, tcp: loadTcp, state, breakAfter: 5, openMs: 20 })
      const lookups = createLookups({
        ...{ store: createRedisStore({ client }), runtime: createPlainRuntime(), namespace: 't', state },
      })
      return lookups.defineLookup({
        ...{ name: 'value', version: 1, ttl: 300, key: (key: string) => key, tags: (key: string) => [key] },
        load: async (key: string) => {
          const version = versions.get(key) ?? 0
          await wait(5)
          return version
        },
      })
    })
    const keys = Array.from({ length: 8 }, (_, i) => `k${i}`)
    const pick = <T>(list: readonly T[]) => list[Math.floor(Math.random() * list.length)] as T
    async function read() {
      while (running) {
        const key = pick(keys)
        const least = acknowledged.get(key) ?? 0
        const found = await pick(processes)(key)
        if (found === null || found < least) stale.push(`${key}: ${found} after ${least}`)
        reads++
        await wait(1)
      }
    }
    async function write() {
      while (running) {
        const key = pick(keys)
        const version = (versions.get(key) ?? 0) + 1
        versions.set(key, version)
        await pick(processes)
          .invalidate(key)
          .then(
            () => {
              invalidations++
              acknowledged.set(key, Math.max(version, acknowledged.get(key) ?? 0))
            },
            () => unconfirmed++,
          )
        await wait(3)
      }
    }
    const work = [...Array.from({ length: 10 }, read), write(), write()]
    for (let kills = 0; kills < 4; kills++) {
      const before = [reads, invalidations] as const
      await expect.poll(() => [reads > before[0] + 200, invalidations > before[1] + 20]).toEqual([true, true])
      await engine.kill()
      const refused = unconfirmed
      await expect.poll(() => unconfirmed).toBeGreaterThan(refused)
      await engine.restart()
    }
    const before = invalidations
    await expect.poll(() => invalidations).toBeGreaterThan(before + 20)
    running = false
    await Promise.all(work)
    expect(stale).toEqual([])
  })
})
