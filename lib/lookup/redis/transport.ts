import type { Redis } from '@upstash/redis'

type Middleware = Parameters<Redis['use']>[0]

/** One command, or the commands of a pipeline or a transaction: `path` says which. */
export type Request = Parameters<Middleware>[0]
export type Next = Parameters<Middleware>[1]
export type Response = Awaited<ReturnType<Middleware>>
export interface Reply {
  result?: unknown
  error?: string | undefined
}

export interface Subscriber {
  /** The subscription is confirmed. */
  subscribed(): void
  message(payload: string): void
}

/** A database that is reached by something else than `fetch`, such as a TCP connection. */
export interface Transport {
  /**
   * Sends the commands once, and never again, nor after the signal has aborted. Rejects when the answer is lost. A
   * pipeline has one reply for each command, a transaction one for each that was queued.
   */
  send(request: Request, signal: AbortSignal): Promise<Reply | Reply[]>
  /** Listens to a channel, over a connection of its own, until the signal aborts or the connection ends. */
  subscribe(channel: string, signal: AbortSignal, to: Subscriber): Promise<void>
}

/** Loads tcp.ts by a dynamic import, which only those write who use it. */
export type LoadTcp = () => Promise<{ connect(url: string): Transport }>

/** How a database is reached: over Upstash's REST API, or over the Redis protocol. */
export type Protocol = 'rest' | 'tcp'

/** An address without credentials. */
export function withoutCredentials(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}
