import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { FOREIGN_HOST, isLoopback } from './loopback'
import { badGateway, quotaExceeded } from './upstash/faults'

/** What a network or a service does to requests on their way. */
export interface ProxyFault {
  /** The part of the requests that it affects (default: 1, which is all). */
  share?: number
  /** Milliseconds before the request is forwarded, even if the sender has given up by then. */
  delay?: number
  /** Milliseconds before the answer is returned. */
  delayReply?: number
  /** Never answers: without forwarding the request, or after it. The connection stays open. */
  hang?: 'before' | 'after'
  /** Resets the connection: before the request is forwarded, or after it (a lost answer). */
  reset?: 'before' | 'after'
  /** Answers with this and forwards nothing. */
  answer?: { status: number; body: string; headers?: Record<string, string> }
  /** Changes the body of the answer. `random` returns a number from 0 to 1. */
  edit?(body: Buffer, random: () => number): Buffer
}

/** 0xFF occurs in no UTF-8 text, so the answer cannot become another valid one. */
function corrupt(body: Buffer, random: () => number): Buffer {
  const copy = Buffer.from(body)
  copy[Math.floor(random() * copy.length)] = 0xff
  return copy
}

/** Without the last reply of a pipeline. */
function shorten(body: Buffer): Buffer {
  const replies: unknown = JSON.parse(body.toString())
  return Array.isArray(replies) ? Buffer.from(JSON.stringify(replies.slice(0, -1))) : body
}

/** Between an app and Redis' REST API. */
export const redisFaults = {
  reset: { reset: 'before' },
  'lost answers': { reset: 'after' },
  hang: { hang: 'before' },
  'hang after execution': { hang: 'after' },
  quota: quotaExceeded,
  '502': badGateway,
  truncated: { edit: (body) => body.subarray(0, body.length / 2) },
  short: { edit: shorten },
  corrupt: { edit: corrupt },
  '300 ms': { delay: 150, delayReply: 150 },
  '900 ms': { delay: 450, delayReply: 450 },
} satisfies Record<string, ProxyFault>

const refusal = (status: number, code: string, headers: Record<string, string> = {}): ProxyFault => ({
  answer: {
    status,
    body: JSON.stringify({ errors: [{ code, message: code }] }),
    headers: { 'content-type': 'application/json', ...headers },
  },
})

/** Between an app and Clerk's Backend API. */
export const clerkFaults = {
  '500': refusal(500, 'internal_clerk_error'),
  reset: { reset: 'before' },
  'lost answers': { reset: 'after' },
  '429': refusal(429, 'too_many_requests', { 'retry-after': '1' }),
  slow: { delayReply: 1500 },
} satisfies Record<string, ProxyFault>

export type FaultProxy = Awaited<ReturnType<typeof startFaultProxy>>

/** Forwards HTTP requests for this machine to `target`, a fault permitting. `port` 0 (the default) is a free one. */
export async function startFaultProxy(options: { target: string; port?: number; random?: () => number }) {
  const { target, port = 0, random = Math.random } = options
  const agent = new Agent({ keepAlive: true })
  let fault: ProxyFault | undefined
  let affected = 0

  const forward = (request: IncomingMessage, body: Buffer) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const { method, headers } = request
      const url = new URL(request.url ?? '/', target)
      const { 'transfer-encoding': _chunked, ...kept } = headers
      const sent = { ...kept, host: url.host, 'content-length': String(body.length) }
      send(url, { method, headers: sent, agent }, resolve).once('error', reject).end(body)
    })

  async function handle(request: IncomingMessage, response: ServerResponse) {
    if (!isLoopback(request.headers.host)) return response.writeHead(403).end(FOREIGN_HOST)
    const body = await buffer(request)
    const active = fault && random() < (fault.share ?? 1) ? fault : undefined
    if (active) affected++
    if (active?.delay) await wait(active.delay, undefined, { ref: false })
    if (active?.hang === 'before') return
    if (active?.reset === 'before') return request.socket.resetAndDestroy()
    if (active?.answer) {
      const { status, headers, body: text } = active.answer
      return response.writeHead(status, headers).end(text)
    }
    const answer = await forward(request, body)
    const { statusCode = 502, headers } = answer
    if (headers['content-type']?.startsWith('text/event-stream'))
      return answer.pipe(response.writeHead(statusCode, headers))
    const full = await buffer(answer)
    if (active?.delayReply) await wait(active.delayReply, undefined, { ref: false })
    if (active?.hang === 'after') return
    if (active?.reset === 'after') return request.socket.resetAndDestroy()
    const { 'transfer-encoding': _chunked, ...kept } = headers
    const text = active?.edit ? active.edit(full, random) : full
    return response.writeHead(statusCode, { ...kept, 'content-length': String(text.length) }).end(text)
  }

  const server = createServer((request, response) => {
    // The target did not answer, or the sender has gone.
    handle(request, response).catch(() => request.socket.resetAndDestroy())
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The proxy has no port')

  return {
    url: `http://127.0.0.1:${address.port}`,
    /** From now on this fault affects requests. Without an argument none does. */
    use(next?: ProxyFault) {
      fault = next
    },
    /** How many requests a fault has affected. */
    affected: () => affected,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
      agent.destroy()
    },
  }
}
