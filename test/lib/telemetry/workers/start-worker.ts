import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Starts a worker of this folder with the settings of an app. */
export function startWorker(name: string, env: Record<string, string>, args: string[] = []) {
  const path = fileURLToPath(new URL(`${name}.ts`, import.meta.url))
  const child = fork(path, args, {
    execArgv: ['--import', 'tsx'],
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const said = { out: '', err: '' }
  child.stdout?.setEncoding('utf8').on('data', (text) => (said.out += text))
  child.stderr?.setEncoding('utf8').on('data', (text) => (said.err += text))
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, ...said }))
  return { child, ended, message: () => once(child, 'message').then(([value]): unknown => value) }
}

/** The lines of a log, by their event. */
export const linesOf = (text: string, event: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter((line) => line.event === event)
