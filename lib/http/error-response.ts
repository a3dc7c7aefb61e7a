import { AuthError } from '../auth/auth-error'
import { ClerkError } from '../clerk/error'
import { ConfigurationError } from '../env'
import { LookupError } from '../lookup/errors'

/** A user's data is never kept by a browser or a proxy. */
export const PRIVATE = { 'Cache-Control': 'no-store, private' }

/** What the caller can do about an error: a few words, and where a page helps, its address. */
export type Action = { label: string; href?: string; scopes?: readonly string[] }

/** `{ error: { code, message, action? } }`, the body of every error the kit's routes answer with. */
export function errorResponse(
  status: number,
  code: string,
  message: string,
  options: { action?: Action; headers?: Record<string, string> } = {},
): Response {
  const { action, headers } = options
  return Response.json(
    { error: { code, message, ...(action && { action }) } },
    { status, headers: { ...PRIVATE, ...headers } },
  )
}

/** Answers the errors that any route may meet; anything else is rethrown for Next to answer with 500. */
export function knownErrorResponse(error: unknown): Response {
  if (error instanceof AuthError) return errorResponse(error.status, error.code, error.message)
  if (error instanceof ConfigurationError)
    return errorResponse(
      503,
      error.code,
      'This installation lacks a setting; the server’s start-up check names it.',
    )
  if (error instanceof ClerkError) {
    if (error.code === 'clerk_rate_limited') return rateLimited(error.retryAfter ?? 10)
    return unavailable()
  }
  if (error instanceof LookupError) return unavailable()
  throw error
}

const unavailable = () =>
  errorResponse(503, 'unavailable', 'The user service does not answer. Try again shortly.')

/** 429 with `Retry-After` in seconds. */
export const rateLimited = (retryAfter: number): Response =>
  errorResponse(429, 'rate_limited', `Too many requests. Try again in ${retryAfter} s.`, {
    headers: { 'Retry-After': String(retryAfter) },
  })

/**
 * Whether a request may read what only the site's own pages may. Browsers say with `Sec-Fetch-Site` where a request
 * comes from, older ones with `Origin`; a client that is no browser sends neither and carries its own credentials.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' || site === 'none'
  const origin = request.headers.get('origin')
  return origin === null || (URL.canParse(origin) && new URL(origin).host === request.headers.get('host'))
}
