import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { appendFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser, openView } from '../support/browser'
import { redisServer } from '../support/missing'
import { E2E_COPY, RUN_PORT } from '../support/ports'

/** A copy of the app that this test may edit. Git and TypeScript ignore it, as they ignore builds. */
const COPY = `${E2E_COPY}-dev`
const EXPERTS = 13
const running: ChildProcess[] = []

beforeAll(async () => {
  await rm(COPY, { recursive: true, force: true })
  await mkdir(COPY)
  for (const name of ['app', 'components', 'lib', 'local', 'instrumentation.ts', 'middleware.ts'])
    await cp(name, join(COPY, name), { recursive: true })
  for (const name of ['next.config.mjs', 'package.json', 'postcss.config.mjs', 'tsconfig.json'])
    await cp(name, join(COPY, name))
})

afterAll(async () => {
  for (const child of running.splice(0))
    if (child.pid && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
  await rm(COPY, { recursive: true, force: true })
})

/** `npm run …` in a process group of its own, as a terminal would start it. */
function npmRun(script: string, env: Record<string, string> = {}) {
  const child = spawn('npm', ['run', script], {
    cwd: COPY,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'development', VITEST: undefined, PORT: String(RUN_PORT), ...env },
  })
  running.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part) => (text += part))
  const until = async (words: string) => {
    while (!text.includes(words)) {
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode} before "${words}":\n${text}`)
      await pause(50)
    }
    return text
  }
  return { child, until, text: () => text }
}

/** Every process of a group, by `ps`: what Ctrl-C leaves behind. */
function alive(group: number | undefined): string[] {
  const rows = execFileSync('ps', ['-eo', 'pgid=,stat=,args='], { encoding: 'utf8' }).split('\n')
  return rows.filter((row) => row.trim().startsWith(`${group} `) && !/^\s*\d+\s+Z/.test(row))
}

/** The Redis servers that the processes of a group have started, each in a group of its own. */
function redisServersOf(group: number | undefined): string[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,pgid=,args='], { encoding: 'utf8' }).split('\n')
  const processes = rows.map((row) => row.trim().split(/\s+/))
  const members = processes.filter(([, , pgid]) => pgid === String(group)).map(([pid]) => pid)
  return processes
    .filter(
      ([, ppid, , program = '']) => members.includes(ppid) && /redis-server|valkey-server/.test(program),
    )
    .map(([pid = '']) => pid)
}

const isAlive = (pid: string) => {
  try {
    return process.kill(Number(pid), 0)
  } catch {
    return false
  }
}

async function experts(): Promise<number> {
  const html = await (await fetch(`http://localhost:${RUN_PORT}/experts`)).text()
  return new Set(html.match(/href="\/experts\/[a-z-]+"/g)).size
}

async function replaceIn(file: string, from: string, to: string) {
  const path = join(COPY, file)
  const text = await readFile(path, 'utf8')
  expect(text).toContain(from)
  await writeFile(path, text.replace(from, to))
}

