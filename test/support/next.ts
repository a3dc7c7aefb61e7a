import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** The Next of the app in this folder. */
const nextOf = (folder: string) => createRequire(join(folder, 'package.json')).resolve('next/dist/bin/next')

/** Lines that Next prints by itself, by their beginning. Whatever else a server prints comes from the app. */
const OF_NEXT = [
  '▲ Next.js',
  '- Local:',
  '- Network:',
  '✓ ',
  '- Cache Components',
  '- Partial Prefetching',
  '⚠ `experimental.useCache` is deprecated',
  '⚠ The "middleware" file convention is deprecated.',
  'To migrate automatically, run:',
  'npx @next/codemod@canary middleware-to-proxy .',
  'Learn more: https://nextjs.org/docs/messages/middleware-to-proxy',
]

/** How long a server may take to end before it is killed. Only a server that never ends takes that long. */
const STOP_MS = 60_000

export type Environment = Record<string, string | undefined>

export type NextProcess = {
  child: ChildProcess
  /** Resolves with the exit code. */
  exited: Promise<number | null>
  /** Everything it has printed. */
  text(): string
  /** Its lines without those that Next prints by itself. */
  lines(): string[]
  /** Ends it as an operator would. Resolves with the exit code, or null if it had to be killed. */
  stop(): Promise<number | null>
}

/** Runs the `next` command in production mode. It ends with the tests, however they end. */
function runNext(args: string[], env: Environment, cwd = process.cwd()): NextProcess {
  const child = spawn(process.execPath, [nextOf(cwd), ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', VITEST: undefined, ...env },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part) => (text += part))
  const exited = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null)
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  void exited.then(() => process.off('exit', end))
  return {
    child,
    exited,
    text: () => text,
    lines: () =>
      text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line && !OF_NEXT.some((start) => line.startsWith(start))),
    async stop() {
      child.kill('SIGTERM')
      const late = pause(STOP_MS, 'late' as const, { ref: false })
      const ended = await Promise.race([exited, late])
      if (ended !== 'late') return ended
      child.kill('SIGKILL')
      return null
    },
  }
}

/** `next build`. @throws Error with what it printed if it fails */
export async function buildNext(env: Environment, cwd?: string): Promise<void> {
  const { exited, text } = runNext(['build'], { NEXT_BUILD_TYPES: 'off', ...env }, cwd)
  if ((await exited) !== 0) throw new Error(`next build failed:\n${text()}`)
}

/** `next start` or `next dev`. Resolves when it listens or has ended. */
export async function startNext(
  port: number,
  env: Environment,
  cwd?: string,
  mode: 'start' | 'dev' = 'start',
  args: string[] = [],
): Promise<NextProcess> {
  const running = runNext(
    [mode, '--port', String(port), ...args],
    mode === 'dev' ? { ...env, NODE_ENV: 'development' } : env,
    cwd,
  )
  const { child, text } = running
  while (!text().includes('✓ Ready') && child.exitCode === null && child.signalCode === null) await pause(20)
  return running
}
