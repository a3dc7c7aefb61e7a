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

/** What a machine may lack that the lock file cannot bring: each entry says what is skipped without it. */
export function missing() {
  return redisServer()
    ? []
    : [
        {
          what: 'redis-server (or valkey-server)',
          consequence: 'Tests that need a real Redis were skipped; the in-process Valkey ran instead.',
          remedy: 'apt-get install redis-server (Debian), brew install redis (macOS)',
        },
      ]
}
