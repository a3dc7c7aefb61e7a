import { aborted, withDeadline } from '../clock'
import type { Health } from './breaker'
import { failureOf, healthOf, messageOf } from './failures'
import type { Next, Reply, Request, Response, Transport } from './transport'

/** Most bytes of one request. The smallest limit of an Upstash plan is 10 MB. */
const MAX_BYTES = 8_000_000

/** Counts bytes on the wire, which it does only near the limit: JSON makes at most 6 bytes of a character. */
function refuseTooLarge(commands: readonly unknown[]) {
  if (String(commands).length * 6 > MAX_BYTES && Buffer.byteLength(JSON.stringify(commands)) > MAX_BYTES)
    throw new Error('max request size exceeded')
}

/** What an answer says about the database: that it is up, if one of the commands was done or refused. */
function healthIn(answer: unknown): Health {
  const replies: readonly unknown[] = Array.isArray(answer) ? answer : [answer]
  let health: Health = 'ok'
  for (const reply of replies) {
    const error: unknown = Object(reply).error
    health = typeof error === 'string' ? healthOf(failureOf(new Error(error))) : 'ok'
    if (health === 'ok') break
  }
  return health
}

/**
 * What the client does with each request, over HTTP or the given transport: it gets a deadline of its own, and `count`
 * receives what its outcome says about the database. A pipeline that is too large, by our limit or by the plan's, is
 * sent in parts, each of which can fail alone.
 */
export function createRequester(
  timeoutMs: number,
  count: (health: Health, cause?: unknown) => void,
  transport?: () => Promise<Transport>,
) {
  let signal = new AbortController().signal

  async function send(request: Request, next: Next): Promise<Response> {
    try {
      const answer = await withDeadline(timeoutMs, async (own) => {
        if (transport) {
          const sent = transport().then((loaded) => loaded.send(request, own))
          // The client's type knows only the answer to one command.
          return Promise.race([sent, aborted(own)]) as Promise<Response>
        }
        // The client asks for the signal before anything else can run.
        signal = own
        return next(request)
      })
      count(healthIn(answer))
      return answer
    } catch (cause) {
      count(healthOf(failureOf(cause)), cause)
      throw cause
    }
  }

  async function sendPipeline(request: Request, commands: unknown[], next: Next): Promise<unknown> {
    try {
      refuseTooLarge(commands)
      const replies: unknown = await send({ ...request, body: commands }, next)
      if (Array.isArray(replies) && replies.length === commands.length) return replies
      throw new TypeError('A pipeline has another number of replies')
    } catch (error) {
      if (commands.length === 1 || failureOf(error) !== 'too_large') throw error
      const middle = commands.length >> 1
      const parts = [commands.slice(0, middle), commands.slice(middle)].map((part) =>
        sendPipeline(request, part, next).catch((failed: unknown) =>
          part.map((): Reply => ({ error: messageOf(failed) })),
        ),
      )
      return (await Promise.all(parts)).flat()
    }
  }

  async function middleware(request: Request, next: Next): Promise<Response> {
    const { body, path } = request
    if (!Array.isArray(body)) return send(request, next)
    if (path?.[0] === 'pipeline') return sendPipeline(request, body, next) as Promise<Response>
    refuseTooLarge(body)
    return send(request, next)
  }
  return { middleware, signal: () => signal }
}
