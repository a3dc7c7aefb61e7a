import { KitError } from '../lookup/errors'
import type { Priority } from '../lookup/priority'
import { RETRY_AFTER } from './retry-after'

export type ClerkErrorCode =
  | 'clerk_rate_limited'
  | 'clerk_unavailable'
  | 'clerk_unauthorized'
  | 'clerk_refused'

/** Clerk did not answer, or refused. Carries the HTTP status and Clerk's own error codes, never a key. */
export class ClerkError extends KitError<ClerkErrorCode> {
  static override readonly kind: string = 'ClerkError'
  readonly status: number | undefined
  /** Seconds to wait before the next try: as Clerk said, or `RETRY_AFTER`. */
  readonly retryAfter: number
  /** Clerk's codes, or one of `OWN_CODES`. */
  readonly clerkCodes: readonly string[]
  /** Set if it was not sent because the budget for this priority is used up: a higher one may still ask. */
  readonly refusedFor: Priority | undefined
  /** Set on the failure of a write: whether it is known that nothing was saved. */
  outcome?: 'not_saved' | 'unknown'

  constructor(status: number | undefined, retryAfter: number | undefined, clerkCodes: readonly string[]) {
    const code = codeOf(status, clerkCodes)
    super(
      code,
      `Clerk: ${advice[code]}${status ? ` (HTTP ${status}${clerkCodes.map((c) => `, ${c}`).join('')})` : ''}`,
    )
    this.status = status
    this.retryAfter = retryAfter ?? RETRY_AFTER
    this.clerkCodes = clerkCodes
    const [own, priority] = clerkCodes
    this.refusedFor =
      own === OWN_CODES.overBudget && (priority === 'low' || priority === 'normal') ? priority : undefined
  }
}

const advice: Record<ClerkErrorCode, string> = {
  clerk_rate_limited: 'too many requests. Wait as long as Retry-After says.',
  clerk_unavailable:
    'no usable answer from the Backend API. Check https://status.clerk.com and CLERK_API_URL.',
  clerk_unauthorized:
    'CLERK_SECRET_KEY was not accepted. Copy it again from the Clerk dashboard under API keys.',
  clerk_refused: 'the request was not accepted.',
}

/** What is known about a request that Clerk's own codes do not describe. */
export const OWN_CODES = {
  /** It was not sent because the fleet, or this operation of this user, is paused. */
  paused: 'paused',
  /** It was not sent because the fleet's own budget is used up. The second code is the priority of the request. */
  overBudget: 'over_budget',
  /** It was not sent because the caller has done this too often. */
  ownLimit: 'own_limit',
  /** It was not sent because there was no connection. */
  notSent: 'not_sent',
  /** Something in front of Clerk answered, such as a firewall: the body is not Clerk's. */
  notClerk: 'not_clerk',
} as const

function codeOf(status: number | undefined, codes: readonly string[]): ClerkErrorCode {
  if (status === 429) return 'clerk_rate_limited'
  if (codes.includes(OWN_CODES.notClerk)) return 'clerk_unavailable'
  if (status === 401 || status === 403) return 'clerk_unauthorized'
  return status === undefined || status >= 500 ? 'clerk_unavailable' : 'clerk_refused'
}

/** Whether the failure of a request proves that it changed nothing: Clerk refused it, or it was never sent. */
export const changedNothing = (error: unknown): boolean =>
  error instanceof ClerkError &&
  (error.status ?? 0) < 500 &&
  error.clerkCodes.length > 0 &&
  !error.clerkCodes.includes(OWN_CODES.notClerk)

/** Whether Clerk itself says that something does not exist. */
export const isNotFound = (error: unknown): boolean =>
  error instanceof ClerkError && error.status === 404 && error.code === 'clerk_refused'

/** Clerk answered with JSON of another shape. */
export const unexpectedAnswer = () => new ClerkError(undefined, undefined, [])

/** How a failure of Clerk reaches the callers that wait for the same load in other processes. Every lookup has it. */
export const clerkFailure = {
  encode: (error: unknown): string | undefined =>
    error instanceof ClerkError
      ? `clerk ${error.status ?? ''} ${error.retryAfter} ${error.clerkCodes.join(',')}`
      : undefined,
  decode(reason: string): unknown {
    const [name, status, retryAfter, codes = ''] = reason.split(' ')
    if (name !== 'clerk') return undefined
    return new ClerkError(
      Number(status) || undefined,
      Number(retryAfter) || undefined,
      codes.split(',').filter(Boolean),
    )
  },
}
