import { subscribe } from 'node:diagnostics_channel'
import { Server, ServerResponse } from 'node:http'
import { Server as Listener } from 'node:net'
import { setTimeout as pause, setImmediate as polled } from 'node:timers/promises'

/** Where Next looks for a platform's `waitUntil`, which every `after()` goes through; documented for `after`. */
const place = Symbol.for('@next/request-context')

/** Milliseconds of a turn, in which Node asks the system at least once for connections and for what they have sent. */
const TURN_MS = 20
/** Turns without anything new after which the system's queue is empty: in each, Node takes at least one from it. */
const QUIET_TURNS = 5

async function turn(): Promise<void> {
  await pause(TURN_MS)
  await polled()
}

/** Knows the servers of this process, the requests under way and what they left to `after()`. */
export function createServerWatch() {
  const servers = new Set<Server>()
  const open = new Set<ServerResponse>()
  const tasks = new Set<Promise<unknown>>()
  let closing = false
  let connections = 0

  subscribe('net.server.socket', () => {
    connections++
  })
  subscribe('http.server.request.start', (message) => {
    const { server, response } = parse(message)
    if (!server || !response) return
    servers.add(server)
    open.add(response)
    if (closing) response.setHeader('Connection', 'close')
    response.once('close', () => open.delete(response))
  })

  function waitUntil(task: Promise<unknown>) {
    tasks.add(task)
    const done = () => tasks.delete(task)
    task.then(done, done)
  }
  const context = { get: () => ({ waitUntil }) }
  if (!(place in globalThis)) Object.defineProperty(globalThis, place, { value: context, configurable: true })

  return {
    /**
     * Accepts no new connections, once none has come for a moment or when time is up; open ones are closed with their
     * next answer.
     */
    async close(ms: number) {
      closing = true
      const end = performance.now() + ms
      // Who has connected while this process was busy is in the system's queue, and would be reset.
      for (let quiet = 0; quiet < QUIET_TURNS && performance.now() < end; ) {
        const before = connections
        await turn()
        quiet = connections === before ? quiet + 1 : 0
      }
      // Not http's own `close`, which resets connections that have been accepted and not yet read.
      for (const server of servers) Listener.prototype.close.call(server)
    },
    /** Resolves when nothing is under way, or when time is up; with how much is left then. */
    async drained(ms: number): Promise<{ requests: number; tasks: number }> {
      const end = performance.now() + ms
      // A connection that has just been taken may have sent a request that is not read yet.
      for (let quiet = 0; quiet < 2 && performance.now() < end; ) {
        await turn()
        quiet = open.size + tasks.size === 0 ? quiet + 1 : 0
      }
      return { requests: open.size, tasks: tasks.size }
    },
  }
}

function parse(message: unknown): { server?: Server; response?: ServerResponse } {
  if (typeof message !== 'object' || message === null) return {}
  return {
    ...('server' in message && message.server instanceof Server && { server: message.server }),
    ...('response' in message &&
      message.response instanceof ServerResponse && { response: message.response }),
  }
}
