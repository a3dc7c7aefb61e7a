import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { parseKeyRing } from '@/lib/cache/key-ring'
import {
  findMembership,
  getCachedMembershipsOfUser,
  getCachedOrganization,
} from '@/lib/cache/organization-cache'
import { revokeUser } from '@/lib/cache/revocations'
import { getCachedOAuthToken } from '@/lib/cache/token-cache'
import { namespace, redis } from '@/lib/config'
import { systemClock } from '@/lib/lookup/clock'
import { EXIT } from '@/lib/ops/command'
import { ops } from '@/lib/ops/ops'
import { settingsProblems } from '@/lib/process/settings'
import { createCountsSink, minuteOf } from '@/lib/telemetry/fleet-counts'
import { startTelemetry, stopTelemetry } from '@/lib/telemetry/start'
import { recordDelivery } from '@/lib/webhooks/delivery-log'
import { people } from '../../../local/seed'
import { noScripts } from '../../../local/upstash/faults'
import { useServices } from '../../support/services'

const services = useServices({ env: { LOG_LEVEL: 'silent' }, keep: true })

async function run(...argv: string[]) {
  const said = { out: '', err: '' }
  const code = await ops(argv, {
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    isTTY: false,
    stdin: async () => '',
    clock: systemClock,
    signal: new AbortController().signal,
  })
  return { code, ...said }
}

const json = async (...argv: string[]) => JSON.parse((await run(...argv, '--json')).out)

describe('the command line', () => {
  test('lists the commands and how to use them', async () => {
    const { code, out } = await run('--help')
    expect(code).toBe(EXIT.done)
    for (const name of [
      'doctor',
      'stats',
      'inspect',
      'invalidate',
      'forget',
      'warm',
      'audit',
      'keys',
      'find',
    ])
      expect((await run(name, '--help')).out).toContain(`npm run ops -- ${name}`)
    expect(out).toContain('Exit code')
  })

  test.each([
    [[], ''],
    [['stat'], 'Unknown command "stat". The commands are: doctor, stats'],
    [['constructor'], 'Unknown command'],
    [['stats', '--minutes', '0'], '--minutes must be a whole number from 1 to 1440, not "0"'],
    [['stats', 'now'], 'Unexpected argument "now"'],
    [['stats', '--hours', '1'], 'Unknown flag --hours. --help lists the flags.'],
    [['inspect'], 'This command takes one user ID'],
    [['inspect', 'ada@example.com'], '"ada@example.com" is not a user ID'],
    [['forget', 'Ada'], '"Ada" is not a user ID'],
    [['invalidate', 'user_2a', 'user_2b'], 'Unexpected argument "user_2b"'],
    [['audit', 'all'], 'Unknown subcommand "all". There is only `audit export`.'],
    [['audit', '--since', 'yesterday'], '--since must be a date'],
    [['audit', '--limit', '1001'], '--limit must be a whole number from 1 to 1000'],
    [['audit', '--cursor', 'x'], '"x" is not a cursor'],
    [['audit', 'export', '--cursor', '1-1:0'], '`audit export` takes --after'],
    [['keys'], 'Use `keys new` or `keys rotate`'],
    [['keys', 'new', '--kid', 'a b'], '--kid "a b": key 1 must start with an ID'],
    [['doctor', 'please'], 'Unexpected argument "please"'],
  ])('refuses %j and says why', async (argv, words) => {
    const { code, out, err } = await run(...argv)
    expect(err).toContain(words)
    expect(code).toBe(EXIT.refused)
    if (argv.length > 0) expect(out).toBe('')
  })

  test.each([
    ['stats'],
    ['inspect', 'user_2a'],
    ['invalidate', 'user_2a'],
    ['forget', 'user_2a'],
    ['audit'],
    ['audit', 'export'],
  ])(
    'with Redis dead ends with 1 and what to look at: %s %s',
    async (...argv) => {
      services.upstash.faults.set({ reset: 'before' })
      const { code, err } = await run(...argv)
      expect(code).toBe(EXIT.failed)
      expect(err).toMatch(/Redis/)
    },
    20_000,
  )
})

