import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Order, Report } from './token-worker'

const worker = fileURLToPath(new URL('token-worker.ts', import.meta.url))

/** Real processes, each with its own environment; they end with `close`. */
export async function startTokenFleet(environments: readonly Record<string, string>[]) {
  const members = await Promise.all(
    environments.map(async (env) => {
      const child = fork(worker, [], { execArgv: ['--import', 'tsx'], env: { ...process.env, ...env } })
      await once(child, 'message')
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
          const answered = once(child, 'message')
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
          const ended = once(child, 'exit')
          child.disconnect()
          await ended
        }),
      )
    },
  }
}
