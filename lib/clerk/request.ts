import { clerkSettings } from '../config'
import { withDeadline } from '../lookup/clock'
import { onePerProcess } from '../lookup/one-per-process'
import { outside } from '../lookup/outside'
import type { Priority } from '../lookup/priority'
import { ClerkError, OWN_CODES, unexpectedAnswer } from './error'
import { emitClerkRequest } from './events'
import { record, records, word } from './json'
import { secondsOf } from './retry-after'

/** The version of the Backend API, the one that Clerk's SDK of today names too. */
const API_VERSION = '2026-05-12'

/** Keeps requests within Clerk's rate limit: lib/clerk/limits.ts, in an app that imports it. */
export interface RequestLimits {
  /** Called before each request. @throws ClerkError for one that must not be sent */
  admit(method: string, path: string): Promise<void>
  /** After a 429 of Clerk, with the seconds to wait. */
  pause(retryAfter: number, method: string, path: string): Promise<void>
  /** @throws ClerkError while it is known that a request of this priority would be refused */
  refuseWhileClosed(priority: Priority): void
}

const limits = onePerProcess('clerk-limits', (): { set?: RequestLimits } => ({}))

/** Sets the limits of this process. */
export const setRequestLimits = (set: RequestLimits): void => {
  limits.set = set
}

/** For `mayLoad` of lookups whose keys anybody can make up. */
export const refuseWhileClosed = (priority: Priority): void => limits.set?.refuseWhileClosed(priority)

/**
 * Sends one request to Clerk, unless a limit refuses it, and emits it as an event.
 * @throws ClerkError where `call` does, and for a request that is not sent
 */
async function clerkRequest<T>(
  { method, path, operation }: { method: string; path: string; operation: string },
  call: () => Promise<T>,
): Promise<T> {
  await limits.set?.admit(method, path)
  const started = performance.now()
  const emit = (status: number) => emitClerkRequest({ operation, status, ms: performance.now() - started })
  try {
    const answer = await outside(call)
    emit(200)
    return answer
  } catch (error) {
    const failure = error instanceof ClerkError ? error : undefined
    emit(failure?.status ?? 0)
    if (failure?.code === 'clerk_rate_limited') await limits.set?.pause(failure.retryAfter, method, path)
    throw error
  }
}

/** Clerk's error codes in a body, or `not_clerk` if the body is not an error of Clerk. */
export function clerkCodesIn(body: unknown): string[] {
  const { errors } = record(body)
  // Something in front of Clerk may quote what it was sent, such as the secret key.
  const codes = records(errors).flatMap(
    ({ code }) => word(code)?.match(/^(?!sk_)[a-z0-9_]{1,80}$/)?.[0] ?? [],
  )
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
