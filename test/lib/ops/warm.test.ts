import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { type CommandContext, EXIT } from '@/lib/ops/command'
import { ops } from '@/lib/ops/ops'
import { useServices } from '../../support/services'

// Clerk's windows and pauses, Redis and the command all use this clock, which waiting moves.
vi.hoisted(() => vi.useFakeTimers({ toFake: ['Date', 'performance'] }))

const services = useServices({ redis: 'wasm' })
let folder: string
const ids: string[] = []

beforeAll(async () => {
  services.clerk.webhooks.target(undefined)
  for (let i = 0; i < 1000; i++) ids.push(services.clerk.createUser({ emails: [`u${i}@example.com`] }).id)
})

beforeEach(async () => {
  vi.advanceTimersByTime(3600_000)
  services.clerk.faults.limit(undefined)
  folder = await mkdtemp(join(tmpdir(), 'warm-test-'))
  return () => rm(folder, { recursive: true })
})

const calls = () => services.clerk.requests().total

async function fileOf(content: string) {
  const file = join(folder, 'ids')
  await writeFile(file, content)
  return file
}

/** Runs the command with its state in this test's folder. `onWait` may change the world, or end the waiting. */
async function run(
  args: string[],
  {
    stdin = '',
    isTTY = false,
    state = join(folder, 'state'),
    onWait,
  }: { stdin?: string; isTTY?: boolean; state?: string; onWait?: (end: () => void) => void } = {},
) {
  const said = { out: '', err: '', waits: [] as number[] }
  const controller = new AbortController()
  const context: CommandContext = {
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    isTTY,
    stdin: async () => stdin,
    signal: controller.signal,
    clock: {
      now: () => Date.now(),
      timer(ms, fn) {
        said.waits.push(ms)
        onWait?.(() => controller.abort())
        vi.advanceTimersByTime(ms)
        queueMicrotask(fn)
        return () => {}
      },
    },
  }
  const code = await ops(['warm', ...args, '--state', state], context)
  return { code, ...said }
}

