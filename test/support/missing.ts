import { execFileSync } from 'node:child_process'

/** The path of a program on PATH, or undefined. */
function findProgram(name: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}

/** A real Redis or Valkey server on this machine, or undefined. */
export const redisServer = () => findProgram('redis-server') ?? findProgram('valkey-server')

/** Prometheus' own checker of alert rules, or undefined. */
export const promtool = () => findProgram('promtool')

/** What a machine may lack that the lock file cannot bring: each entry says what is skipped without it. */
export function missing() {
  return [
    {
      program: redisServer(),
      what: 'redis-server (or valkey-server)',
      consequence: 'Tests that need a real Redis were skipped; the in-process Valkey ran instead.',
      remedy: 'apt-get install redis-server (Debian), brew install redis (macOS)',
    },
    {
      program: promtool(),
      what: 'promtool',
      consequence: 'The tests that run the alert rules of docs/deploy were skipped.',
      remedy: 'apt-get install prometheus (Debian), brew install prometheus (macOS)',
    },
  ].filter(({ program }) => program === undefined)
}
