import type { AuthError } from './auth/auth-error'
import type { SealError } from './cache/seal'
import type { ServiceTokenError } from './cache/service-token-cache'
import type { SavedButStaleError } from './cache/user-writes'
import type { ClerkError } from './clerk/error'
import type { ConfigurationError } from './env'
import { KitError, type LookupError } from './lookup/errors'
import { type RedisFailure, redisFailures, wordsOf } from './lookup/redis/failures'
import type { InputError } from './ops/id-list'
import type { NothingKeptError } from './ops/warm-users'
import type { RefusedBatchError } from './telemetry/batch-writer'
import type { CursorError } from './telemetry/read-audit'
import type { WebhookError } from './webhooks/payload'

/** What is said about an error: to the person who made the request, and to the people who run the app. */
interface Description {
  /** What the code stands for, for `docs/errors.md`. */
  meaning: string
  /** What happened, as a heading. `{provider}` stands for the provider's name. */
  title: string
  /** What the person who made the request can do. `{seconds}` stands for how long to wait. */
  advice: string
  /** HTTP status of a route's answer. */
  status: number
  /** What the people who run the app can do. Can name settings, never their values. */
  fix?: string
  /** The code that a route answers instead: callers outside need not know which part failed. */
  answeredAs?: RouteCode | AuthError['code'] | ConfigurationError['code']
}

/** Codes of answers for which there is no error object: outcomes of a token, and refusals of a route. */
type RouteCode =
  | 'account_ambiguous'
  | 'bad_request'
  | 'bad_signature'
  | 'calendar_blocked'
  | 'calendar_not_allowed'
  | 'calendar_not_enabled'
  | 'calendar_off'
  | 'calendar_quota_used'
  | 'calendar_rate_limited'
  | 'calendar_refused'
  | 'calendar_unavailable'
  | 'cross_origin'
  | 'impersonated'
  | 'not_connected'
  | 'not_enabled'
  | 'rate_limited'
  | 'reconnect_required'
  | 'scope_missing'
  | 'too_large'
  | 'too_slow'
  | 'unavailable'

/** Every error class with its codes, and the codes of routes. */
interface Sources {
  LookupError: LookupError
  ClerkError: ClerkError
  AuthError: AuthError
  ConfigurationError: ConfigurationError
  SavedButStaleError: SavedButStaleError
  SealError: SealError
  ServiceTokenError: ServiceTokenError
  RefusedBatchError: RefusedBatchError
  CursorError: CursorError
  InputError: InputError
  NothingKeptError: NothingKeptError
  WebhookError: WebhookError
  routes: { code: RouteCode }
}

/** The code of every error that the kit throws, and of every answer of its routes. */
export type ErrorCode = Sources[keyof Sources]['code']

const RETRY = 'Try again in a few seconds.'
const MISTAKE = 'This is a mistake in the app’s code, not an outage. Trying again does not help.'
const OUTAGE = { advice: RETRY, status: 503, answeredAs: 'unavailable' } as const

