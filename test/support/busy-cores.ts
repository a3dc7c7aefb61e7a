import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Computes until it is killed or the process that started it is gone. */
const SPIN = 'const parent = process.ppid; while (process.ppid === parent) for (let i = 0; i < 1e7; i++);'

/** Keeps the cores busy with so many other processes, until `stop`. */
export function keepCoresBusy(processes: number) {
  const children = Array.from({ length: processes }, () =>
    spawn(process.execPath, ['-e', SPIN], { stdio: 'ignore' }),
  )
  return {
    async stop() {
      const ended = children.map((child) => once(child, 'exit'))
      for (const child of children) child.kill('SIGKILL')
      await Promise.all(ended)
    },
  }
}
