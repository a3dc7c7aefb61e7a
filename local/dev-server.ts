import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'

/** `next dev` holds this lock, so that only one of them runs in a folder. */
const lockFile = () => `${process.env.NEXT_DIST_DIR || '.next'}/dev/lock`

const lock = z.object({ pid: z.number(), appUrl: z.string() })

/** The `next dev` that already runs in this folder. Undefined if there is none, or if its lock is not readable. */
export function runningDevServer(file = lockFile()): z.infer<typeof lock> | undefined {
  if (!existsSync(file)) return undefined
  try {
    const found = lock.parse(JSON.parse(readFileSync(file, 'utf8')))
    process.kill(found.pid, 0) // sends nothing; throws if the process has ended
    return found
  } catch {
    return undefined
  }
}
