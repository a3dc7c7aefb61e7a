import { clerkSettings } from '../config'
import { withDeadline } from '../lookup/clock'
import { outside } from '../lookup/outside'
import { scopedPriority } from '../lookup/priority'
import { clerkBudget } from './budget'
import { ClerkError, OWN_CODES, unexpectedAnswer } from './error'
import { emitClerkRequest } from './events'
import { record, records, word } from './json'
import { pauseAfter, refuseUserWhilePaused, type UserRequest } from './pause'
import { secondsOf } from './retry-after'

/** The version of the Backend API, the one that Clerk's SDK of today names too. */
const API_VERSION = '2026-05-12'

/** A request that Clerk does not count. */
const FREE = '/jwks'

/** The user that a request is about, if it is one. */
function userIn(method: string, path: string): UserRequest | undefined {
  const userId = /^\/users\/([^/]+)/.exec(path)?.[1]
  return userId === undefined
    ? undefined
    : { userId, operation: `${method} ${path}`, write: method !== 'GET' }
}

/**
 * Sends one request to Clerk, unless it is paused or over the budget, and emits it as an event.
 * @throws ClerkError where `call` does, and for a request that is not sent
 */
async function clerkRequest<T>(
  { method, path, operation }: { method: string; path: string; operation: string },
  call: () => Promise<T>,
): Promise<T> {
  const about = userIn(method, path)
  if (about) refuseUserWhilePaused(about)
  if (path === FREE) clerkBudget().refuseWhilePaused()
  else await clerkBudget().admit(scopedPriority() ?? 'high')
  const started = performance.now()
  const emit = (status: number) => emitClerkRequest({ operation, status, ms: performance.now() - started })
  try {
    const answer = await outside(call)
    emit(200)
    return answer
  } catch (error) {
    const failure = error instanceof ClerkError ? error : undefined
    emit(failure?.status ?? 0)
    if (failure?.code === 'clerk_rate_limited') await pauseAfter(failure.retryAfter, about)
    throw error
  }
}

/** Clerk's error codes in a body, or `not_clerk` if the body is not an error of Clerk. */
export function clerkCodesIn(body: unknown): string[] {
  const { errors } = record(body)
  const codes = records(errors).flatMap(({ code }) => word(code) ?? [])
  return Array.isArray(errors) && codes.length > 0 ? codes : [OWN_CODES.notClerk]
}

/** The headers of every request. @throws ConfigurationError */
export const clerkHeaders = () => ({
  authorization: `Bearer ${clerkSettings().CLERK_SECRET_KEY}`,
  'Clerk-API-Version': API_VERSION,
})

/** Codes of failures before a request could be sent. */
const NO_CONNECTION = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']

const wasNotSent = (error: unknown) =>
  error instanceof Error && NO_CONNECTION.includes(String(record(error.cause).code))

/** Whether a write was saved although its answer cannot be read: it was cut off, or is empty. */
const isSaved = ({ headers }: Response, { method }: RequestInit) =>
  method !== undefined && /json|^$/.test(headers.get('content-type') ?? '')

async function send(path: string, init: RequestInit): Promise<unknown> {
  const headers = { ...clerkHeaders(), ...(init.body ? { 'content-type': 'application/json' } : {}) }
  const url = `${clerkSettings().CLERK_API_URL}/v1${path}`
  const response = await fetch(url, { ...init, headers, cache: 'no-store' }).catch((error: unknown) => {
    throw new ClerkError(undefined, undefined, wasNotSent(error) ? [OWN_CODES.notSent] : [])
  })
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok && (body !== undefined || isSaved(response, init))) return body
  if (response.ok) throw unexpectedAnswer()
  const refused = response.status < 500 ? clerkCodesIn(body) : []
  throw new ClerkError(response.status, secondsOf(response.headers.get('retry-after')), refused)
}

/**
 * `GET` on the Backend API, parsed JSON. `until`: a signal, or the milliseconds after which it fails. `operation` names
 * the request in events. Not the SDK, which sends a second request that counts the users.
 * @throws ClerkError
 */
export const clerkGet = (
  path: string,
  query: URLSearchParams,
  until: AbortSignal | number,
  operation = `GET ${path}`,
): Promise<unknown> => {
  const get = (signal: AbortSignal) =>
    clerkRequest({ method: 'GET', path, operation }, () => send(`${path}?${query}`, { signal }))
  return typeof until === 'number' ? withDeadline(until, get) : get(until)
}

/** How long a write may take. Milliseconds. */
const WRITE_MS = 15_000

/**
 * A write to the Backend API, and its JSON, or undefined if it cannot be read. Do not call it: `writeUser` of lib/cache/user-writes.ts does, and
 * invalidates whatever happens. Not the SDK, which cannot say whether a failed request was sent.
 * @throws ClerkError
 */
export const clerkWrite = (
  operation: string,
  method: 'PATCH' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: object,
): Promise<unknown> =>
  withDeadline(WRITE_MS, (signal) =>
    clerkRequest({ method, path, operation }, () =>
      send(path, { method, signal, ...(body && { body: JSON.stringify(body) }) }),
    ),
  )