describe('npm run dev', () => {
  let dev: ReturnType<typeof npmRun>
  let edits = 0

  /** Requests the page until the server has evaluated the edited file, and then once more. */
  async function readAfterEdit(file: string): Promise<number[]> {
    const mark = `evaluated ${++edits}`
    await appendFile(join(COPY, file), `\nprocess.stdout.write('${mark}\\n')\n`)
    const read: number[] = []
    await expect
      .poll(async () => {
        read.push(await experts())
        return dev.text()
      })
      .toContain(mark)
    return [...read, await experts()]
  }

  test('starts everything, and says who can sign in', async () => {
    dev = npmRun('dev')
    const text = await dev.until('Ctrl-C stops everything')
    expect(text).toContain(`http://localhost:${RUN_PORT}`)
    expect(text).toContain('Ada Lindgren')
    expect(await experts()).toBe(EXPERTS)
    expect(existsSync(join(COPY, '.env.stand-ins'))).toBe(true)
  })

  test('is not reachable from the network', async () => {
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
    const outside = addresses.filter(({ internal, family }) => !internal && family === 'IPv4')
    for (const { address } of outside)
      await expect(fetch(`http://${address}:${RUN_PORT}/`)).rejects.toThrow('fetch failed')
    expect(dev.text()).not.toMatch(/- Network: +http:\/\/(?!localhost|127\.0\.0\.1)/)
  })

  test('reads users after an edit of a file that the declaration of a lookup imports', async () => {
    expect(new Set(await readAfterEdit('lib/cache/cached-user.ts'))).toEqual(new Set([EXPERTS]))
  })

  test('reads users after an edit of a declaration, and after the edit is taken back', async () => {
    const file = 'lib/cache/user-lookup.ts'
    await replaceIn(file, 'grace: GRACE', 'grace: GRACE + 1')
    expect(new Set(await readAfterEdit(file))).toEqual(new Set([EXPERTS]))
    await replaceIn(file, 'grace: GRACE + 1', 'grace: GRACE')
    expect(new Set(await readAfterEdit(file))).toEqual(new Set([EXPERTS]))
  })

  test('shows pages that break no rule of their Content-Security-Policy', async () => {
    const browser = await launchBrowser()
    const { page, trouble } = await openView(browser)
    await page.addInitScript(`window.violations = []
      document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.blockedURI))`)
    await page.goto(`http://localhost:${RUN_PORT}/experts`)
    await page.waitForFunction(() => Reflect.get(Reflect.get(window, 'Clerk') ?? {}, 'loaded') === true)
    expect(await page.evaluate('window.violations')).toEqual([])
    expect(trouble.filter((line) => /Content Security Policy|uncaught/.test(line))).toEqual([])
    await browser.close()
  })

  test('does not start twice in a folder', async () => {
    const second = npmRun('dev', { PORT: String(RUN_PORT + 500) })
    await once(second.child, 'close')
    expect(second.child.exitCode).toBe(1)
    expect(second.text()).toContain(`npm run dev already runs in this folder: http://localhost:${RUN_PORT}`)
    expect(second.text()).not.toContain('Ada Lindgren')
  })

  test('leaves nothing behind on Ctrl-C', async () => {
    const { child } = dev
    const servers = redisServersOf(child.pid)
    expect(servers).toHaveLength(redisServer() ? 1 : 0)
    if (child.pid) process.kill(-child.pid, 'SIGINT')
    if (child.exitCode === null) await once(child, 'exit')
    await expect.poll(() => alive(child.pid)).toEqual([])
    await expect.poll(() => servers.filter(isAlive)).toEqual([])
    expect(existsSync(join(COPY, '.env.stand-ins'))).toBe(false)
  })

  test('names a taken port and the way out', async () => {
    const blocker = createServer().listen(RUN_PORT + 2, '127.0.0.1')
    await once(blocker, 'listening')
    try {
      const { child, text } = npmRun('dev')
      await once(child, 'close')
      expect(child.exitCode).toBe(1)
      expect(text()).toContain(`Port ${RUN_PORT + 2} (for upstash) is taken`)
      expect(text()).toContain(`PORT=${RUN_PORT + 1000} npm run dev`)
    } finally {
      blocker.close()
    }
  })

  test('with real keys starts no stand-in, and names what else is missing', async () => {
    const { child, text } = npmRun('dev', { CLERK_SECRET_KEY: 'sk_test_real' })
    await once(child, 'close')
    expect(text()).toContain('using the real services; no stand-in is started')
    expect(text()).toContain('UPSTASH_REDIS_REST_URL is missing')
    expect(child.exitCode).toBe(1)
  })

  test('refuses a port that is none', async () => {
    const { child, text } = npmRun('dev', { PORT: 'http' })
    await once(child, 'close')
    expect(text()).toContain('PORT must be a number')
  })
})