/** What is said about each code, by the error class that has it. `docs/errors.md` is generated from this. */
export const descriptions: { [Source in keyof Sources]: Record<Sources[Source]['code'], Description> } = {
  LookupError: {
    bad_declaration: {
      meaning: 'A lookup was declared with an option that cannot work, or its loader waits for itself.',
      title: 'A lookup is declared incorrectly',
      advice: MISTAKE,
      status: 500,
      fix: 'The error’s message names the lookup and the option.',
    },
    bad_value: {
      meaning:
        'A loader returned a value that the lookup’s codec cannot write and read back, or not one value for each argument.',
      title: 'A loaded value cannot be stored',
      advice: MISTAKE,
      status: 500,
      fix: 'The error’s message names the place in the value. Return plain data, and from loadMany one value for each argument.',
    },
    inside_use_cache: {
      meaning:
        'A lookup with revocation markers was called inside "use cache". Next would keep the value, and a revocation could not reach it.',
      title: 'A lookup was called inside "use cache"',
      advice: MISTAKE,
      status: 500,
      fix: 'Call the lookup outside "use cache".',
    },
    invalidation_unconfirmed: {
      meaning: 'Redis did not confirm an invalidation or a revocation, so it is unknown whether it happened.',
      title: 'Redis did not confirm the invalidation',
      advice: 'Old values may be served until they expire. Try again: repeating is safe.',
      status: 503,
      fix: 'Check Redis, then repeat the invalidation.',
    },
    load_failed: {
      meaning:
        'The loader failed in another process, and the callers that waited for it here share its failure.',
      ...OUTAGE,
      title: 'A value could not be loaded',
      fix: 'Look in the logs of the other processes.',
    },
    load_timeout: {
      meaning: 'The loader took longer than the lookup’s `timeout`.',
      ...OUTAGE,
      title: 'Loading a value took too long',
      fix: 'The source did not answer within the lookup’s `timeout`. Check its latency.',
    },
    revoked: {
      meaning:
        'A revocation marker is set: the session was revoked, or the user was deleted, banned or locked.',
      title: 'Your session was ended',
      advice: 'Sign in again.',
      status: 401,
      answeredAs: 'unauthenticated',
    },
    revocation_unknown: {
      meaning: 'Redis did not answer, so the revocation markers could not be read, and nothing is returned.',
      ...OUTAGE,
      title: 'Your session could not be checked',
      advice: 'Redis did not answer, so it is unknown whether your session was revoked. Nothing was changed.',
      fix: 'Check Redis.',
    },
    store_unavailable: {
      meaning:
        'Redis refused a command, timed out, or returned something unexpected. The error’s `reason` says which.',
      ...OUTAGE,
      title: 'Redis is not responding',
      fix: 'Check Redis. Values are loaded from their source meanwhile.',
    },
    store_quota: {
      meaning: 'Redis refused a command because the plan’s limit is used up.',
      ...OUTAGE,
      ...wordsOf('quota', 'rest'),
    },
    scripts_not_permitted: {
      meaning:
        'The Redis token cannot run scripts. Values are loaded from their source and not cached. Invalidation works.',
      ...OUTAGE,
      ...wordsOf('no_scripts', 'rest'),
    },
  },
  ClerkError: {
    clerk_rate_limited: {
      meaning:
        'Clerk answered 429, or the pause after such an answer is not over. Or the request was not sent: the fleet’s budget (`CLERK_RATE_LIMIT`) is used up, which a route answers with 503, or the caller has reached a limit of the app.',
      title: 'Clerk is busy',
      advice: 'Try again in {seconds}.',
      status: 429,
      fix: 'Look on the dashboard for a lookup that misses often. Half of CLERK_RATE_LIMIT is for people who are signed in.',
      answeredAs: 'rate_limited',
    },
    clerk_unavailable: {
      meaning:
        'The Backend API did not answer, or answered with a 5xx status or a body that is not Clerk’s. After a change, the error’s `outcome` says whether it may have been saved.',
      ...OUTAGE,
      title: 'Clerk is not responding',
      fix: 'Check https://status.clerk.com, CLERK_API_URL, and the proxies and firewalls on the way to Clerk.',
    },
    clerk_unauthorized: {
      meaning: 'Clerk itself answered 401 or 403.',
      ...OUTAGE,
      title: 'Clerk did not accept the app’s key',
      advice: 'Only the people who run this app can fix this.',
      fix: 'Copy CLERK_SECRET_KEY again from the Clerk dashboard under API keys.',
    },
    clerk_refused: {
      meaning: 'Clerk answered with another 4xx status.',
      ...OUTAGE,
      title: 'Clerk did not accept the request',
      fix: 'The error’s `clerkCodes` say why.',
    },
  },
  AuthError: {
    unauthenticated: {
      meaning:
        'The caller is not signed in, the session was revoked, or the user was deleted, banned or locked.',
      title: 'You are not signed in',
      advice: 'Sign in, then try again.',
      status: 401,
    },
    forbidden: {
      meaning: 'The signed-in user does not have the role.',
      title: 'You do not have access',
      advice: 'This needs a role that you do not have.',
      status: 403,
      fix: 'Roles are in the user’s public metadata.',
    },
  },
  ConfigurationError: {
    not_configured: {
      meaning: 'An environment variable that this needs is missing or malformed.',
      title: 'This is not set up yet',
      advice: 'Only the people who run this app can fix this.',
      status: 503,
      fix: 'A setting is missing or malformed. `npm run ops -- doctor` names it.',
    },
    configured_too_late: {
      meaning: '`configure()` would change a setting that this process has already used.',
      title: 'A setting was changed too late',
      advice: MISTAKE,
      status: 500,
      fix: 'Call `configure()` before the first read, for example in `instrumentation.ts`.',
    },
  },
  SavedButStaleError: {
    saved_but_stale: {
      meaning: 'Clerk saved a change, and Redis did not confirm the invalidation that follows it.',
      title: 'Saved',
      advice: 'Pages may show the old value for a few minutes. Saving again is safe.',
      status: 503,
      fix: 'Clerk saved the change, but Redis did not confirm the invalidation. Check Redis.',
    },
    maybe_saved_but_stale: {
      meaning:
        'Clerk’s answer to a change was lost, and Redis did not confirm the invalidation that follows it.',
      title: 'It may have been saved',
      advice:
        'Clerk’s answer was lost, and pages may show the old value for a few minutes. Saving again is safe.',
      status: 503,
      fix: 'Clerk did not answer, and Redis did not confirm the invalidation. Check both.',
    },
  },
  SealError: {
    seal_broken: {
      meaning: 'A value in Redis could not be decrypted. A read counts it as a miss.',
      ...OUTAGE,
      title: 'A stored value could not be decrypted',
      fix: 'The key that encrypted it is not in CACHE_ENCRYPTION_KEYS, or the value was changed. It is loaded again.',
    },
  },
  ServiceTokenError: {
    service_token_failed: {
      meaning: 'A service did not return a token, or returned one that is not usable.',
      ...OUTAGE,
      title: 'A service did not issue a token',
      fix: 'The error’s message names the service and the reason.',
    },
  },
  RefusedBatchError: {
    batch_refused: {
      meaning:
        'A sink cannot store a batch because of its content. The batch writer looks for the record and drops it.',
      title: 'A batch of records cannot be stored',
      advice: MISTAKE,
      status: 500,
      fix: 'A record is too large or cannot be written as JSON. The batch writer finds it and reports it.',
    },
  },
  CursorError: {
    bad_cursor: {
      meaning: 'A cursor was given that the audit trail did not return.',
      title: 'This page of the audit trail does not exist',
      advice: 'Go back to the newest records.',
      status: 400,
      fix: 'Use only cursors that the audit trail returned.',
    },
  },
  InputError: {
    bad_input: {
      meaning: 'An argument, a flag or a file of an operations command is not valid.',
      title: 'The command’s input is not valid',
      advice: 'The message says where, and what is expected.',
      status: 400,
    },
  },
  NothingKeptError: {
    redis_unavailable: {
      meaning: '`npm run ops -- warm` loaded users, and Redis did not store them.',
      ...OUTAGE,
      title: 'Redis did not store what was loaded',
      fix: 'Check the settings of Redis with `npm run ops -- doctor`, then run the command again.',
    },
  },
  WebhookError: {
    bad_payload: {
      meaning: 'A webhook with a valid signature has a body that is not a Clerk event, or that has no ID.',
      title: 'The body is not a Clerk event',
      advice: 'Send what Clerk sends.',
      status: 400,
    },
  },
  routes: {
    account_ambiguous: {
      meaning: 'Several connected accounts would do, and the request did not choose one with `?account=`.',
      title: 'Several {provider} accounts are connected',
      advice: 'Choose one of them.',
      status: 409,
    },
    bad_request: {
      meaning: 'A query parameter is missing or not valid. The message names it.',
      title: 'The request is not valid',
      advice: 'Correct it, then try again.',
      status: 400,
    },
    bad_signature: {
      meaning:
        'A webhook was signed with another secret or not at all, or its time is more than 5 minutes away.',
      title: 'The webhook’s signature is not valid',
      advice: 'Sign with this endpoint’s secret, and send the request within 5 minutes.',
      status: 400,
      fix: 'Copy the endpoint’s signing secret from the Clerk dashboard into CLERK_WEBHOOK_SIGNING_SECRET.',
    },
    calendar_blocked: {
      meaning: 'A request to Google Calendar was answered with 403, and the answer is not one of Google.',
      ...OUTAGE,
      title: 'Google Calendar cannot be reached',
      fix: 'A proxy or a firewall answers in place of Google. Check the network and GOOGLE_API_BASE_URL.',
    },
    calendar_not_allowed: {
      meaning: 'Google answered that a policy of the user’s organization does not allow the request.',
      title: 'Your organization does not let this app read Google Calendar',
      advice: 'The administrator of your Google Workspace can allow it.',
      status: 403,
      fix: 'The administrator can trust the app’s OAuth client in the Google Admin console under API controls.',
    },
    calendar_not_enabled: {
      meaning:
        'Google answered that the Google Calendar API is not enabled in the app’s Google Cloud project.',
      title: 'Google Calendar is not set up',
      advice: 'Only the people who run this app can fix this.',
      status: 503,
      fix: 'Enable the Google Calendar API (https://console.cloud.google.com/apis/library/calendar-json.googleapis.com) in the Google Cloud project of the OAuth client that Clerk uses.',
      answeredAs: 'not_configured',
    },
    calendar_off: {
      meaning: 'Google answered that the user does not have Google Calendar, usually in a Google Workspace.',
      title: 'Google Calendar is off for your account',
      advice: 'The administrator of your Google Workspace can turn it on.',
      status: 403,
    },
    calendar_quota_used: {
      meaning: 'Google answered that a quota of the app or of the user is used up, usually for a day.',
      title: 'The limit for requests to Google Calendar is used up',
      advice: 'Try again in {seconds}.',
      status: 429,
      fix: 'Look at the quotas of the Google Calendar API in the Google Cloud console. "Unreg" in the reason means that Google knows no project: enable the API in the project of the OAuth client.',
      answeredAs: 'rate_limited',
    },
    calendar_rate_limited: {
      meaning: 'Google answered that there were too many requests in a short time.',
      title: 'Too many requests to Google Calendar',
      advice: 'Try again in {seconds}.',
      status: 429,
      fix: 'Look at the quotas of the Google Calendar API in the Google Cloud console.',
      answeredAs: 'rate_limited',
    },
    calendar_refused: {
      meaning:
        'Google answered with another 4xx status, or with 403 and a reason that the kit does not know.',
      ...OUTAGE,
      title: 'Google Calendar did not accept the request',
      advice: 'Try again later. If it happens again, tell the people who run this app.',
      fix: 'The line `calendar_problem` in the log has the status.',
    },
    calendar_unavailable: {
      meaning: 'Google Calendar did not answer, or answered with a 5xx status or something unexpected.',
      ...OUTAGE,
      title: 'Google Calendar is not responding',
      fix: 'Check https://www.google.com/appsstatus and GOOGLE_API_BASE_URL.',
    },
    cross_origin: {
      meaning:
        'A browser sent the request from a page of another site, or to open the answer as a page, a frame or an image.',
      title: 'The request did not come from this site’s own pages',
      advice: 'Only scripts of this site’s own pages can send it, with fetch.',
      status: 403,
    },
    impersonated: {
      meaning: 'Somebody impersonates the user, and the token’s reader does not allow that.',
      title: 'Not available while you act for somebody else',
      advice: 'End the impersonation. Only the users themselves can use their connected accounts.',
      status: 403,
    },
    not_connected: {
      meaning: 'The user has not connected an account of this provider. Cached for 60 s.',
      title: '{provider} is not connected',
      advice: 'Connect it on your account page, then come back.',
      status: 404,
    },
    not_enabled: {
      meaning: 'The Clerk instance does not offer this provider.',
      title: '{provider} is not enabled',
      advice: 'Only the people who run this app can fix this.',
      status: 503,
      fix: 'Enable it in the Clerk dashboard under SSO connections.',
      answeredAs: 'not_configured',
    },
    rate_limited: {
      meaning: 'The caller made too many requests, or Clerk or the provider asked to wait.',
      title: 'Too many requests',
      advice: 'Try again in {seconds}.',
      status: 429,
    },
    reconnect_required: {
      meaning:
        'The provider refused the token and does not renew it. Cached for 5 minutes, or until Clerk reports a change of the user.',
      title: '{provider} needs to be reconnected',
      advice: '{provider} no longer renews this connection. Reconnect it on your account page.',
      status: 409,
    },
    scope_missing: {
      meaning: 'The connected account does not grant a scope that this needs.',
      title: 'A {provider} permission is missing',
      advice: 'Connect {provider} again on your account page, and grant what it asks for.',
      status: 403,
    },
    too_large: {
      meaning: 'The body of a webhook is over 1 MB.',
      title: 'The body is over 1 MB',
      advice: 'Send a smaller body.',
      status: 413,
    },
    too_slow: {
      meaning: 'The body of a webhook had not arrived 10 seconds after its headers.',
      title: 'The body did not arrive in time',
      advice: 'Send the whole body within 10 seconds.',
      status: 408,
    },
    unavailable: {
      meaning: 'Clerk, Redis or the provider did not answer.',
      title: 'Temporarily unavailable',
      advice: 'A service that this needs is not responding. Try again in a few seconds.',
      status: 503,
    },
  },
}

