import { z } from 'zod'
import { clerkSettings } from '../config'
import { outside } from '../lookup/outside'
import { ClerkError } from './error'
import { emitClerkRequest } from './events'
import { pauseFleet, refuseWhilePaused } from './pause'
import { secondsOf } from './retry-after'

/** The version of the Backend API that is read. The SDK names it too: reads and writes must not differ in shape. */
const API_VERSION = '2026-05-12'

/**
 * Sends one request to Clerk, unless the fleet is paused, and emits it as an event.
 * @throws ClerkError where `call` does
 */
export async function clerkRequest<T>(operation: string, call: () => Promise<T>): Promise<T> {
  await refuseWhilePaused()
  const started = performance.now()
  const emit = (status: number) => emitClerkRequest({ operation, status, ms: performance.now() - started })
  try {
    const answer = await outside(call)
    emit(200)
    return answer
  } catch (error) {
    const failure = error instanceof ClerkError ? error : undefined
    emit(failure?.status ?? 0)
    if (failure?.code === 'clerk_rate_limited') await pauseFleet(failure.retryAfter)
    throw error
  }
}

const errorBody = z.object({ errors: z.array(z.object({ code: z.string() })) })

/**
 * `GET` on the Backend API, parsed JSON. Reads do not use the SDK: its list of users always sends a second request that
 * counts them, and users then need no SDK. `operation` names the request in events.
 * @throws ClerkError
 */
export const clerkGet = (
  path: string,
  query: URLSearchParams,
  signal: AbortSignal,
  operation = `GET ${path}`,
): Promise<unknown> =>
  clerkRequest(operation, async () => {
    const { CLERK_API_URL, CLERK_SECRET_KEY } = clerkSettings()
    const response = await fetch(`${CLERK_API_URL}/v1${path}?${query}`, {
      headers: { authorization: `Bearer ${CLERK_SECRET_KEY}`, 'Clerk-API-Version': API_VERSION },
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
