import { subscribe } from 'node:diagnostics_channel'
import { IncomingMessage, Server, ServerResponse } from 'node:http'
import { onePerProcess } from '../lookup/one-per-process'
import { partOf } from './message-part'

const servers = new WeakSet<Server>()

/** The status that refuses it; undefined for what Next can read. */
function refusal({ method, url = '' }: IncomingMessage): number | undefined {
  if (method === 'TRACE') return 405
  return url.startsWith('/') ? undefined : 400
}

function guard(server: Server): void {
  if (servers.has(server)) return
  servers.add(server)
  const emit = server.emit
  server.emit = (event: string, ...args: unknown[]) => {
    const [request, response] = args
    if (event === 'request' && request instanceof IncomingMessage && response instanceof ServerResponse) {
      const status = refusal(request)
      if (status !== undefined) {
        response.writeHead(status, { Connection: 'close' }).end()
        return true
      }
    }
    return Reflect.apply(emit, server, [event, ...args])
  }
}

/**
 * Refuses requests that no browser sends and that Next answers with 500 and an error in its log: TRACE, and a target that
 * is not a path, such as `OPTIONS *`.
 */
export function refuseOddRequests(): void {
  onePerProcess('odd-requests', () =>
    subscribe('http.server.request.start', (message) => {
      const server = partOf(message, 'server', Server)
      if (server) guard(server)
    }),
  )
}