export interface Problem extends Omit<Description, 'meaning'> {
  code: ErrorCode
  /** Seconds to wait. */
  retryAfter?: number
  /** Set where a change may have been saved. */
  mayBeSaved?: boolean
}

interface Details {
  /** Seconds to wait. */
  retryAfter?: number | undefined
  /** The provider's name, such as Google. */
  provider?: string | undefined
}

const byCode: Record<ErrorCode, Description> = {
  ...descriptions.LookupError,
  ...descriptions.NothingKeptError,
  ...descriptions.ClerkError,
  ...descriptions.AuthError,
  ...descriptions.ConfigurationError,
  ...descriptions.SavedButStaleError,
  ...descriptions.SealError,
  ...descriptions.ServiceTokenError,
  ...descriptions.RefusedBatchError,
  ...descriptions.CursorError,
  ...descriptions.InputError,
  ...descriptions.WebhookError,
  ...descriptions.routes,
}

function inWords(seconds: number): string {
  if (seconds > 120) return `${Math.ceil(seconds / 60)} minutes`
  return seconds === 1 ? '1 second' : `${seconds} seconds`
}

/** The problem of an outcome that has a code and no error object. */
export function problemWithCode(code: ErrorCode, { retryAfter, provider }: Details = {}): Problem {
  const { meaning: _, ...described } = byCode[code]
  const filled = (text: string) =>
    text
      .replaceAll('{provider}', provider ?? 'The provider')
      .replaceAll('{seconds}', retryAfter === undefined ? 'a few seconds' : inWords(retryAfter))
  return {
    ...described,
    code,
    title: filled(described.title),
    advice: filled(described.advice),
    ...(retryAfter !== undefined && { retryAfter }),
  }
}

