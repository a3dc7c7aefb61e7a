import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Order, type Reply, type Report, reply, type Settings } from './messages'

const worker = fileURLToPath(new URL('worker.ts', import.meta.url))

/** Starts real processes that read, invalidate and report. They end with `close`, or with this process. */
export async function startFleet(size: number, settings: Settings) {
  const members = await Promise.all(
    Array.from({ length: size }, async () => {
      const child = fork(worker, [JSON.stringify(settings)], { execArgv: ['--import', 'tsx'] })
      const waiting = new Map<string, (said: Reply) => void>()
      const failing = new Set<(error: Error) => void>()
      child.on('message', (message) => {
        const said = reply.parse(message)
        const name = said.did === 'invalidate' ? `${said.did}${said.id}` : said.did
        waiting.get(name)?.(said)
        waiting.delete(name)
      })
      child.once('exit', (code) => {
        for (const fail of failing) fail(new Error(`A process of the fleet ended with ${code}`))
      })
      const waitFor = (name: string) =>
        new Promise<Reply>((resolve, reject) => {
          failing.add(reject)
          waiting.set(name, resolve)
        })
      await waitFor('start')
      return { child, waitFor, send: (what: Order) => child.send(what) }
    }),
  )
  let ids = 0

  return {
    read() {
      for (const { send } of members) send({ do: 'read' })
    },
    /** Lets one of the processes invalidate; returns the moment at which that process had the confirmation. */
    async invalidate(key: string): Promise<number> {
      const id = ids++
      const member = members[id % members.length]
      const answered = member?.waitFor(`invalidate${id}`)
      member?.send({ do: 'invalidate', id, key })
      const said = await answered
      return said?.did === 'invalidate' ? said.at : Number.NaN
    },
    /** Ends the reads; returns what each process saw. */
    async report(): Promise<Report[]> {
      const said = await Promise.all(
        members.map(async ({ waitFor, send }) => {
          const answered = waitFor('report')
          send({ do: 'report' })
          return answered
        }),
      )
      return said.filter((one) => one.did === 'report')
    },
    async close() {
      await Promise.all(
        members.map(async ({ child }) => {
          if (child.exitCode !== null || child.signalCode !== null) return
          const ended = once(child, 'exit')
          child.disconnect()
          await ended
        }),
      )
    },
  }
}
