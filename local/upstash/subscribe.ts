import type { ServerResponse } from 'node:http'
import { HttpError } from './protocol'
import { type Command, type Connection, RedisError } from './resp'

/** Subscriptions as server-sent events, each on a connection of its own, for as long as the client stays. */
export function createSubscriptions(connect: () => Promise<Connection>, onBytes: (bytes: number) => void) {
  const open = new Set<{ connection: Connection; stalled: boolean }>()

  /** Resolves with the first frame sent; `mute` stalls the stream after it. */
  async function subscribe(command: Command, response: ServerResponse, mute: boolean) {
    const subscription = { connection: await connect(), stalled: false }
    const { connection } = subscription
    open.add(subscription)
    response.once('close', connection.close)
    if (response.destroyed) connection.close()
    await new Promise<void>((resolve, reject) => {
      void connection.closed.then(() => {
        open.delete(subscription)
        if (response.headersSent) response.end()
        else reject(new Error('the connection to the engine ended'))
      })
      connection.listen(command, (reply) => {
        if (reply instanceof RedisError) return reject(new HttpError(400, reply.message))
        if (!response.headersSent)
          response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
        const text = Array.isArray(reply) ? reply.map(String).join(',') : String(reply)
        const frame = `data: ${text.split(/\r\n|\r|\n/).join('\ndata: ')}\n\n`
        if (!subscription.stalled) {
          onBytes(Buffer.byteLength(frame))
          response.write(frame)
        }
        subscription.stalled ||= mute
        resolve()
      })
    })
  }

  return {
    subscribe,
    count: () => open.size,
    /** Open subscriptions fall silent without ending. */
    stall() {
      for (const subscription of open) subscription.stalled = true
    },
    /** Open subscriptions end. */
    end() {
      for (const { connection } of open) connection.close()
    },
  }
}