/** Requests to Clerk that the kit itself did not send, by the code that says why. */
const NOT_SENT: Record<string, Partial<Description>> = {
  over_budget: { title: 'This app is busy', status: 503 },
  own_limit: { title: 'You’ve tried this too often' },
}

/** An outcome that is not an error object, such as that of a token. */
interface Outcome {
  status: ErrorCode
  /** Seconds to wait. */
  retryAfter?: number
  limitedBy?: 'clerk' | 'provider'
  overBudget?: boolean
}

/** The problem of an outcome. Who is busy is named, where that is not the person who made the request. */
export function problemOfOutcome(outcome: Outcome, provider: string): Problem {
  const { status, retryAfter, limitedBy, overBudget } = outcome
  const isOfClerk = limitedBy === 'clerk'
  return {
    ...problemWithCode(isOfClerk ? 'clerk_rate_limited' : status, { provider, retryAfter }),
    ...(limitedBy === 'provider' && { title: `${provider} is busy` }),
    ...(overBudget && NOT_SENT.over_budget),
  }
}

/** Whether the app's code is at fault, and not a service or the caller: such an error belongs in the log. */
export const isMistake = ({ status }: Problem): boolean => status === 500

/** A problem in one line. */
export const messageOf = ({ title, advice }: Problem): string => `${title}. ${advice}`

