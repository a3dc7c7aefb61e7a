import { describe, expect, test, vi } from 'vitest'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { parseKeyRing } from '@/lib/cache/key-ring'
import { revokeUser } from '@/lib/cache/revocations'
import { systemClock } from '@/lib/lookup/clock'
import { EXIT } from '@/lib/ops/command'
import { ops } from '@/lib/ops/ops'
import { settingsProblems } from '@/lib/process/settings'
import { startTelemetry, stopTelemetry } from '@/lib/telemetry/start'
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
    `Invalidated ${id}. The next read loads the user from Clerk.\n`,
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
    expect(out).toMatch(/LAST[\s\S]*FIRST[\s\S]*without the old/)
    expect(err).toBe('')
    const { first, last } = await json('keys', 'rotate')
    expect([first.endsWith(`,${old}`), last.startsWith(`${old},`)]).toEqual([true, true])
    expect((await run('keys', 'rotate', '--kid', 'local')).err).toContain('has the ID of an earlier key')
  })
})

describe('doctor', () => {
  const states = async () => {
    const { findings } = await json('doctor')
    return Object.fromEntries(
      findings.map(({ name, state }: { name: string; state: string }) => [name, state]),
    )
  }

  test('finds nothing wrong with a good set-up', async () => {
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
    expect((await run('doctor')).out).toContain('FAIL  Redis scripts: not allowed\n      Nothing is cached until')
  })

  test('fails Clerk and Redis if both do not answer, and cannot compare clocks', async () => {
    services.upstash.faults.set({ reset: 'before' })
    services.clerk.faults.add({ connection: 'refuse' })
    expect(await states()).toMatchObject({ Clerk: 'fail', Redis: 'fail', clock: 'warn' })
  })
})