describe('ops warm', () => {
  test('1000 ids are 10 requests, and none when they are warm', async () => {
    const file = await fileOf(ids.join('\n'))
    const first = await run(['--ids', file])
    expect(first).toMatchObject({ code: EXIT.done, waits: [] })
    expect(first.out).toContain('1000 users cached, with 10 requests to Clerk.')
    expect(services.clerk.requests().byRoute).toEqual({ 'GET /v1/users': 10 })
    await getCachedUserById(ids[777] ?? '')
    expect((await run(['--ids', file])).code).toBe(EXIT.done)
    expect(calls()).toBe(10)
  })

  test('ids come as a JSON array too, and from standard input, each counted once', async () => {
    const some = ids.slice(0, 3)
    const { out } = await run(['--ids', '-', '--json'], { stdin: JSON.stringify([...some, ...some]) })
    expect(JSON.parse(out)).toEqual({ users: 3, resumedAfter: 0, unknown: 0, requests: 1 })
    const windows = await run(['--ids', '-', '--json'], { stdin: `\uFEFF${some.join('\r\n')}\r\n\r\n` })
    expect(JSON.parse(windows.out)).toMatchObject({ users: 3, requests: 0 })
  })

  test('the users who were active last are listed by the hundred, then loaded', async () => {
    const active = ids.slice(300, 550)
    for (const id of active) await services.clerk.issueSession(id)
    const { out } = await run(['--recent', '250', '--json'])
    expect(JSON.parse(out)).toEqual({ users: 250, resumedAfter: 0, unknown: 0, requests: 6 })
    services.clerk.resetRequests()
    await Promise.all(active.map(getCachedUserById))
    expect(calls()).toBe(0)
  })

  test('asking for more recent users than there are ends with the last', async () => {
    const { out } = await run(['--recent', '5000', '--json'])
    expect(JSON.parse(out).users).toBe(services.clerk.users().length)
  })

  test('unknown IDs are counted, and are not a failure', async () => {
    const { code, out } = await run(['--ids', '-', '--json'], { stdin: `user_2nobody\n${ids[0]}` })
    expect(code).toBe(EXIT.done)
    expect(JSON.parse(out)).toMatchObject({ users: 2, unknown: 1 })
  })

  test('the budget is never exceeded: a Clerk that allows just as much refuses nothing', async () => {
    services.clerk.faults.limit({ requests: 4 })
    const { code, waits, err } = await run(['--ids', await fileOf(ids.join('\n')), '--budget', '4'])
    expect(code).toBe(EXIT.done)
    expect(calls()).toBe(10)
    expect(waits).toEqual([10_000, 10_000, 10_000])
    expect(err).toContain('Waiting 10 s: the budget for 10 s is used up.')
  })

  test('users past their soft expiry are refreshed, inside the budget too', async () => {
    const file = await fileOf(ids.join('\n'))
    await run(['--ids', file])
    vi.advanceTimersByTime(250_000)
    services.clerk.faults.limit({ requests: 4 })
    expect(await run(['--ids', file, '--budget', '4'])).toMatchObject({ code: EXIT.done })
    expect(calls()).toBe(20)
    // After the first values have expired, and before the next refresh.
    vi.advanceTimersByTime(100_000)
    await Promise.all(ids.map(getCachedUserById))
    expect(calls()).toBe(20)
  })

  test('after a 429 it waits as long as Clerk says, and continues', async () => {
    services.clerk.faults.add({ status: 429, retryAfter: 7, times: 1 })
    const { code, waits, err } = await run(['--ids', await fileOf(ids.slice(0, 200).join('\n'))])
    expect(code).toBe(EXIT.done)
    expect(waits).toEqual([7_000])
    expect(err).toContain('Waiting 7 s: Clerk limits requests.')
    expect(calls()).toBe(3)
  })

  test('an outage of Clerk is retried; if it lasts, the run ends and can be resumed', async () => {
    const file = await fileOf(ids.slice(0, 200).join('\n'))
    services.clerk.faults.add({ status: 500 })
    const failed = await run(['--ids', file])
    expect(failed).toMatchObject({ code: EXIT.failed, waits: [2_000, 4_000, 8_000] })
    expect(failed.err).toMatch(/Clerk is not responding.*Run the same command again to continue/s)
    const back = await run(['--ids', file], { onWait: () => services.clerk.faults.clear() })
    expect(back).toMatchObject({ code: EXIT.done, waits: [2_000] })
  })

  test('it ends at once if Clerk does not accept the key, and does not print the key', async () => {
    services.clerk.faults.add({ status: 401 })
    const { code, waits, err, out } = await run(['--ids', await fileOf(ids.slice(0, 200).join('\n'))])
    expect(code).toBe(EXIT.failed)
    expect(waits).toEqual([])
    expect(err).toContain('Clerk did not accept the app’s key. Copy CLERK_SECRET_KEY again')
    expect(out + err).not.toContain(services.clerk.secretKey)
  })

  test('without Redis it sends no request to Clerk', async () => {
    services.upstash.faults.set({ reset: 'before' })
    const { code, err } = await run(['--ids', await fileOf(ids.slice(0, 200).join('\n'))])
    expect(code).toBe(EXIT.failed)
    expect(err).toContain('Check the settings of Redis with `npm run ops -- doctor`')
    expect(calls()).toBe(0)
  })
})

