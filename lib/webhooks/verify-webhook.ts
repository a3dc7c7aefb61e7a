import { Webhook } from 'svix'
import { z } from 'zod'
import { type Clock, systemClock, withDeadline } from '../lookup/clock'
import { onePerProcess } from '../lookup/one-per-process'
import type { ClerkEvent } from './handle-clerk-event'
import { signingSecrets } from './settings'

/** Clerk's payloads have a few kilobytes. */
const MAX_BYTES = 1024 * 1024
/**
 * So much is read of a body that is too large, and not kept: a sender that is still writing would see a connection that
 * was reset instead of the answer.
 */
const MAX_READ = 4 * MAX_BYTES
/**
 * A piece takes time and up to 400 bytes of its own, so a body of very many small pieces counts as larger than its bytes.
 * The network delivers a kilobyte or more at a time.
 */
const MIN_PIECE = 1024
/** Bytes of all bodies that this process keeps at a time: anybody can send bodies slowly on any number of connections. */
const MOST_KEPT = 32 * MAX_BYTES
/** Milliseconds in which a body must have arrived. */
const BODY_MS = 10_000
/** Seconds that the time of a signature may be off, as in svix. */
const TOLERANCE = 5 * 60

/** `unsigned`: nothing in its headers could be a signature of Clerk, whatever the secret. */
export type VerifiedWebhook =
  | { status: 'ok'; id: string; event: ClerkEvent }
  | { status: Unread | 'unsigned' | 'bad_signature' }
  /** The signature is good, but the body is not an event. */
  | { status: 'bad_payload'; id: string }

/** `aborted`: the sender closed the connection before the body ended. */
type Unread = 'too_large' | 'too_slow' | 'aborted'

const payload = z.object({ type: z.string(), data: z.record(z.string(), z.unknown()) })

/** The bodies that are being read, the ones that began first in front. */
const kept = onePerProcess('webhook-bodies', () => ({ bytes: 0, bodies: new Set<{ giveUp(): void }>() }))

/** Counts what a body takes. Over the limit the oldest are given up: one that Clerk sends arrives at once. */
function createPlace(giveUp: () => void) {
  let bytes = 0
  const place = {
    take(more: number) {
      bytes += more
      kept.bytes += more
      for (const oldest of kept.bodies) if (kept.bytes > MOST_KEPT) oldest.giveUp()
    },
    leave() {
      kept.bytes -= bytes
      bytes = 0
      kept.bodies.delete(body)
    },
  }
  const body = {
    giveUp() {
      place.leave()
      giveUp()
    },
  }
  kept.bodies.add(body)
  return place
}

/** The raw body, or why there is none. The size is counted, because a header may be wrong. */
async function readBody(request: Request, signal: AbortSignal): Promise<Buffer | Unread> {
  const chunks: Uint8Array[] = []
  let size = 0
  let givenUp = false
  // Nobody needs to wait for the end of a body that would not be read to its end.
  if (Number(request.headers.get('content-length')) > MAX_READ) return 'too_large'
  // Not `for await`: with the DOM types of TypeScript 5.9 a stream cannot be iterated.
  const reader = request.body?.getReader()
  const cancel = () => reader?.cancel().catch(() => {})
  signal.addEventListener('abort', cancel)
  const place = createPlace(() => {
    givenUp = true
    chunks.length = 0
    void cancel()
  })
  try {
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      const piece = Math.max(next.value.byteLength, MIN_PIECE)
      size += piece
      if (size <= MAX_BYTES) {
        chunks.push(next.value)
        place.take(piece)
      } else {
        chunks.length = 0
        place.leave()
      }
      if (size > MAX_READ) {
        await cancel()
        return 'too_large'
      }
    }
  } catch {
    return 'aborted'
  } finally {
    place.leave()
  }
  // A reader that is cancelled ends like one that has read everything.
  if (signal.aborted || givenUp) return 'too_slow'
  return size > MAX_BYTES ? 'too_large' : Buffer.concat(chunks)
}

/** An ID has no dot, because a dot ends it in the text that is signed. */
const ID = /^[^\s.]{1,200}$/
/** Seconds since 1970. */
const TIME = /^\d{1,12}$/
/** Version 1: an HMAC-SHA-256 in base64. There is a list of them while a secret is rotated. */
const SIGNATURE = /^v1,[A-Za-z0-9+/]{43}=$/

/** The headers, or why the body need not be read. */
function signatureHeaders({ headers }: Request) {
  const [id = '', time = '', list = ''] = ['id', 'timestamp', 'signature'].map(
    (name) => headers.get(`svix-${name}`) ?? '',
  )
  const isPlausible =
    ID.test(id) && TIME.test(time) && list.split(' ').some((signature) => SIGNATURE.test(signature))
  if (!isPlausible) return 'unsigned'
  const isRecent = Math.abs(Date.now() / 1000 - Number(time)) <= TOLERANCE
  return isRecent ? { 'svix-id': id, 'svix-timestamp': time, 'svix-signature': list } : 'bad_signature'
}

/**
 * Reads a webhook and verifies its signature with every secret of CLERK_WEBHOOK_SIGNING_SECRET. A request that cannot be
 * Clerk's by its headers is refused before its body is read. Used instead of `verifyWebhook` of @clerk/nextjs, which
 * reads a body of any size for any time and drops the ID of the webhook.
 * @throws ConfigurationError if CLERK_WEBHOOK_SIGNING_SECRET is not set
 */
export async function verifyWebhookRequest(
  request: Request,
  clock: Clock = systemClock,
): Promise<VerifiedWebhook> {
  const secrets = signingSecrets()
  const headers = signatureHeaders(request)
  if (typeof headers === 'string') return { status: headers }
  const body = await withDeadline(BODY_MS, (signal) => readBody(request, signal), clock)
  if (typeof body === 'string') return { status: body }
  const text = textOf(body)
  if (text === undefined || !secrets.some((secret) => isSigned(secret, text, headers)))
    return { status: 'bad_signature' }
  const id = headers['svix-id']
  const parsed = payload.safeParse(parseJson(text))
  return parsed.success ? { status: 'ok', id, event: parsed.data } : { status: 'bad_payload', id }
}

/** The body as text, or undefined if it is not UTF-8. svix verifies text, so each text must stand for one body only. */
function textOf(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return undefined
  }
}

/** `settings.ts` has checked the secret, so svix throws only because of the signature, its time or the JSON. */
function isSigned(secret: string, text: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(text, headers)
    return true
  } catch (error) {
    // The signature is good and the body is not JSON. The check of the payload reports that.
    return error instanceof SyntaxError
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
