import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { parseEnv } from 'node:util'
import { runningDevServer } from './dev-server'
import { seed } from './seed'
import { portsBeside, type StandIns, startStandIns } from './stand-ins'
import { removeStandInsFile, writeStandInsFile } from './stand-ins-file'

const USAGE =
  'Usage: npm run dev | npm run start:local. PORT=4000 npm run dev uses the ports 4000 to 4003 (default: 3000).'
/** NEXT_PUBLIC_* values are inlined, so a build for the stand-ins must not be reused with real keys. */
const LOCAL_BUILD = '.next-local'
/** How long Next may take to stop, in milliseconds. */
const STOP_TIMEOUT = 10_000

/** Clerk is about so far away from a server: a stand-in that answers at once would show no difference to the cache. */
const CLERK_LATENCY_MS = 150

/** The first seed users are one of each kind. */
const USERS_SHOWN = 7

const next = createRequire(import.meta.url).resolve('next/dist/bin/next')

function fail(message: string): never {
  console.error(`\n${message}\n`)
  process.exit(1)
}

/** A variable, where Next looks for it. */
function setting(variable: string, mode: 'dev' | 'start'): string | undefined {
  if (process.env[variable]) return process.env[variable]
  const name = mode === 'dev' ? 'development' : 'production'
  for (const file of [`.env.${name}.local`, '.env.local', `.env.${name}`, '.env']) {
    const value = existsSync(file) && parseEnv(readFileSync(file, 'utf8'))[variable]
    if (value) return value
  }
  return undefined
}

/** Tries IPv4 and IPv6, since another program may listen on only one of them. */
async function isFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '::']) {
    const server = createServer()
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'))
      server.listen(port, host, () => resolve(true))
    })
    if (server.listening) await new Promise((resolve) => server.close(resolve))
    if (!free) return false
  }
  return true
}

async function refuseTakenPorts(appPort: number, ports: Record<string, number>): Promise<void> {
  for (const [what, port] of Object.entries(ports))
    if (!(await isFree(port)))
      fail(
        `Port ${port} (for ${what}) is taken. Stop the program that uses it, or use other ports: PORT=${appPort + 1000} npm run dev`,
      )
}

/** Next allows one `next dev` in a folder, and would say so only after the welcome text. */
function refuseSecondDevServer(): void {
  const running = runningDevServer()
  if (running)
    fail(
      `npm run dev already runs in this folder: ${running.appUrl} (process ${running.pid}). Open it, or stop it first.`,
    )
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ port, host: 'localhost' })
  const [outcome] = await Promise.race([
    once(socket, 'connect').then(() => [true]),
    once(socket, 'error').then(() => [false]),
  ]).catch(() => [false])
  socket.destroy()
  return outcome === true
}

function printWelcome({ appUrl, clerk, engine }: StandIns): void {
  console.log(`
  The app           ${appUrl}
  Clerk stand-in    ${clerk.url}   (sign in and out, accounts)
  Redis             ${engine.name}

  Who can sign in, with one click on the sign-in page:`)
  for (const { firstName, lastName, purpose } of seed.users.slice(0, USERS_SHOWN))
    console.log(`    ${`${firstName} ${lastName}`.padEnd(18)} ${purpose}`)
  console.log(`    … and ${seed.users.length - USERS_SHOWN} more experts`)
  console.log('\n  npm run ops and npm run webhook work in another terminal. Ctrl-C stops everything.\n')
}

function startNext(args: string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [next, ...args], { stdio: 'inherit', env: { ...process.env, ...env } })
}

async function main(): Promise<void> {
  const mode = process.argv[2]
  if (mode !== 'dev' && mode !== 'start') fail(USAGE)
  const port = Number(process.env.PORT || 3000)
  if (!Number.isInteger(port) || port < 1 || port > 65_531)
    fail(`PORT must be a number from 1 to 65531. ${USAGE}`)
  if (mode === 'dev') refuseSecondDevServer()

  // With real keys no stand-in is started.
  const real = setting('CLERK_SECRET_KEY', mode) !== undefined
  const redisUrl = setting('REDIS_URL', mode)
  await refuseTakenPorts(port, { 'the app': port, ...(real ? {} : portsBeside(port)) })
  const standIns = real ? undefined : await startStandIns(port, redisUrl ? { redisUrl } : {})
  standIns?.clerk.faults.add({ latencyMs: CLERK_LATENCY_MS })
  const env: Record<string, string> = standIns
    ? { ...standIns.env, ...(mode === 'start' && { NEXT_DIST_DIR: LOCAL_BUILD }) }
    : {}
  if (mode === 'dev') env.LOG_FORMAT = setting('LOG_FORMAT', mode) || 'pretty'
  if (standIns) {
    writeStandInsFile(standIns.env)
    process.once('exit', () => removeStandInsFile())
  }
  if (real) console.log('\n  CLERK_SECRET_KEY is set: using the real services; no stand-in is started.\n')

  let child: ChildProcess | undefined
  let stopping = false
  const stop = async (code: number): Promise<never> => {
    stopping = true
    if (child && child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      if (!(await Promise.race([exited.then(() => true), pause(STOP_TIMEOUT, false)]))) child.kill('SIGKILL')
    }
    await standIns?.close()
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (!stopping) void stop(0)
    })

  if (mode === 'start') {
    child = startNext(['build'], env)
    const [code] = await once(child, 'exit')
    if (stopping) return
    if (code !== 0) await stop(1)
  }
  // A production build shuts down as in production: see lib/process/shutdown.ts.
  const signals: Record<string, string> = mode === 'start' ? { NEXT_MANUAL_SIG_HANDLE: 'true' } : {}
  // The stand-ins sign with a secret that everybody can read, so nobody else on the network may reach the app.
  const host = standIns ? ['--hostname', 'localhost'] : []
  child = startNext([mode, '--port', String(port), ...host], { ...env, ...signals })
  child.once('exit', (code) => {
    if (!stopping) void stop(code ?? 1)
  })
  while (!stopping && !(await answers(port))) await pause(200)
  if (!stopping && standIns) printWelcome(standIns)
}

main().catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)))
