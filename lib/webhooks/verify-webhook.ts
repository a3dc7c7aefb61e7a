import { Webhook } from 'svix'
import { z } from 'zod'
import { signingSecrets } from './settings'

/** Clerk's payloads are a few kilobytes; nothing beyond this is read. */
const MAX_BYTES = 1024 * 1024

export type Delivery = { type: string; data: Record<string, unknown> }

export type Received =
  | { status: 'ok'; id: string; delivery: Delivery }
  | { status: 'too_large' }
  | { status: 'bad_signature' }
  /** Signed by Clerk's secret, and no event all the same. */
  | { status: 'bad_payload'; id: string }

const payload = z.object({ type: z.string(), data: z.record(z.string(), z.unknown()) })

/** The raw body, or undefined once it is longer than the limit, whatever its headers say. */
async function readBody(request: Request): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > MAX_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/**
 * Reads and verifies a webhook over its raw bytes, against every secret of CLERK_WEBHOOK_SIGNING_SECRET. Not
 * `verifyWebhook` of @clerk/nextjs: it reads a body of any length.
 * @throws ConfigurationError without a secret.
 */
export async function verifyWebhookRequest(request: Request): Promise<Received> {
  const secrets = signingSecrets()
  const body = await readBody(request)
  if (!body) return { status: 'too_large' }
  const headers = Object.fromEntries(
    ['svix-id', 'svix-timestamp', 'svix-signature'].map((name) => [name, request.headers.get(name) ?? '']),
  )
  const text = textOf(body)
  if (text === undefined || !secrets.some((secret) => isSigned(secret, text, headers)))
    return { status: 'bad_signature' }
  const id = headers['svix-id'] ?? ''
  const parsed = payload.safeParse(parseJson(text))
  return parsed.success ? { status: 'ok', id, delivery: parsed.data } : { status: 'bad_payload', id }
}

/** svix signs text: only where it stands for one sequence of bytes is its signature one over these. */
function textOf(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return undefined
  }
}

/** A bad secret cannot get here (`settings.ts`), so what svix throws is about the signature, its time or the JSON. */
function isSigned(secret: string, text: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(text, headers)
    return true
  } catch (error) {
    // The signature was good and the body is not JSON: that is for the payload check to say.
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
