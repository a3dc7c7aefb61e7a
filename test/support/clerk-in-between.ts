import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'

/** What the app gets instead of Clerk's answer. */
export interface Altered {
  status?: number
  type?: string
  body?: string
  /** Closes the connection without an answer, or after the first bytes of the body. */
  cut?: 'before' | 'within'
}

/** A request as it came, and Clerk's answer to it. */
interface Passed {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
}

type Alter = (answer: Passed) => Altered | undefined | Promise<Altered | undefined>

/** Stands between the app and Clerk: every request reaches Clerk, and a test alters the answers. */
export async function startBetween(clerk: () => string) {
  const state = { alter: undefined as Alter | undefined, seen: [] as Passed[] }
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const { method = 'GET', url = '/' } = request
    const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' && !['host', 'connection', 'content-length'].includes(name)
        ? [[name, value]]
        : [],
    )
    const sent = Buffer.concat(parts)
    const answer = await fetch(clerk() + url, { method, headers, ...(sent.length > 0 && { body: sent }) })
    const body = await answer.text()
    const passed = { method, path: url, headers: request.headers, body }
    state.seen.push(passed)
    const altered = await state.alter?.(passed)
    if (altered?.cut === 'before') return void request.socket.destroy()
    const text = altered?.body ?? body
    const type = altered?.type ?? answer.headers.get('content-type') ?? ''
    const retryAfter = answer.headers.get('retry-after')
    response.writeHead(altered?.status ?? answer.status, {
      'content-length': Buffer.byteLength(text),
      ...(type && { 'content-type': type }),
      ...(retryAfter && { 'retry-after': retryAfter }),
    })
    if (altered?.cut !== 'within') return void response.end(text)
    response.write(text.slice(0, 10), () => request.socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen: state.seen,
    /** Alters the answers from now on; without an argument none. */
    alter: (alter?: Alter) => {
      state.alter = alter
    },
    /** Alters the answers to writes. */
    alterWrites: (altered: Altered) => {
      state.alter = ({ method }) => (method === 'GET' ? undefined : altered)
    },
    /** Alters JSON answers to reads of users: one user, or each of a list. */
    alterUsers: (change: (user: Record<string, unknown>) => unknown) => {
      state.alter = ({ method, path, body }) => {
        if (method !== 'GET' || !/\/users(\/user_\w+)?(\?|$)/.test(path)) return undefined
        const json: unknown = JSON.parse(body)
        return { body: JSON.stringify(Array.isArray(json) ? json.map(change) : change(Object(json))) }
      }
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

export type Between = Awaited<ReturnType<typeof startBetween>>
