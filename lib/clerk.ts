import { createClerkClient } from '@clerk/backend'
import { isClerkAPIResponseError } from '@clerk/backend/errors'
import { z } from 'zod'
import { env } from './env'
import { KitError } from './errors'
import { outside } from './outside'

type ClerkFailure = 'clerk_rate_limited' | 'clerk_unavailable' | 'clerk_unauthorized' | 'clerk_refused'

/** Clerk did not answer as asked. Carries the HTTP status and Clerk's own error codes, never a key. */
export class ClerkError extends KitError {
  readonly status: number | undefined
  /** Seconds to wait, where Clerk said so. */
  readonly retryAfter: number | undefined
  readonly clerkCodes: readonly string[]

  constructor(status: number | undefined, retryAfter: number | undefined, clerkCodes: readonly string[]) {
    const code = codeOf(status)
    super(
      code,
      `Clerk: ${advice[code]}${status ? ` (HTTP ${status}${clerkCodes.map((c) => `, ${c}`).join('')})` : ''}`,
    )
    this.status = status
    this.retryAfter = retryAfter
    this.clerkCodes = clerkCodes
  }
}

const advice: Record<ClerkFailure, string> = {
  clerk_rate_limited: 'too many requests. Wait for as long as Retry-After says.',
  clerk_unavailable:
    'no usable answer from the Backend API. Look at https://status.clerk.com and at CLERK_API_URL.',
  clerk_unauthorized: 'CLERK_SECRET_KEY was not accepted. Copy it again from the dashboard under API keys.',
  clerk_refused: 'the request was not accepted.',
}

function codeOf(status: number | undefined): ClerkFailure {
  if (status === 429) return 'clerk_rate_limited'
  if (status === 401 || status === 403) return 'clerk_unauthorized'
  return status === undefined || status >= 500 ? 'clerk_unavailable' : 'clerk_refused'
}

let client: ReturnType<typeof createClerkClient> | undefined

/**
 * Runs a call of Clerk's Backend SDK. Not `clerkClient()`: that reads `headers()`, which scripts and "use cache"
 * do not have.
 * @throws ClerkError
 */
export async function clerk<T>(
  use: (client: ReturnType<typeof createClerkClient>) => Promise<T>,
): Promise<T> {
  client ??= createClerkClient({
    secretKey: env().CLERK_SECRET_KEY,
    publishableKey: env().NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY,
    apiUrl: env().CLERK_API_URL,
    telemetry: { disabled: true },
  })
  try {
    return await outside(use, client)
  } catch (error) {
    if (!isClerkAPIResponseError(error)) throw error
    const retryAfter = typeof error.retryAfter === 'number' ? error.retryAfter : undefined
    throw new ClerkError(
      error.status || undefined,
      retryAfter,
      error.errors.map(({ code }) => code),
    )
  }
}

const errorBody = z.object({ errors: z.array(z.object({ code: z.string() })) })

/**
 * `GET` on the Backend API, parsed JSON. For the two reads where the SDK does more than it is asked: its user list
 * always sends a second, counting request.
 * @throws ClerkError
 */
export async function clerkGet(path: string, query: URLSearchParams): Promise<unknown> {
  const { CLERK_API_URL, CLERK_SECRET_KEY } = env()
  const response = await outside(fetch, `${CLERK_API_URL}/v1${path}?${query}`, {
    headers: { authorization: `Bearer ${CLERK_SECRET_KEY}` },
    cache: 'no-store',
    signal: AbortSignal.timeout(10_000),
  }).catch(() => {
    throw new ClerkError(undefined, undefined, [])
  })
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok && body !== undefined) return body
  const codes = errorBody.safeParse(body).data?.errors.map(({ code }) => code) ?? []
  const status = response.ok ? undefined : response.status
  throw new ClerkError(status, Number(response.headers.get('retry-after')) || undefined, codes)
}
