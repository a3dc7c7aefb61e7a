import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { type Clock, systemClock, withDeadline } from '../lookup/clock'
import type { ClerkEvent } from './handle-clerk-event'
import { signingSecrets } from './settings'

/** Clerk's payloads have a few kilobytes. */
const MAX_BYTES = 1024 * 1024
/**
 * So much is read of a body that is too large, and not kept: a sender that is still writing would see a connection that
 * was reset instead of the answer.
 */
const MAX_READ = 4 * MAX_BYTES
/** A piece of a body takes memory of its own, so a body of very many small pieces counts as larger than its bytes. */
const MIN_PIECE = 64
/** Milliseconds in which a body must have arrived. */
const BODY_MS = 10_000
/** Seconds that the time of a signature may be off, as in Svix's own library. */
const TOLERANCE = 5 * 60

export type VerifiedWebhook =
  | { status: 'ok'; id: string; event: ClerkEvent }
  | { status: Unread }
  | { status: 'bad_signature' }
  /** The signature is good, but the body is not an event. */
  | { status: 'bad_payload'; id: string }

/** `aborted`: the sender closed the connection before the body ended. */
type Unread = 'too_large' | 'too_slow' | 'aborted'

const payload = z.object({ type: z.string(), data: z.record(z.string(), z.unknown()) })

/** The raw body, or why there is none. The size is counted, because a header may be wrong. */
async function readBody(request: Request, signal: AbortSignal): Promise<Buffer | Unread> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Nobody needs to wait for the end of a body that would not be read to its end.
  if (Number(request.headers.get('content-length')) > MAX_READ) return 'too_large'
  // Not `for await`: with the DOM types of TypeScript 5.9 a stream cannot be iterated.
  const reader = request.body?.getReader()
  const cancel = () => reader?.cancel().catch(() => {})
  signal.addEventListener('abort', cancel)
  try {
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      size += Math.max(next.value.byteLength, MIN_PIECE)
      if (size <= MAX_BYTES) chunks.push(next.value)
      else chunks.length = 0
      if (size > MAX_READ) {
        await cancel()
        return 'too_large'
      }
    }
  } catch {
    return 'aborted'
  }
  // A reader that is cancelled ends like one that has read everything.
  if (signal.aborted) return 'too_slow'
  return size > MAX_BYTES ? 'too_large' : Buffer.concat(chunks)
}

/** What the headers say: the ID of the webhook, when it was signed (seconds since 1970), and its signatures. */
interface Signed {
  id: string
  time: string
  signatures: readonly Buffer[]
}

/** An ID has no dot, because a dot ends it in the text that is signed. */
const ID = /^[^\s.]{1,200}$/
/** Version 1: an HMAC-SHA-256 in base64. A list, while a secret is rotated; other versions are ignored. */
const SIGNATURE = /^v1,([A-Za-z0-9+/]{43}=)$/

/** Undefined if a header is missing, the time is not a recent one, or there is nothing that could be a signature. */
function signedHeaders({ headers }: Request): Signed | undefined {
  const [id = '', time = '', list = ''] = ['id', 'timestamp', 'signature'].map(
    (name) => headers.get(`svix-${name}`) ?? '',
  )
  const isRecent = /^\d{1,12}$/.test(time) && Math.abs(Date.now() / 1000 - Number(time)) <= TOLERANCE
  const signatures = list.split(' ').flatMap((one) => {
    const [, text] = SIGNATURE.exec(one) ?? []
    return text === undefined ? [] : [Buffer.from(text, 'base64')]
  })
  return isRecent && ID.test(id) && signatures.length > 0 ? { id, time, signatures } : undefined
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
  const signed = signedHeaders(request)
  if (!signed) return { status: 'bad_signature' }
  const body = await withDeadline(BODY_MS, (signal) => readBody(request, signal), clock)
  if (typeof body === 'string') return { status: body }
  if (!secrets.some((secret) => isSigned(secret, signed, body))) return { status: 'bad_signature' }
  const parsed = payload.safeParse(parseJson(body))
  const { id } = signed
  return parsed.success ? { status: 'ok', id, event: parsed.data } : { status: 'bad_payload', id }
}

/** As Svix signs. Its library hashes in JavaScript, which costs several times as much for a body of a megabyte. */
function isSigned(secret: string, { id, time, signatures }: Signed, body: Buffer): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest()
  return signatures.some((signature) => timingSafeEqual(signature, expected))
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
  } catch {
    return undefined
  }
}
