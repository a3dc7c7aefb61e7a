import { withDeadline } from '../clock'
import type { Health } from './breaker'
import { failureOf, healthOf, messageOf } from './failures'
import type { Next, Reply, Request, Response, Transport } from './transport'

/** Most bytes of one request. The smallest limit of an Upstash plan is 10 MB. */
const MAX_BYTES = 8_000_000

/** Counts bytes on the wire, which it does only near the limit. */
function refuseTooLarge(commands: readonly unknown[]) {
  let characters = 0
  for (const command of commands)
    for (const argument of Array.isArray(command) ? command : [command])
      characters += String(argument).length + 3
  // JSON makes at most 6 bytes of a character.
  if (characters * 6 > MAX_BYTES && Buffer.byteLength(JSON.stringify(commands)) > MAX_BYTES)
    throw new Error('max request size exceeded')
}

/**
 * What the client does with each request, over HTTP or the given transport: it gets a deadline of its own, and `count` is
 * called with its result. A pipeline that is too large, by our limit or by the plan's, is sent in parts, each of
 * which can fail alone.
 */
export function createRequester(timeoutMs: number, count: (health: Health) => void, transport?: Transport) {
  let signal = new AbortController().signal
  /** One lost connection fails every request that waits for it, with one error: that counts once. */
  const counted = new WeakSet<object>()

  function deliver(request: Request, own: AbortSignal, next: Next) {
    // The client's type knows only the answer to one command.
    if (transport) return transport.send(request, own) as Promise<Response>
    // The client asks for the signal before anything else can run.
    signal = own
    return next(request)
  }

  async function send(request: Request, next: Next) {
    try {
      const answer = await withDeadline(timeoutMs, (own) => deliver(request, own, next))
      count(Array.isArray(answer) ? worstOf(answer) : 'ok')
      return answer
    } catch (error) {
      const again = error instanceof Error && counted.has(error)
      if (error instanceof Error) counted.add(error)
      if (!again) count(healthOf(failureOf(error)))
      throw error
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

  const middleware = async (request: Request, next: Next): Promise<Response> => {
    const { body, path } = request
    if (!Array.isArray(body)) return send(request, next)
    // The client's type knows only the answer to one command.
    if (path?.[0] === 'pipeline') return sendPipeline(request, body, next) as Promise<Response>
    refuseTooLarge(body)
    return send(request, next)
  }
  return { middleware, signal: () => signal }
}

function worstOf(replies: readonly Reply[]): Health {
  for (const { error } of replies) {
    const health = error ? healthOf(failureOf(new Error(error))) : 'ok'
    if (health !== 'ok') return health
  }
  return 'ok'
}
