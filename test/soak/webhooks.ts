import { once, setMaxListeners } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { type Checker, type Event, event } from './checker'
import type { Random } from './random'

/** As Clerk. */
const TIMEOUT_MS = 15_000
/** Clerk waits for 5 minutes and longer; here every attempt must come before the end. */
const MOST_PAUSE_MS = 10_000

/**
 * Takes the webhooks of the Clerk stand-in and passes them on as they arrive in the field: late, doubled, out of order,
 * to any server, and again until they are accepted.
 */
export async function startWebhookRelay(options: { targets: string[]; checker: Checker; random: Random }) {
  const { targets, checker, random } = options
  const counts = { messages: 0, copies: 0, attempts: 0, refused: 0 }
  const inProgress = new Set<Promise<void>>()
  const closing = new AbortController()
  // One for each message that waits.
  setMaxListeners(0, closing.signal)
  let onDropped: (() => void) | undefined

  /** Acknowledged or not. */
  async function attempt(message: Event, headers: HeadersInit, body: string): Promise<boolean> {
    counts.attempts++
    const acknowledge = checker.invalidating(message)
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(TIMEOUT_MS)])
    const url = `${random.one(targets)}/api/webhooks/clerk`
    const accepted = await fetch(url, { method: 'POST', headers, body, signal }).then(
      async (response) => {
        await response.arrayBuffer()
        return response.ok
      },
      () => false,
    )
    if (accepted) acknowledge()
    else counts.refused++
    return accepted
  }

  async function deliver(message: Event, headers: HeadersInit, body: string) {
    counts.copies++
    const late = random.happens(0.5) ? 0 : random.next() * (random.happens(0.3) ? 3000 : 400)
    await wait(late)
    // Ever rarer, as Clerk does: a busy server must not drown in attempts.
    for (let pause = 500; !closing.signal.aborted; pause = Math.min(2 * pause, MOST_PAUSE_MS)) {
      if (await attempt(message, headers, body)) return
      await wait(pause * (0.5 + random.next()), undefined, { signal: closing.signal }).catch(() => {})
    }
  }

  const server = createServer(async (request, response) => {
    const body = await text(request)
    response.end()
    const message = event.parse(JSON.parse(body))
    if (onDropped) {
      checker.invalidating(message)()
      onDropped()
      onDropped = undefined
      return
    }
    const headers = Object.fromEntries(
      ['content-type', 'svix-id', 'svix-timestamp', 'svix-signature'].map((name) => [
        name,
        String(request.headers[name] ?? ''),
      ]),
    )
    counts.messages++
    const copies = random.happens(0.2) ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      const work = deliver(message, headers, body).finally(() => inProgress.delete(work))
      inProgress.add(work)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The relay has no port')

  return {
    url: `http://127.0.0.1:${address.port}`,
    counts,
    /** Claims that the next webhook was acknowledged and sends it to nobody, for a test of the checker. */
    dropNext: () =>
      new Promise<void>((resolve) => {
        onDropped = resolve
      }),
    /** Resolves when every webhook has been acknowledged. */
    async settled() {
      while (inProgress.size > 0) await Promise.all(inProgress)
    },
    async close() {
      closing.abort()
      await Promise.all(inProgress)
      server.close()
      server.closeAllConnections()
    },
  }
}
