import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Order, Report } from './token-worker'

const worker = fileURLToPath(new URL('token-worker.ts', import.meta.url))

/** The next message of a child. @throws Error when it ends instead */
async function nextMessage(child: ChildProcess) {
  const over = new AbortController()
  const { signal } = over
  const exit = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`A process of the fleet ended with ${code}`)
  })
  try {
    return await Promise.race([once(child, 'message', { signal }), exit])
  } finally {
    exit.catch(() => {})
    over.abort()
  }
}

/** Real processes, each with its own environment; they end with `close`, or with this process. */
export async function startTokenFleet(environments: readonly Record<string, string>[]) {
  const members = await Promise.all(
    environments.map(async (env) => {
      const child = fork(worker, [], { execArgv: ['--import', 'tsx'], env: { ...process.env, ...env } })
      await nextMessage(child)
      return child
    }),
  )
  return {
    /** All of them, or those given by number, follow the order at the same time. */
    async follow(order: Order, who = members.map((_, index) => index)): Promise<Report[]> {
      return Promise.all(
        who.map(async (index) => {
          const child = members[index]
          if (!child) throw new Error(`Process ${index} was not found`)
          const answered = nextMessage(child)
          child.send(order)
          const [report]: Report[] = await answered
          if (!report) throw new Error('The process sent no report')
          return report
        }),
      )
    },
    async close() {
      await Promise.all(
        members.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return
          const ended = once(child, 'exit')
          child.disconnect()
          await ended
        }),
      )
    },
  }
}