describe('a run that was interrupted', () => {
  test('by Ctrl-C while it waited continues where it was, with any budget', async () => {
    const file = await fileOf(ids.join('\n'))
    const ended = await run(['--ids', file, '--budget', '5'], { onWait: (end) => end() })
    expect(ended.code).toBe(EXIT.interrupted)
    const { code, err, out } = await run(['--ids', file, '--json'])
    expect({ code, err }).toEqual({ code: EXIT.done, err: '' })
    expect(JSON.parse(out)).toEqual({ users: 1000, resumedAfter: 400, unknown: 0, requests: 6 })
  })

  test('is not resumed with other IDs, nor after the users it loaded have expired', async () => {
    const some = ids.slice(0, 500)
    const interrupted = async () =>
      run(['--ids', await fileOf(some.join('\n')), '--budget', '5'], { onWait: (end) => end() })
    await interrupted()
    const other = await run(['--ids', '-', '--json'], { stdin: some.toReversed().join('\n') })
    expect(JSON.parse(other.out).resumedAfter).toBe(0)
    await services.engine.restart()
    await interrupted()
    vi.advanceTimersByTime(300_000)
    const late = await run(['--ids', await fileOf(some.join('\n')), '--json'])
    expect(JSON.parse(late.out)).toMatchObject({ resumedAfter: 0, requests: 5 })
  })

  test('with --recent continues with the same users, without listing them again', async () => {
    const ended = await run(['--recent', '600', '--budget', '9'], { onWait: (end) => end() })
    expect(ended.code).toBe(EXIT.interrupted)
    const { out } = await run(['--recent', '600', '--json'])
    expect(JSON.parse(out)).toEqual({ users: 600, resumedAfter: 200, unknown: 0, requests: 4 })
  })

  test('says so if its state cannot be written', async () => {
    const { code, err } = await run(['--ids', '-'], { stdin: ids[0] ?? '', state: '/dev/null/state' })
    expect(err).toContain('/dev/null/state cannot be written (ENOTDIR). Choose another file with --state.')
    expect({ code, calls: calls() }).toEqual({ code: EXIT.refused, calls: 0 })
  })

  test('an incomplete state file is ignored', async () => {
    await writeFile(join(folder, 'state'), '{"task":"')
    const { out } = await run(['--ids', '-', '--json'], { stdin: ids[0] ?? '' })
    expect(JSON.parse(out).resumedAfter).toBe(0)
  })
})

describe('what it refuses, without a request', () => {
  test.each([
    [[], 'either --ids FILE or --recent N'],
    [['--ids', 'a', '--recent', '5'], 'either --ids FILE or --recent N'],
    [['--recent', '0'], '--recent must be a whole number from 1 to 100000, not "0"'],
    [['--recent', 'many'], 'not "many"'],
    [['--recent', '5', '--budget', '1001'], '--budget must be a whole number from 2 to 1000'],
    [['--recent', '5', '--budget', ''], 'not ""'],
    [['--recents', '5'], 'Unknown flag --recents. --help lists the flags.'],
    [['users.txt'], 'Unexpected argument "users.txt"'],
    [['--ids'], '--ids needs a value'],
    [['--ids', '--json'], '--ids needs a value'],
    [['--json=yes', '--recent', '5'], 'Unknown flag --json'],
    [['--ids', '/does/not/exist'], '/does/not/exist cannot be read (ENOENT)'],
    [['--ids', '.'], '. cannot be read (EISDIR)'],
  ])('%j', async (args, words) => {
    const { code, err, out } = await run(args)
    expect(err).toContain(words)
    expect({ code, out, calls: calls() }).toEqual({ code: EXIT.refused, out: '', calls: 0 })
  })

  test.each([
    ['', 'Standard input contains no user IDs.'],
    ['[]', 'Standard input contains no user IDs.'],
    ['\n\n', 'Standard input contains no user IDs.'],
    ['user_2a\nada@example.com', 'Standard input, line 2: "ada@example.com" is not a user ID.'],
    ['["user_2a", 7]', 'Standard input, element 2: 7 is not a user ID.'],
    ['["user_2a"', 'Standard input is not valid JSON: expected an array of user IDs.'],
    ['user_../../x', 'line 1'],
  ])('standard input of %j', async (stdin, words) => {
    const { code, err } = await run(['--ids', '-'], { stdin })
    expect(err).toContain(words)
    expect({ code, calls: calls() }).toEqual({ code: EXIT.refused, calls: 0 })
  })

  test('--help is not refused', async () => {
    expect(await run(['--help'])).toMatchObject({ code: EXIT.done, err: '' })
  })
})

