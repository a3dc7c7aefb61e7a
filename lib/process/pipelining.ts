import { subscribe } from 'node:diagnostics_channel'
import { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { onePerProcess } from '../lookup/one-per-process'
import { partOf } from './message-part'

/**
 * Requests of one connection that may wait for an answer. Browsers and proxies send one at a time. The answer to a
 * second has no socket yet, by which Next learns that it can close the file that it sends.
 */
const MOST_WAITING = 1

/** The answers that each connection waits for. */
const waiting = new WeakMap<Socket, Set<ServerResponse>>()
const servers = new WeakSet<Server>()

function waitingOn(socket: Socket): Set<ServerResponse> {
  const known = waiting.get(socket)
  if (known) return known
  const responses = new Set<ServerResponse>()
  waiting.set(socket, responses)
  // Node closes only the answer that is being sent. The work for the others would go on, and wait for ever to be read.
  socket.once('close', () =>
    queueMicrotask(() => {
      for (const response of responses) if (!response.destroyed) response.destroy().emit('close')
    }),
  )
  return responses
}

/** Handles no request whose connection is closed: Node goes on to the end of what it has read at a time. */
function skipClosed(server: Server): void {
  if (servers.has(server)) return
  servers.add(server)
  const emit = server.emit
  server.emit = (event: string, ...args: unknown[]) => {
    const [request] = args
    if (event === 'request' && request instanceof IncomingMessage && request.socket.destroyed) return true
    return Reflect.apply(emit, server, [event, ...args])
  }
}

const responseIn = (message: unknown) => partOf<ServerResponse>(message, 'response', ServerResponse)

/**
 * Closes connections on which a request does not wait for the answer to the one before (HTTP pipelining). Node takes up to 64 KB of them at a
 * time and Next begins to render all: a stranger would fill the memory and keep the process busy with one connection.
 */
export function refusePipelines(): void {
  onePerProcess('pipelining', () => {
    subscribe('http.server.request.start', (message) => {
      const [server, response] = [partOf(message, 'server', Server), responseIn(message)]
      if (!server || !response) return
      skipClosed(server)
      const { socket } = response.req
      const responses = waitingOn(socket)
      responses.add(response)
      if (responses.size > MOST_WAITING) socket.destroy()
    })
    // Not a listener for each response: Next and its parts add almost as many as Node takes without a warning.
    subscribe('http.server.response.finish', (message) => {
      const response = responseIn(message)
      if (response) waiting.get(response.req.socket)?.delete(response)
    })
  })
}
