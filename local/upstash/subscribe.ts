import type { ServerResponse } from 'node:http'
import { HttpError } from './protocol'
import { type Command, type Connection, RedisError } from './resp'

/** Subscriptions as server-sent events, each on its own connection, until the client disconnects. */
export function createSubscriptions(connect: () => Promise<Connection>, onBytes: (bytes: number) => void) {
  const open = new Set<{ connection: Connection; stalled: boolean }>()

  /** Resolves once the first frame was sent. `mute` makes the stream silent after it. */
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
    /** Makes open subscriptions silent without ending them. */
    stall() {
      for (const subscription of open) subscription.stalled = true
    },
    /** Ends open subscriptions. */
    end() {
      for (const { connection } of open) connection.close()
    },
  }
}
