import { Webhook } from 'svix'
import { z } from 'zod'
import type { ClerkEvent } from './handle-clerk-event'
import { signingSecrets } from './settings'

/** Clerk's payloads have a few kilobytes. Reading stops at this size. */
const MAX_BYTES = 1024 * 1024

export type VerifiedWebhook =
  | { status: 'ok'; id: string; event: ClerkEvent }
  | { status: 'too_large' }
  | { status: 'bad_signature' }
  /** The sender closed the connection before the body ended. */
  | { status: 'aborted' }
  /** The signature is good, but the body is not an event. */
  | { status: 'bad_payload'; id: string }

const payload = z.object({ type: z.string(), data: z.record(z.string(), z.unknown()) })

/** The raw body, or undefined if it is too large. The size is counted, because a header may be wrong. */
async function readBody(request: Request): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Not `for await`: with the DOM types of TypeScript 5.9 a stream cannot be iterated.
  const reader = request.body?.getReader()
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    size += next.value.byteLength
    if (size > MAX_BYTES) {
      await reader?.cancel()
      return undefined
    }
    chunks.push(next.value)
  }
  return Buffer.concat(chunks)
}

/**
 * Reads a webhook and verifies its signature with every secret of CLERK_WEBHOOK_SIGNING_SECRET. Used instead of
 * `verifyWebhook` of @clerk/nextjs, which reads a body of any size and drops the ID of the webhook.
 * @throws ConfigurationError if CLERK_WEBHOOK_SIGNING_SECRET is not set
 */
export async function verifyWebhookRequest(request: Request): Promise<VerifiedWebhook> {
  const secrets = signingSecrets()
  const body = await readBody(request).catch(() => 'aborted' as const)
  if (body === 'aborted') return { status: 'aborted' }
  if (!body) return { status: 'too_large' }
  const headers = Object.fromEntries(
    ['svix-id', 'svix-timestamp', 'svix-signature'].map((name) => [name, request.headers.get(name) ?? '']),
  )
  const text = textOf(body)
  if (text === undefined || !secrets.some((secret) => isSigned(secret, text, headers)))
    return { status: 'bad_signature' }
  const id = headers['svix-id'] ?? ''
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
