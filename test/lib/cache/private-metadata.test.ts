import { execFile } from 'node:child_process'
import { inspect, promisify } from 'node:util'
import { beforeEach, expect, test, vi } from 'vitest'
import { invalidateUserCache } from '@/lib/cache/clerk-cache-utils'
import { lookups } from '@/lib/cache/lookups'
import { getCachedPrivateMetadata } from '@/lib/cache/private-metadata'
import { nameTtl } from '@/lib/cache/user-lookup'
import { redis } from '@/lib/config'
import { people } from '../../../local/seed'
import { dumpRedis } from '../../support/redis-dump'
import { useServices } from '../../support/services'

const services = useServices({ env: { LOG_LEVEL: 'silent' } })
const CANARY = 'cus_canary'

beforeEach(async () => {
  services.clerk.updateUser(people.member, { privateMetadata: { stripe: CANARY } })
  await invalidateUserCache(people.member)
})

async function cached() {
  const metadata = await getCachedPrivateMetadata(people.member)
  if (!metadata) throw new Error('expected metadata')
  return metadata
}

test('private metadata is loaded once, and revealed on request', async () => {
  const before = services.clerk.requests().total
  expect((await cached()).reveal()).toEqual({ stripe: CANARY })
  expect((await cached()).reveal()).toEqual({ stripe: CANARY })
  expect(services.clerk.requests().total - before).toBe(1)
})

test('users asked for side by side cost one request', async () => {
  const before = services.clerk.requests().total
  await Promise.all([people.member, people.admin, people.expert].map(getCachedPrivateMetadata))
  expect(services.clerk.requests().total - before).toBe(1)
})

test('a user who does not exist has none, and an odd ID is not sent to Clerk', async () => {
  expect(await getCachedPrivateMetadata('user_2absent')).toBeNull()
  expect(await getCachedPrivateMetadata('../instance')).toBeNull()
})

test('an invalidation of the user is one of the private metadata', async () => {
  await cached()
  services.clerk.updateUser(people.member, { privateMetadata: { stripe: 'cus_next' } })
  await invalidateUserCache(people.member)
  expect((await cached()).reveal()).toEqual({ stripe: 'cus_next' })
})

test('it is kept for its TTL and never used in grace, because it may decide a right', async () => {
  await cached()
  const [key = '', ...others] = await redis().run('keys', (client) => client.keys('ck:e:private-metadata*'))
  expect(others).toEqual([])
  const seconds = await redis().run('ttl', (client) => client.ttl(key))
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(nameTtl())
})

test('Redis and events do not show it', async () => {
  const events: unknown[] = []
  const stop = lookups().on((event) => events.push(event))
  await cached()
  stop()
  const text = await dumpRedis(services.upstash.url, services.upstash.token)
  expect(text).toMatch(/e:private-metadata\.1:.*\|v1\.local\./)
  expect(text + inspect(events, { depth: 20 })).not.toContain(CANARY)
})

test('neither JSON, a log, a template, a copy nor a spread shows it', async () => {
  const metadata = await cached()
  const shown = [
    JSON.stringify({ metadata }),
    inspect({ metadata }, { depth: 20, showHidden: true, customInspect: false }),
    inspect(metadata),
    `${metadata}`,
    inspect(structuredClone(metadata)),
    JSON.stringify({ ...metadata }),
    String(Object.entries(metadata)),
  ]
  expect(shown.filter((text) => text.includes(CANARY))).toEqual([])
  expect(shown[0]).toBe('{"metadata":{"redacted":true}}')
})

test('an entry that was moved to another user is a miss', async () => {
  await cached()
  await getCachedPrivateMetadata(people.admin)
  const [mine, theirs] = await redis().insist('keys', async (client) => {
    const keys = await client.keys('ck:e:private-metadata.*')
    return [people.member, people.admin].map((id) => keys.find((key) => key.includes(id)) ?? '')
  })
  await redis().insist('copy', async (client) => {
    const [entry, other] = [await client.get<string>(mine ?? ''), await client.get<string>(theirs ?? '')]
    const payload = entry?.split('|').slice(3).join('|')
    await client.set(theirs ?? '', `${other?.split('|').slice(0, 3).join('|')}|${payload}`)
  })
  expect((await getCachedPrivateMetadata(people.admin))?.reveal()).toEqual({})
})

test('without a key it is a clear error, and Clerk is not asked', async () => {
  const before = services.clerk.requests().total
  vi.stubEnv('CACHE_ENCRYPTION_KEYS', '')
  vi.resetModules()
  const { getCachedPrivateMetadata: read } = await import('@/lib/cache/private-metadata')
  await expect(read(people.member)).rejects.toMatchObject({
    name: 'ConfigurationError',
    message: expect.stringContaining('CACHE_ENCRYPTION_KEYS'),
  })
  vi.unstubAllEnvs()
  expect(services.clerk.requests().total).toBe(before)
})

test('the React of a production build refuses it as a prop of a client component', async () => {
  const args = ['--conditions=react-server', '--import', 'tsx', 'test/fixtures/client-prop.ts']
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const [passed, revealed] = JSON.parse(stdout)
  expect(passed.errors).toEqual([expect.stringContaining('Only plain objects')])
  expect(JSON.stringify(passed)).not.toContain('cus_canary')
  // The test would see it: what is revealed on purpose is plain data.
  expect(revealed).toMatchObject({ errors: [], text: expect.stringContaining('cus_canary') })
})
