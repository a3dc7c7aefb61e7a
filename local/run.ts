import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { parseEnv } from 'node:util'
import { seed } from './seed'
import { portsBeside, type StandIns, startStandIns } from './stand-ins'

const USAGE = 'Usage: npm run dev | npm run start:local (PORT=4000 before it moves everything)'
/** A build of its own: NEXT_PUBLIC_* values are inlined, so no build may serve two installations. */
const LOCAL_BUILD = '.next-local'
/** Milliseconds that Next gets to end by itself. */
const PATIENCE = 10_000

/** The first of the seed are one of each kind. */
const PEOPLE_SHOWN = 6

const next = createRequire(import.meta.url).resolve('next/dist/bin/next')

function fail(message: string): never {
  console.error(`\n${message}\n`)
  process.exit(1)
}

/** Real keys anywhere Next would read them from: then nothing is stood in for. */
function hasRealKeys(mode: 'dev' | 'start'): boolean {
  if (process.env.CLERK_SECRET_KEY) return true
  const name = mode === 'dev' ? 'development' : 'production'
  return [`.env.${name}.local`, '.env.local', `.env.${name}`, '.env'].some(
    (file) => existsSync(file) && Boolean(parseEnv(readFileSync(file, 'utf8')).CLERK_SECRET_KEY),
  )
}

/** Something may listen on one address only, so both are tried. */
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
        `Port ${port} (for ${what}) is taken. End what uses it, or move everything: PORT=${appPort + 1000} npm run dev`,
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
  for (const { firstName, lastName, purpose } of seed.users.slice(0, PEOPLE_SHOWN))
    console.log(`    ${`${firstName} ${lastName}`.padEnd(18)} ${purpose}`)
  console.log(`    … and ${seed.users.length - PEOPLE_SHOWN} more experts`)
  console.log('\n  Ctrl-C ends all of it.\n')
}

function startNext(args: string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [next, ...args], { stdio: 'inherit', env: { ...process.env, ...env } })
}

async function main(): Promise<void> {
  const mode = process.argv[2]
  if (mode !== 'dev' && mode !== 'start') fail(USAGE)
  const port = Number(process.env.PORT || 3000)
  if (!Number.isInteger(port) || port < 1 || port > 65_532)
    fail(`PORT must be a number from 1 to 65532. ${USAGE}`)

  const real = hasRealKeys(mode)
  await refuseTakenPorts(port, { 'the app': port, ...(real ? {} : portsBeside(port)) })
  const standIns = real ? undefined : await startStandIns(port)
  const env: Record<string, string> = standIns
    ? { ...standIns.env, ...(mode === 'start' && { NEXT_DIST_DIR: LOCAL_BUILD }) }
    : {}
  if (real) console.log('\n  CLERK_SECRET_KEY is set: using the real services; no stand-in is started.\n')

  let child: ChildProcess | undefined
  let ending = false
  const end = async (code: number): Promise<never> => {
    ending = true
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      if (!(await Promise.race([gone.then(() => true), pause(PATIENCE, false)]))) child.kill('SIGKILL')
    }
    await standIns?.close()
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (!ending) void end(0)
    })

  if (mode === 'start') {
    child = startNext(['build'], env)
    const [code] = await once(child, 'exit')
    if (ending) return
    if (code !== 0) await end(1)
  }
  // A build ends as in production: see lib/shutdown.ts.
  const signals: Record<string, string> = mode === 'start' ? { NEXT_MANUAL_SIG_HANDLE: 'true' } : {}
  child = startNext([mode, '--port', String(port)], { ...env, ...signals })
  child.once('exit', (code) => {
    if (!ending) void end(code ?? 1)
  })
  while (!ending && !(await answers(port))) await pause(200)
  if (!ending && standIns) printWelcome(standIns)
}

main().catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)))
