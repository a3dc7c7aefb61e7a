import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisClient } from '@/lib/lookup/redis/client'
import { exportAudit } from '@/lib/telemetry/read-audit'
import { portsBeside, startStandIns } from '../../local/stand-ins'
import { copyBuild, publicOf } from '../support/app'
import { fullOr } from '../support/full'
import { buildNext } from '../support/next'
import { E2E_BUILD, E2E_PORT } from '../support/ports'

/** The build of all e2e tests is that of the image. With FULL_TESTS=1 it is another one. */
const BUILD = fullOr('.next-image', E2E_BUILD)
const words = z.array(z.string()).min(1)

/** What the last stage of the Dockerfile does: its variables, the folders that it copies, and its two commands. */
async function readLastStage() {
  const text = await readFile('docs/deploy/Dockerfile', 'utf8')
  const stage = text.slice(text.lastIndexOf('\nFROM '))
  const commandAfter = (start: string) => {
    const rest = stage.slice(stage.indexOf(start) + start.length)
    return words.parse(JSON.parse(rest.slice(0, rest.indexOf('\n'))))
  }
  return {
    env: Object.fromEntries(
      [...stage.matchAll(/^ENV (\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]),
    ),
    copies: [...stage.matchAll(/^COPY --from=build \/app\/(\S+) (\S+)$/gm)].map(([, from = '', to = '']) => ({
      from: from.replace('.next', BUILD),
      to: to.replace('.next', BUILD),
    })),
    command: commandAfter('\nCMD '),
    check: commandAfter('--start-period=20s CMD '),
    user: /^USER (\S+)$/m.exec(stage)?.[1],
  }
}

/** Runs a command of the image: node is this one. */
function run([, ...args]: string[], cwd: string, env: Record<string, string | undefined>) {
  const child = spawn(process.execPath, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { NODE_ENV: 'production', PATH: process.env.PATH, ...env },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part) => (text += part))
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  const exited = once(child, 'exit').then(([code]: (number | null)[]) => {
    process.off('exit', end)
    return code
  })
  return { child, exited, text: () => text }
}

test('the last stage of the Dockerfile serves from what it copies, is healthy, and on SIGTERM writes its records and exits with 0', async () => {
  const stage = await readLastStage()
  expect(stage.user).toBe('node')
  const standIns = await startStandIns(E2E_PORT, { ports: portsBeside(E2E_PORT) })
  const folder = await mkdtemp(join(tmpdir(), 'image-'))
  let app: ReturnType<typeof run> | undefined
  try {
    // As the first stage does: with the publishable key and without any secret.
    if (BUILD !== E2E_BUILD)
      await buildNext({ ...publicOf(standIns.env), NEXT_OUTPUT: 'standalone', NEXT_DIST_DIR: BUILD })
    // What the build finds missing, because it has no settings, must not be part of the pages that it makes.
    const made = (await readdir(join(BUILD, 'server/app'), { recursive: true })).filter((file) =>
      /\.(html|rsc)$/.test(file),
    )
    expect(made).toContain('experts.html')
    // The guides say what happens then.
    for (const file of made.filter((one) => !one.startsWith('guides')))
      expect(await readFile(join(BUILD, 'server/app', file), 'utf8'), file).not.toContain('not set up')
    for (const { from, to } of stage.copies) await copyBuild(from, join(folder, to), BUILD)

    const env = { ...stage.env, ...standIns.env, CACHE_REDIS_TIMEOUT_MS: '10000', PORT: String(E2E_PORT) }
    app = run(stage.command, folder, env)
    const { child, text } = app
    await expect.poll(() => text().includes('✓ Ready') || child.exitCode).toBe(true)
    const healthy = () => run(stage.check, folder, env).exited
    await expect.poll(healthy).toBe(0)

    const page = await fetch(`${standIns.appUrl}/experts`)
    expect(page.status).toBe(200)
    const html = await page.text()
    expect(html).toContain('Amara Okafor')
    const [script = 'none'] = /\/_next\/static\/[^"]+\.js/.exec(html) ?? []
    expect((await fetch(standIns.appUrl + script)).status).toBe(200)

    // Leaves a record in memory, which is written at the shutdown if not before.
    const refused = await fetch(`${standIns.appUrl}/api/metrics`, {
      headers: { authorization: 'Bearer wrong' },
    })
    expect(refused.status).toBe(401)
    child.kill('SIGTERM')
    expect(await app.exited).toBe(0)
    expect(text()).toContain('"event":"stopped"')
    const { url, token } = standIns.upstash
    const redis = createRedisClient({ url, token, state: createProcessState() })
    const actions: string[] = []
    for await (const { record } of exportAudit({ redis, key: 'ck:audit' })) actions.push(record.action)
    expect(actions).toContain('ops.token')
    expect(await healthy()).toBe(1)
  } finally {
    app?.child.kill('SIGKILL')
    await standIns.close()
    await rm(folder, { recursive: true, force: true })
    if (BUILD !== E2E_BUILD) await rm(BUILD, { recursive: true, force: true })
  }
})