/** What the advice says besides to try again, for a place that has a button for that. */
export const adviceBesideButton = ({ advice }: Problem): string =>
  advice.replace(/ ?Try again in [\w ]+\.$/, '')

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(byCode, code)

/** What happened, what to do and which HTTP status to answer; undefined for an error that is not the kit's. */
export function problemOf(error: unknown): Problem | undefined {
  if (!(error instanceof KitError) || !isErrorCode(error.code)) return undefined
  const { status } = byCode[error.code]
  const wait =
    status === 429 && 'retryAfter' in error && typeof error.retryAfter === 'number'
      ? { retryAfter: error.retryAfter }
      : {}
  const problem = problemWithCode(error.code, wait)
  const said = { ...problem, ...notSentOf(error) }
  return { ...said, ...reasonOf(error), ...outcomeOf(error, said) }
}

/** The failure of a write says whether it may have been saved. */
function outcomeOf(error: KitError, { advice }: Problem): Partial<Problem> {
  const outcome = 'outcome' in error ? error.outcome : undefined
  if (outcome === 'not_saved') return { advice: `Nothing was saved. ${advice}` }
  if (error.code === 'maybe_saved_but_stale') return { mayBeSaved: true }
  if (outcome !== 'unknown') return {}
  return {
    mayBeSaved: true,
    title: 'It may have been saved',
    advice: 'Clerk’s answer was lost. Check what is shown now. Trying again is safe.',
  }
}

const notSentOf = (error: KitError): Partial<Description> =>
  'clerkCodes' in error && Array.isArray(error.clerkCodes)
    ? (NOT_SENT[String(error.clerkCodes[0])] ?? {})
    : {}

const OF_REDIS = ['store_unavailable', 'store_quota', 'scripts_not_permitted']

/** A RedisError has a reason that says more precisely what is wrong. */
const reasonOf = (error: KitError): Partial<Description> =>
  OF_REDIS.includes(error.code) && 'reason' in error && isRedisFailure(error.reason)
    ? wordsOf(error.reason, 'protocol' in error && error.protocol === 'tcp' ? 'tcp' : 'rest')
    : {}

const isRedisFailure = (reason: unknown): reason is RedisFailure =>
  typeof reason === 'string' && Object.hasOwn(redisFailures, reason)
