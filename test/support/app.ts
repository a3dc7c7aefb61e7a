import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { portsBeside, type StandIns, startStandIns } from '../../local/stand-ins'
import { buildOnce } from './build-once'
import { fullOr } from './full'
import { buildNext, type Environment, startNext } from './next'
import { BUILD_PORT, E2E_BUILD, E2E_COPY, E2E_PORT } from './ports'

const isLog = (line: string) => line.startsWith('{"level":')

export type App = {
  url: string
  pid: number | undefined
  /** What the server printed that is neither Next's own nor a line of the log. */
  output(): string[]
  /** The lines of the log. */
  logs(): Record<string, unknown>[]
  /** Ends it as an operator would. Resolves with the exit code, or null if it had to be killed. */
  stop(): Promise<number | null>
}

/** The settings that a build inlines. */
export const publicOf = (env: Record<string, string>) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('NEXT_PUBLIC_')))

/**
 * Builds the app once for all e2e tests, and deletes copies of a run before: not those of another run, whose server
 * would answer 500 for each page that it has not loaded yet. The build is the one of
 * docs/deploy/Dockerfile: with the public settings only. With FULL_TESTS=1 that image has a build of its own, and this
 * one is made where all settings are, as on Vercel.
 */
export async function buildApp(copies: string[]): Promise<void> {
  for (const name of await readdir('.'))
    if (copies.some((copy) => name.startsWith(copy))) await rm(name, { recursive: true, force: true })
  const standIns = await startStandIns(BUILD_PORT)
  try {
    const open = publicOf(standIns.env)
    const env = fullOr<Environment>(standIns.env, { ...open, NEXT_OUTPUT: 'standalone' })
    await buildOnce({
      ...{ into: E2E_BUILD, from: ['.'] },
      // The values of the others are not part of the build.
      settings: [open, Object.keys(env)],
      build: () => buildNext({ ...env, NEXT_DIST_DIR: E2E_BUILD }),
    })
  } finally {
    await standIns.close()
  }
}

/** Folders of a build that `next start` does not read. */
const UNUSED = ['cache', 'dev', 'diagnostics', 'standalone', 'types']

/** Copies a part of the build and puts this worker's ports, and a name of its folder, in the place of those it was built for. */
export async function copyBuild(from: string, to: string, name: string): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.name.endsWith('.map') || (from === E2E_BUILD && UNUSED.includes(entry.name))) continue
    if (entry.isDirectory()) await copyBuild(source, target, name)
    else if (!/\.(js|json|html|rsc|meta|body|segment|segments)$/.test(entry.name))
      await cp(source, target, { verbatimSymlinks: true })
    else await writeFile(target, forThisWorker(await readFile(source, 'utf8'), name))
  }
}

function forThisWorker(text: string, name: string): string {
  let result = text.replaceAll(E2E_BUILD, name)
  for (const i of [0, 1, 2, 3, 4])
    for (const host of ['localhost', '127.0.0.1'])
      for (const colon of [':', '%3A'])
        result = result.replaceAll(`${host}${colon}${BUILD_PORT + i}`, `${host}${colon}${E2E_PORT + i}`)
  return result
}

/**
 * The environment of the app in every test that does not set it: a machine that is busy for a while must not turn an
 * answer of Redis into a failure.
 */
const PATIENT = { CACHE_REDIS_TIMEOUT_MS: '10000' }

/** Makes the build of this worker, once. */
export async function prepareBuild(): Promise<void> {
  if (!existsSync(E2E_COPY)) await copyBuild(E2E_BUILD, E2E_COPY, E2E_COPY)
}

/** `next start` on the e2e build. Resolves when it answers, or with an exit code and its words when it ends instead. */
export async function tryStartApp(
  env: Environment,
  args: string[] = [],
): Promise<{ app: App } | { exitCode: number | null; words: string }> {
  await prepareBuild()
  const settings = { NEXT_MANUAL_SIG_HANDLE: 'true', ...PATIENT, ...env, NEXT_DIST_DIR: E2E_COPY }
  const running = await startNext(E2E_PORT, settings, undefined, 'start', args)
  const { child, exited, text, lines, stop } = running
  const host = args.includes('127.0.0.1') ? '127.0.0.1' : 'localhost'
  const url = `http://${host}:${E2E_PORT}`
  const isRunning = child.exitCode === null && child.signalCode === null
  // register() runs at the first request at the latest; a bad environment ends the process there.
  const answered = isRunning && (await fetch(`${url}/icon.svg`).catch(() => undefined))
  if (!answered) return { exitCode: await exited, words: text() }
  return {
    app: {
      url,
      pid: child.pid,
      output: () => lines().filter((line) => !isLog(line)),
      logs: () =>
        lines()
          .filter(isLog)
          .map((line) => JSON.parse(line)),
      stop,
    },
  }
}

export type Stage = { app: App; standIns: StandIns; close(): Promise<void> }

/** The stand-ins and the app in front of them, in this process and one child. */
export async function startStage(overrides: Environment = {}): Promise<Stage> {
  const standIns = await startStandIns(E2E_PORT, { ports: portsBeside(E2E_PORT) })
  const started = await tryStartApp({ ...standIns.env, ...overrides })
  if (!('app' in started)) {
    await standIns.close()
    throw new Error(`The app ended with ${started.exitCode}:\n${started.words}`)
  }
  return {
    app: started.app,
    standIns,
    close: async () => {
      await started.app.stop()
      await standIns.close()
    },
  }
}