describe('inspect', () => {
  test('says whether a user is cached, how fresh, and whether revoked; and no value', async () => {
    const id = people.member
    expect(await json('inspect', id)).toMatchObject({ answer: 'not cached', entrySeconds: null })
    await getCachedUserById(id)
    const cached = await json('inspect', id)
    expect(cached).toMatchObject({ user: id, answer: 'cached', revokedSeconds: null })
    expect(cached.freshSeconds).toBeGreaterThan(100)
    await revokeUser(id)
    expect((await json('inspect', id)).revokedSeconds).toBeGreaterThan(500)
    const { out } = await run('inspect', id)
    expect(out).toContain('cached')
    expect(out).not.toContain('@')
  })

  test('says that a user does not exist', async () => {
    await getCachedUserById('user_2nobody')
    expect((await json('inspect', 'user_2nobody')).answer).toBe('cached: the user does not exist')
  })
})

test('invalidate invalidates a user and writes an audit event; audit shows it by user and exports it', async () => {
  const id = people.expert
  await getCachedUserById(id)
  expect((await run('invalidate', id)).out).toBe(
    `Invalidated ${id}. If the user exists at Clerk, the next read loads them.\n`,
  )
  expect((await json('inspect', id)).answer).toBe('not cached')
  const record = { action: 'cache.invalidate', actor: 'ops', subject: id, outcome: 'ok' }
  expect((await json('audit', '--user', id)).records).toMatchObject([record])
  expect((await run('audit', '--since', '1h')).out).toContain('cache.invalidate')
  const { out, err } = await run('audit', 'export', '--user', id)
  expect(JSON.parse(out)).toMatchObject(record)
  const [, cursor = ''] = /--after (\S+)/.exec(err) ?? []
  expect((await run('audit', 'export', '--user', id, '--after', cursor)).out).toBe('')
})

test('forget says what it removed by lookup, that the user may come back, and leaves the ID in the trail', async () => {
  const id = people.expert
  await getCachedUserById(id)
  expect((await run('forget', id)).out).toBe(
    `Removed of ${id}, by lookup:\n  user  1\nIf the user exists at Clerk, the next read caches them again.\n`,
  )
  expect((await run('forget', id)).out).toContain(`Redis holds nothing of ${id}.`)
  expect((await json('audit', '--user', id)).records).toContainEqual(
    expect.objectContaining({ action: 'cache.remove', actor: 'ops', subject: id, outcome: 'ok' }),
  )
})

describe('an organization', () => {
  const organization = () => {
    services.clerk.webhooks.target(undefined)
    const { id } = services.clerk.organizations.create({ name: 'Acme', createdBy: people.admin })
    services.clerk.organizations.addMember(id, people.member)
    return id
  }

  test('is inspected without its name, and is not cached after invalidate, which is a record', async () => {
    const id = organization()
    expect(await json('inspect', id)).toMatchObject({ organization: id, answer: 'not cached' })
    await getCachedOrganization(id)
    expect(await json('inspect', id)).toMatchObject({ answer: 'cached', revokedSeconds: null })
    expect((await run('inspect', id)).out).not.toContain('Acme')
    expect((await run('invalidate', id)).out).toBe(
      `Invalidated ${id}. If the organization exists at Clerk, the next read loads it.\n`,
    )
    expect((await json('inspect', id)).answer).toBe('not cached')
    expect((await json('audit', '--user', id)).records).toMatchObject([
      { action: 'cache.invalidate', actor: 'ops', subject: id, outcome: 'ok' },
    ])
  })

  test.each([
    ['the organization', (id: string) => id],
    ['the user', () => people.member],
  ])('refuses a removed member after invalidate of %s, without a webhook', async (_, subject) => {
    const of = { organizationId: organization(), userId: people.member }
    expect(await findMembership(of)).not.toBeNull()
    services.clerk.organizations.removeMember(of.organizationId, people.member)
    expect(await findMembership(of)).not.toBeNull()
    await run('invalidate', subject(of.organizationId))
    expect(await findMembership(of)).toBeNull()
  })

  test('is in no list of a removed member after invalidate of the user', async () => {
    const id = organization()
    const listed = async () =>
      (await getCachedMembershipsOfUser(people.member)).map((one) => one.organizationId)
    expect(await listed()).toContain(id)
    services.clerk.organizations.removeMember(id, people.member)
    await run('invalidate', people.member)
    expect(await listed()).not.toContain(id)
  })

  test('does not exist: inspect says so', async () => {
    await getCachedOrganization('org_2nothing')
    expect((await json('inspect', 'org_2nothing')).answer).toBe('cached: the organization does not exist')
  })

  test('is in no membership that Redis holds after forget of a member', async () => {
    const { id: userId } = services.clerk.createUser({ emails: ['forgotten@example.com'] })
    const organizationId = organization()
    services.clerk.organizations.addMember(organizationId, userId)
    await findMembership({ organizationId, userId })
    await getCachedMembershipsOfUser(userId)
    expect((await json('forget', userId)).removed).toEqual({
      ...{ 'organization-membership': 1, 'organization-memberships': 1, user: 1 },
    })
    expect((await json('forget', userId)).removed).toEqual({})
  })
})

