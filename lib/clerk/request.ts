import { createClerkClient } from '@clerk/backend'
import { isClerkAPIResponseError } from '@clerk/backend/errors'
import { z } from 'zod'
import { env } from '../env'
import { onePerProcess } from '../lookup/one-per-process'
import { outside } from '../lookup/outside'
import { redis } from '../lookup/redis/client'
import { ClerkError } from './error'
import { emitClerkRequest } from './events'

/** A pause of the whole fleet after Clerk said 429, in milliseconds of `performance.now()`. */
const pause = onePerProcess('clerk-pause', () => ({ until: 0, lookedAt: Number.NEGATIVE_INFINITY }))
/** Until when this process knows of a pause, in milliseconds of `performance.now()`. */
export const clerkPause = (): { readonly until: number } => pause

const pauseKey = () => `${env().CACHE_NAMESPACE}:clerk-paused`

/** A process that calls Clerk asks Redis whether another was told to wait, but not more often than this. */
const LOOK_EVERY_MS = 1000

async function refuseWhilePaused(): Promise<void> {
  const now = performance.now()
  if (now >= pause.until && now - pause.lookedAt >= LOOK_EVERY_MS) {
    pause.lookedAt = now
    const left = await redis()
      .run('pttl', (client) => client.pttl(pauseKey()))
      .catch(() => 0)
    if (left > 0) pause.until = now + left
  }
  const wait = pause.until - performance.now()
  if (wait > 0) throw new ClerkError(429, Math.ceil(wait / 1000), ['paused'])
}

async function pauseFleet(seconds: number): Promise<void> {
  pause.until = Math.max(pause.until, performance.now() + seconds * 1000)
  // Without Redis every process finds out by itself.
  await redis()
    .run('set', (client) => client.set(pauseKey(), '1', { ex: seconds }))
    .catch(() => undefined)
}

/** One HTTP request to Clerk: not while paused, told as an event, its failure a ClerkError. */
async function attempt<T>(operation: string, call: () => Promise<T>): Promise<T> {
  await refuseWhilePaused()
  const started = performance.now()
  const tell = (status: number) => emitClerkRequest({ operation, status, ms: performance.now() - started })
  try {
    const answer = await outside(call)
    tell(200)
    return answer
  } catch (error) {
    const failure = asClerkError(error)
    tell(failure?.status ?? 0)
    if (failure?.code === 'clerk_rate_limited') await pauseFleet(failure.retryAfter)
    throw failure ?? error
  }
}

function asClerkError(error: unknown): ClerkError | undefined {
  if (error instanceof ClerkError) return error
  if (!isClerkAPIResponseError(error)) return undefined
  const codes = error.errors.map(({ code }) => code)
  return new ClerkError(error.status || undefined, secondsOf(error.retryAfter), codes)
}

/** Whole seconds of a Retry-After; one of 0 says nothing, and must not be a reason to ask again at once. */
const secondsOf = (retryAfter: unknown) =>
  Number(retryAfter) > 0 ? Math.ceil(Number(retryAfter)) : undefined

type Client = ReturnType<typeof createClerkClient>

let client: Client | undefined

/**
 * Runs one call of Clerk's Backend SDK. Not `clerkClient()`: that reads `headers()`, which scripts and "use cache" do
 * not have. `operation` names it in events.
 * @throws ClerkError
 */
export function clerk<T>(operation: string, use: (client: Client) => Promise<T>): Promise<T> {
  client ??= createClerkClient({
    secretKey: env().CLERK_SECRET_KEY,
    publishableKey: env().NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY,
    apiUrl: env().CLERK_API_URL,
    telemetry: { disabled: true },
  })
  const sdk = client
  return attempt(operation, () => use(sdk))
}

const errorBody = z.object({ errors: z.array(z.object({ code: z.string() })) })

/**
 * `GET` on the Backend API, parsed JSON. For the reads where the SDK does more than it is asked: its user list always
 * sends a second, counting request.
 * @throws ClerkError
 */
export const clerkGet = (path: string, query: URLSearchParams, signal: AbortSignal): Promise<unknown> =>
  attempt(`GET ${path}`, async () => {
    const { CLERK_API_URL, CLERK_SECRET_KEY } = env()
    const response = await fetch(`${CLERK_API_URL}/v1${path}?${query}`, {
      headers: { authorization: `Bearer ${CLERK_SECRET_KEY}` },
      cache: 'no-store',
      signal,
    }).catch(() => {
      throw new ClerkError(undefined, undefined, [])
    })
    const body: unknown = await response.json().catch(() => undefined)
    if (response.ok && body !== undefined) return body
    const codes = errorBody.safeParse(body).data?.errors.map(({ code }) => code) ?? []
    const status = response.ok ? undefined : response.status
    throw new ClerkError(status, secondsOf(response.headers.get('retry-after')), codes)
  })