describe('what it shows', () => {
  test('a bar on a terminal', async () => {
    const { err } = await run(['--ids', await fileOf(ids.slice(0, 200).join('\n'))], { isTTY: true })
    expect(err).toContain(`\r\x1b[2K[${'█'.repeat(15)}${'░'.repeat(15)}] 100 of 200 users (50 %)`)
    expect(err.endsWith('] 200 of 200 users (100 %)\n')).toBe(true)
  })

  test('lines elsewhere, the first and the last at least', async () => {
    const { err } = await run(['--ids', await fileOf(ids.slice(0, 400).join('\n'))])
    expect(err).toBe('100 of 400 users (25 %)\n400 of 400 users (100 %)\n')
  })
})

describe('the real command, in a process of its own', () => {
  const tsx = createRequire(import.meta.url).resolve('tsx')
  const script = join(import.meta.dirname, '../../../lib/ops/main.ts')

  /** As on a deployment machine: settings in .env.local of the folder it runs in, nothing in the environment. */
  async function start(args: string[]) {
    const settings = Object.entries(services.env).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    await writeFile(join(folder, '.env.local'), `${settings.join('\n')}\nCACHE_REDIS_TIMEOUT_MS=10000\n`)
    const child = spawn(process.execPath, ['--import', tsx, script, 'warm', ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, NODE_ENV: 'production', TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = { out: '', err: '' }
    child.stdout.setEncoding('utf8').on('data', (text) => (said.out += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (said.err += text))
    const ended = once(child, 'close').then(() => ({ code: child.exitCode, ...said }))
    return { child, ended, said }
  }
  const reaches = (count: number) => vi.waitFor(() => expect(calls()).toBeGreaterThanOrEqual(count), 30_000)
  const stateFile = async () =>
    (await readdir(folder)).find((name) => name.startsWith('clerk-cache-warm-')) ?? ''

  beforeEach(() => {
    // The child has the machine's clock; Redis and Clerk must not be an hour ahead of it.
    vi.setSystemTime(vi.getRealSystemTime())
  })

  test('continues after it was killed, and repeats only the request that was being sent', async () => {
    const file = await fileOf(ids.join('\n'))
    services.clerk.faults.add({ latencyMs: 300 })
    const first = await start(['--ids', file])
    await reaches(4)
    first.child.kill('SIGKILL')
    expect((await first.ended).code).toBeNull()
    services.clerk.faults.clear()
    // What the dead process was loading is its own until its lease has ended.
    vi.advanceTimersByTime(13_000)
    expect(JSON.parse(await readFile(join(folder, await stateFile()), 'utf8'))).toMatchObject({ done: 300 })

    const second = await (await start(['--ids', file, '--json'])).ended
    expect(second).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(second.out)).toMatchObject({ users: 1000, resumedAfter: 300 })
    expect(calls()).toBeLessThanOrEqual(11)
    expect(await stateFile()).toBe('')
  }, 60_000)

  test('exits with 130 on Ctrl-C, after the request that is being sent', async () => {
    services.clerk.faults.add({ latencyMs: 300 })
    const { child, ended } = await start(['--ids', await fileOf(ids.join('\n'))])
    await reaches(2)
    child.kill('SIGINT')
    const { code, err } = await ended
    expect(code).toBe(EXIT.interrupted)
    expect(err).toContain('Interrupted. Run the same command again to continue.')
  }, 60_000)

  test('says which settings are missing', async () => {
    const child = spawn(process.execPath, ['--import', tsx, script, 'warm', '--recent', '5'], {
      cwd: folder,
      env: { PATH: process.env.PATH, NODE_ENV: 'production' },
    })
    let err = ''
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text))
    const [code] = await once(child, 'close')
    expect(err).toContain('CLERK_SECRET_KEY is missing')
    expect(code).toBe(EXIT.refused)
  }, 60_000)
})