test('stats shows what the fleet counted', async () => {
  expect((await run('stats', '--minutes', '1')).out).toContain(
    'No process counted anything in the last 1 minute.',
  )
  await startTelemetry()
  await getCachedUserById(people.admin)
  await getCachedUserById(people.admin)
  await stopTelemetry({ timeout: 5000 })
  const stats = await json('stats', '--minutes', '5')
  expect(stats).toMatchObject({ processes: 1, minutes: 5 })
  expect(stats.lookups.user.hits.redis).toBeGreaterThanOrEqual(1)
  const { out } = await run('stats')
  expect(out).toMatch(/^1 process in the last 60 minutes\n/)
  expect(out).toMatch(/lookup +hits +misses/)
})

describe('keys', () => {
  test('new prints a key that the environment accepts', async () => {
    const { out, err } = await run('keys', 'new')
    expect(parseKeyRing(out.trim())).toEqual({})
    expect([out.startsWith('k1:'), err]).toEqual([true, ''])
  })

  test('rotate prints both rings, in the order in which they are deployed', async () => {
    const old = services.env.CACHE_ENCRYPTION_KEYS ?? ''
    const { out, err } = await run('keys', 'rotate')
    const rings = out.split('\n').flatMap((line) => (line.includes(old) ? [line.trim()] : []))
    expect(rings).toHaveLength(2)
    const [newLast = '', newFirst = ''] = rings
    expect([newLast.startsWith(`${old},`), newFirst.endsWith(`,${old}`)]).toEqual([true, true])
    expect(rings.map((ring) => parseKeyRing(ring))).toEqual([{}, {}])
    expect(out).toMatch(/LAST[\s\S]*FIRST[\s\S]*A day later[\s\S]*without the old/)
    expect(err).toBe('')
    const { first, last } = await json('keys', 'rotate')
    expect([first.endsWith(`,${old}`), last.startsWith(`${old},`)]).toEqual([true, true])
    expect((await run('keys', 'rotate', '--kid', 'local')).err).toContain('has the ID of an earlier key')
  })
})

