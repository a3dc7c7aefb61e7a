import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { setTimeout as pause } from 'node:timers/promises'
import { portsBeside, type StandIns, startStandIns } from '../../local/stand-ins'
import { E2E_PORT } from './ports'

const next = createRequire(import.meta.url).resolve('next/dist/bin/next')

const E2E_BUILD = '.next-e2e'

/** Lines Next prints by itself, by their beginning; whatever else the server says is the app's. */
const OF_NEXT = [
  '▲ Next.js', '- Local:', '- Network:', '✓ ', '- Cache Components', '- Partial Prefetching',
  '⚠ The "middleware" file convention is deprecated.', 'To migrate automatically, run:',
  'npx @next/codemod@canary middleware-to-proxy .', 'Learn more: https://nextjs.org/docs/messages/middleware-to-proxy',
] // biome-ignore format: one list

const isLog = (line: string) => line.startsWith('{"level":')

export type App = {
  url: string
  /** What the server printed that is neither Next's own nor a line of the log. */
  output(): string[]
  /** The lines of the log. */
  logs(): Record<string, unknown>[]
  /** Ends it as an operator would; resolves with the exit code. */
  stop(): Promise<number | null>
}

function runNext(args: string[], env: Record<string, string | undefined>) {
  const child = spawn(process.execPath, [next, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production', VITEST: undefined, ...env },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part) => (text += part))
  return { child, text: () => text }
}

/** Builds the app for the stand-ins of the e2e ports, once a run. */
export async function buildApp(): Promise<void> {
  const standIns = await startStandIns(E2E_PORT)
  try {
    const { child, text } = runNext(['build'], { ...standIns.env, NEXT_DIST_DIR: E2E_BUILD })
    const [code] = await once(child, 'exit')
    if (code !== 0) throw new Error(`next build failed:\n${text()}`)
  } finally {
    await standIns.close()
  }
}

async function waitForExit(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

/** `next start` on the e2e build. Resolves when it answers, or with an exit code and its words when it ends instead. */
export async function tryStartApp(
  env: Record<string, string | undefined>,
): Promise<{ app: App } | { exitCode: number | null; words: string }> {
  const { child, text } = runNext(['start', '--port', String(E2E_PORT)], {
    NEXT_MANUAL_SIG_HANDLE: 'true',
    ...env,
    NEXT_DIST_DIR: E2E_BUILD,
  })
  const lines = () =>
    text()
      .split('\n')
      .map((line) => line.trim())
  while (!text().includes('✓ Ready')) {
    if (child.exitCode !== null) return { exitCode: child.exitCode, words: text() }
    await pause(20)
  }
  // register() runs at the first request at the latest; a bad environment ends the process there.
  const url = `http://localhost:${E2E_PORT}`
  const answered = await fetch(`${url}/icon.svg`).then(
    () => true,
    () => false,
  )
  if (!answered) return { exitCode: await waitForExit(child), words: text() }
  return {
    app: {
      url,
      output: () =>
        lines().filter((line) => line && !isLog(line) && !OF_NEXT.some((start) => line.startsWith(start))),
      logs: () =>
        lines()
          .filter(isLog)
          .map((line) => JSON.parse(line)),
      stop: async () => {
        child.kill('SIGTERM')
        const ended = await Promise.race([waitForExit(child), pause(10_000, 'late' as const)])
        if (ended === 'late') child.kill('SIGKILL')
        return ended === 'late' ? null : ended
      },
    },
  }
}

export type Stage = { app: App; standIns: StandIns; close(): Promise<void> }

/** The stand-ins and the app in front of them, in this process and one child. */
export async function startStage(overrides: Record<string, string | undefined> = {}): Promise<Stage> {
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