describe('doctor', () => {
  afterEach(async () => {
    vi.unstubAllEnvs()
    services.google.respond()
    services.upstash.faults.clear()
    await redis().insist('flush', (client) => client.flushdb())
  })

  const states = async () => {
    const { findings } = await json('doctor')
    return Object.fromEntries(
      findings.map(({ name, state }: { name: string; state: string }) => [name, state]),
    )
  }

  /** Counts that some process of the fleet wrote. */
  const count = (field: string, value: number) =>
    createCountsSink({ redis: redis(), namespace: namespace(), writer: 'other' })([
      {
        ...{ id: field, seq: 1, at: Date.now() },
        record: { minute: minuteOf(Date.now()), fields: { [field]: value } },
      },
    ])
  const delivery = { type: 'user.updated', subject: null, reason: null, ms: 1, invalidated: [] }

  test('wants to see one delivery before it calls webhooks good', async () => {
    const { out } = await run('doctor')
    expect(out).toContain('WARN  webhooks: 1 secret, no delivery yet\n      Send an example')
    await recordDelivery({ ...delivery, at: Date.now() - 180_000, id: 'msg_1', outcome: 'ok' })
    expect((await run('doctor')).out).toContain('ok    webhooks: 1 secret, last delivery 3 min ago')
  })

  test('finds by refused signatures that the secret is of another endpoint, and does not fail for what a stranger can forge', async () => {
    await count('webhook_deliveries_total event=unknown&outcome=bad_signature', 12)
    const { out, code } = await run('doctor')
    expect(out).toMatch(
      /WARN {2}webhooks: 1 secret, no delivery yet, 12 refused for their signature in 24 h\n/,
    )
    expect(out).toMatch(/If it is refused, the secret is not that of the endpoint/)
    expect(code).toBe(0)
    await recordDelivery({ ...delivery, at: Date.now(), id: 'msg_2', outcome: 'ok' })
    expect((await run('doctor')).out).toMatch(/WARN {2}webhooks: 1 secret, last delivery .*, 12 refused/)
    await redis().insist('flush', (client) => client.flushdb())
  })

  test.each(['unsigned', 'aborted', 'too_large', 'too_slow'])(
    'does not warn of requests that a stranger without a signature has sent: %s',
    async (outcome) => {
      await recordDelivery({ ...delivery, at: Date.now(), id: 'msg_3', outcome: 'ok' })
      await count(`webhook_deliveries_total event=unknown&outcome=${outcome}`, 12)
      expect((await run('doctor')).out).toContain('ok    webhooks: 1 secret, last delivery 0 min ago\n')
      await redis().insist('flush', (client) => client.flushdb())
    },
  )

  test('opens a token that is stored, and asks Google with it whether the Calendar API is enabled', async () => {
    await getCachedOAuthToken(people.member, 'google')
    const { out } = await run('doctor')
    expect(out).toMatch(/ok {4}encryption: 1 key, .*; a stored token opens/)
    expect(out).toContain('ok    Google Calendar: enabled, and accepts a stored token')
    const reason = { errors: [{ reason: 'accessNotConfigured' }] }
    services.google.respond(() => Response.json({ error: { code: 403, ...reason } }, { status: 403 }))
    expect((await run('doctor')).out).toContain(
      'FAIL  Google Calendar: the Google Calendar API is not enabled',
    )
    services.google.respond()
  })

  test('fails if the keys open nothing that is stored, and warns if they open some of it', async () => {
    const key = `${namespace()}:e:token.2:stranger`
    const sealed = `v1.k9.${Buffer.alloc(60).toString('base64url')}`
    await redis().insist('set', (client) => client.set(key, `g|${key}|f|v${sealed.length}|${sealed}`))
    const failed = await run('doctor')
    expect(failed.out).toContain('FAIL  encryption: 1 of 1 stored tokens cannot be opened, sealed with k9')
    expect(failed.code).toBe(EXIT.failed)
    // As long as `keys rotate` says.
    expect(failed.out).toMatch(/k9 is not in CACHE_ENCRYPTION_KEYS.* keep it for a day/)
    await getCachedOAuthToken(people.member, 'google')
    expect((await run('doctor')).out).toContain('WARN  encryption: 1 of 2 stored tokens cannot be opened')
    await redis().insist('flush', (client) => client.flushdb())
  })

  test.each(['', '--json'])(
    'prints nothing of Redis that steers a terminal or begins a line: %j',
    async (flag) => {
      const key = `${namespace()}:e:token.2:stranger`
      const sealed = `v1.k9\u001b[2J\u009b2J\u202e\nok    everything: fine.${Buffer.alloc(60).toString('base64url')}`
      await redis().insist('set', (client) => client.set(key, `g|${key}|f|v${sealed.length}|${sealed}`))
      const { out } = await run('doctor', ...(flag ? [flag] : []))
      expect(out).toContain('k9')
      expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
      expect(out).not.toMatch(/^ok {4}everything/m)
      await redis().insist('flush', (client) => client.flushdb())
    },
  )

  test.each([['audit'], ['audit', '--json'], ['audit', 'export']])(
    'prints nothing of the trail that steers a terminal, and no time that is none: %s %s',
    async (...argv) => {
      const odd = { id: 'a', action: 'x\u001b[2J\u009b2J\u202e', actor: 'y', subject: 'z', outcome: 'ok' }
      const lines = [odd, { ...odd, id: 'b', actor: 'never' }].map((one, i) =>
        JSON.stringify({ ...one, at: i ? 1e300 : Date.now() }),
      )
      await redis().insist('xadd', (client) =>
        client.xadd(`${namespace()}:audit`, '*', { records: lines.join('\n') }),
      )
      const { out, code } = await run(...argv)
      expect(code).toBe(EXIT.done)
      expect(out).toContain('\\u009b2J')
      expect(out).not.toContain('never')
      expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
      await redis().insist('flush', (client) => client.flushdb())
    },
  )

  test('knows by their key sets that the keys are of two instances', async () => {
    const other = createServer((_, answer) =>
      answer.end(JSON.stringify({ keys: [{ kid: 'ins', n: 'other' }] })),
    )
    await once(other.listen(0, '127.0.0.1'), 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    vi.stubEnv('NEXT_PUBLIC_CLERK_PROXY_URL', `http://localhost:${port}/fapi`)
    expect((await run('doctor')).out).toMatch(/FAIL {2}Clerk keys: .* are of two instances/)
    await new Promise((done) => other.close(done).closeAllConnections())
    expect((await run('doctor')).out).toMatch(/WARN {2}Clerk keys: localhost:\d+ is not responding/)
    vi.unstubAllEnvs()
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    vi.stubEnv('CLERK_JWT_KEY', publicKey.export({ type: 'spki', format: 'pem' }).toString())
    expect((await run('doctor')).out).toContain('FAIL  Clerk keys: CLERK_JWT_KEY is of another instance')
    vi.stubEnv('CLERK_JWT_KEY', '-----BEGIN PUBLIC KEY-----\nnone\n-----END PUBLIC KEY-----')
    expect((await run('doctor')).out).toContain('CLERK_JWT_KEY is malformed: must be the whole PEM')
    vi.unstubAllEnvs()
  })

  test('finds nothing wrong with a good set-up', async () => {
    await recordDelivery({ ...delivery, at: Date.now(), id: 'msg_3', outcome: 'ok' })
    const { code, out } = await run('doctor')
    expect(out).not.toMatch(/FAIL/)
    expect(code).toBe(EXIT.done)
    expect(await states()).toMatchObject({
      ...{ settings: 'ok', 'Clerk keys': 'ok', Clerk: 'ok', 'Redis scripts': 'ok', 'Redis eviction': 'ok' },
      ...{ encryption: 'ok', 'Google Calendar': 'ok', webhooks: 'ok', clock: 'ok' },
    })
  })

  test('says to enable the Google Calendar API, which it cannot check itself', async () => {
    const { out } = await run('doctor')
    expect(out).toMatch(/Google Calendar: reachable\n .*Enable it in the Google Cloud project/)
  })

  test.each([
    ['answers with 500', () => new Response(null, { status: 500 })],
    ['answers with 200', () => new Response('<html>captive portal</html>')],
  ])('warns when Google Calendar %s', async (words, answer) => {
    services.google.respond(answer)
    expect((await run('doctor')).out).toContain(`WARN  Google Calendar: ${words}`)
  })

  test('shows the origins whose session tokens are accepted', async () => {
    expect((await run('doctor')).out).toContain(`ok    origins: ${services.env.APP_ORIGINS}\n`)
  })

  test('says where to get a key if Clerk does not accept it', async () => {
    services.clerk.faults.add({ status: 401 })
    const { code, out } = await run('doctor')
    expect(out).toContain('FAIL  Clerk: CLERK_SECRET_KEY is not accepted\n      Copy it again')
    expect(out).not.toContain(services.clerk.secretKey)
    expect(code).toBe(EXIT.failed)
  })

  test('reports a setting that cannot be right in the words of the start, and checks nothing else', async () => {
    const settings = { CLERK_API_URL: 'http://api.clerk.com', CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_AA==' }
    const { out } = await run('doctor')
    expect(out).not.toContain('FAIL')
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value)
    const refused = await run('doctor')
    vi.unstubAllEnvs()
    for (const problem of settingsProblems({ ...services.env, ...settings }))
      expect(refused.out).toContain(problem)
    expect([refused.code, refused.out.match(/^(ok|WARN|FAIL)/gm)]).toEqual([EXIT.failed, ['FAIL']])
  })

  test('says what it means that a token cannot run scripts', async () => {
    services.upstash.faults.set(noScripts)
    expect((await run('doctor')).out).toContain(
      'FAIL  Redis scripts: not allowed\n      Nothing is cached until',
    )
  })

  test('fails Clerk and Redis if both do not answer, and cannot compare clocks', async () => {
    services.upstash.faults.set({ reset: 'before' })
    services.clerk.faults.add({ connection: 'refuse' })
    expect(await states()).toMatchObject({ Clerk: 'fail', Redis: 'fail', clock: 'warn' })
  })
})
