import { originSettings } from '../auth/origins'
import { keySettings } from '../cache/key-ring'
import { lookups } from '../cache/lookups'
import { googleSettings } from '../calendar/settings'
import { OWN_CODES } from '../clerk/error'
import { clerkCodesIn, clerkHeaders } from '../clerk/request'
import { clerkSettings, redis } from '../config'
import { notConfigured } from '../env'
import { problemOf } from '../errors'
import { createScript } from '../lookup/redis/client'
import { RedisError, wordsOf } from '../lookup/redis/failures'
import { settingsProblems } from '../process/settings'
import { cacheStats } from '../telemetry/stats'
import { recentDeliveries } from '../webhooks/delivery-log'
import { webhookSettings } from '../webhooks/settings'
import { plural } from './command'
import { checkClerkKeys } from './doctor-clerk-keys'
import { checkEncryption, storedGoogleToken } from './doctor-stored'
import { type Finding, fail, ok, warn } from './finding'

const TIMEOUT_MS = 5_000
/** A round trip takes a few milliseconds within a region, and about a hundred across an ocean. */
const NEAR_MS = 20
/** Milliseconds. Clerk's session tokens allow a clock to be 5 s off, its webhooks 5 min. */
const SKEW = { warn: 2_000, fail: 5_000 }

function settings(): Finding {
  const problems = settingsProblems()
  return problems.length === 0 ? ok('complete') : fail('not complete', notConfigured(problems).message)
}

/** One request to Clerk: its status, its duration, and the difference of the clocks in milliseconds. */
async function requestClerk(): Promise<
  { status: number; ms: number; skew: number | undefined; isClerk: boolean } | undefined
> {
  const { CLERK_API_URL } = clerkSettings()
  const started = performance.now()
  const response = await fetch(`${CLERK_API_URL}/v1/users?limit=1`, {
    headers: clerkHeaders(),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => undefined)
  if (!response) return undefined
  const body: unknown = await response.json().catch(() => undefined)
  // The header has whole seconds, so the time is on average half a second later.
  const date = Date.parse(response.headers.get('date') ?? '') + 500
  const skew = Number.isFinite(date) ? Date.now() - date : undefined
  const isClerk = response.ok ? Array.isArray(body) : !clerkCodesIn(body).includes(OWN_CODES.notClerk)
  return { status: response.status, ms: Math.round(performance.now() - started), skew, isClerk }
}

async function clerk(): Promise<Finding> {
  const answer = await requestClerk()
  if (!answer) return fail('no answer', 'Check CLERK_API_URL, the network and https://status.clerk.com.')
  const { status, ms, isClerk } = answer
  if (status === 200 && isClerk) return ok(`answers in ${ms} ms`)
  if (isClerk && (status === 401 || status === 403))
    return fail('CLERK_SECRET_KEY is not accepted', 'Copy it again from the Clerk dashboard under API keys.')
  if (status === 429) return warn('limits requests', 'Wait a minute. Find out what sends so many requests.')
  return fail(`answers with ${status}`, 'Check CLERK_API_URL and https://status.clerk.com.')
}

const redisProblem = (error: unknown): Finding => {
  const problem = problemOf(error)
  if (!(error instanceof RedisError) || !problem) throw error
  return fail(problem.title, problem.fix ?? problem.advice)
}

async function redisLatency(): Promise<Finding> {
  try {
    const times: number[] = []
    for (let i = 0; i < 5; i++) {
      const started = performance.now()
      await redis().insist('ping', (client) => client.ping())
      times.push(performance.now() - started)
    }
    const ms = Math.round(times.sort((a, b) => a - b)[2] ?? 0)
    return ms <= NEAR_MS
      ? ok(`answers in ${ms} ms`)
      : warn(
          `answers in ${ms} ms`,
          'Run the app in the region of the database. This machine may only be further away than the app.',
        )
  } catch (error) {
    return redisProblem(error)
  }
}

async function scripts(): Promise<Finding> {
  const problem = await lookups().store.check()
  if (problem === undefined) return ok('allowed')
  if (problem === 'scripts_not_permitted')
    return fail('not allowed', wordsOf('no_scripts', redis().protocol).fix)
  return fail('not checked', `Redis has to answer first (${problem}).`)
}

const readMemory = createScript(`
local info = redis.pcall('INFO', 'memory')
return type(info) == 'string' and info or ''`)

const EVICTION_OFF = {
  rest: 'Turn it off in the Upstash console. Off is the default.',
  tcp: 'Set maxmemory-policy to noeviction.',
}

/** The share of the memory from which on the plan is too small. */
const FULL = 0.8

const numberIn = (info: unknown, name: string) =>
  Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(typeof info === 'string' ? info : '')?.[1] ?? 0)

async function eviction(): Promise<Finding> {
  try {
    const info = await redis().insist('info', (client) => readMemory(client, [], []))
    const policy = typeof info === 'string' && /maxmemory_policy:(\S+)/.exec(info)?.[1]
    const [used, most] = ['used_memory', 'maxmemory'].map((name) => numberIn(info, name))
    if (used && most && used > FULL * most)
      return warn(
        `${Math.round((100 * used) / most)} % of the memory of the plan is used`,
        'Without room, nothing more is cached, and revocations cannot be stored. Choose a larger plan, or shorter TTLs.',
      )
    if (policy === 'noeviction') return ok('off')
    if (policy)
      return warn(
        `${policy}`,
        `Revocation markers and the audit trail may be evicted. ${EVICTION_OFF[redis().protocol]}`,
      )
    return warn(
      'unknown: this database does not report it',
      `Check that eviction is off. ${EVICTION_OFF[redis().protocol]}`,
    )
  } catch (error) {
    return redisProblem(error)
  }
}

/** Reading what is stored fails like every other operation of Redis. */
const orRedisProblem = (check: () => Promise<Finding>) => () => check().catch(redisProblem)

const ENABLE_CALENDAR =
  'Without a token that a user has stored, the doctor cannot see whether the Google Calendar API is enabled. Enable it in the Google Cloud project of the OAuth client that Clerk uses (https://console.cloud.google.com/apis/library/calendar-json.googleapis.com).'

/**
 * One request for the colors of calendars, which are the same for everybody. With a stored token Google says whether the
 * API is enabled. Without one it answers 401 either way.
 */
async function calendar(): Promise<Finding> {
  if (!keySettings().CACHE_ENCRYPTION_KEYS) return ok('not used without CACHE_ENCRYPTION_KEYS')
  const { GOOGLE_API_BASE_URL } = googleSettings()
  const token = await storedGoogleToken().catch(() => undefined)
  const response = await fetch(`${GOOGLE_API_BASE_URL}/calendar/v3/colors`, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(token && { headers: { authorization: `Bearer ${token}` } }),
  }).catch(() => undefined)
  const body: unknown = await response?.json().catch(() => undefined)
  if (!response)
    return warn('no answer', 'Check the network and GOOGLE_API_BASE_URL. Calendars cannot be read.')
  if (response.ok && token && body) return ok('enabled, and accepts a stored token')
  if (/accessNotConfigured|SERVICE_DISABLED/.test(JSON.stringify(body) ?? ''))
    return fail(
      'the Google Calendar API is not enabled',
      'Enable it in the Google Cloud project of the OAuth client that Clerk uses (https://console.cloud.google.com/apis/library/calendar-json.googleapis.com).',
    )
  if (response.status !== 401 && response.status !== 403)
    return warn(
      `answers with ${response.status}`,
      'Check GOOGLE_API_BASE_URL. Calendars may not be readable.',
    )
  return { ...ok('reachable'), fix: ENABLE_CALENDAR }
}

const DAY_MINUTES = 24 * 60

function ago(at: number): string {
  const minutes = Math.max(0, Math.round((Date.now() - at) / 60_000))
  if (minutes < 120) return `${minutes} min ago`
  return minutes < 2 * DAY_MINUTES
    ? `${Math.round(minutes / 60)} h ago`
    : `${Math.round(minutes / DAY_MINUTES)} days ago`
}

/**
 * The secret is not enough: what was delivered and what was refused shows whether it is the endpoint's. Signatures can be
 * forged as well as be those of another secret, so they are never a failure.
 */
async function webhooks(): Promise<Finding> {
  const secrets = webhookSettings().CLERK_WEBHOOK_SIGNING_SECRET
  if (!secrets)
    return warn(
      'no secret',
      'Changes at Clerk are visible only after entries expire. Add the endpoint in the Clerk dashboard and set CLERK_WEBHOOK_SIGNING_SECRET.',
    )
  const [deliveries, { fleet }] = await Promise.all([
    recentDeliveries(),
    cacheStats({ minutes: DAY_MINUTES }),
  ])
  const last = deliveries.find(({ outcome }) => outcome === 'ok' || outcome === 'ignored')
  const refused = ('webhooks' in fleet && fleet.webhooks.bad_signature) || 0
  const delivered = last ? `last delivery ${ago(last.at)}` : 'no delivery yet'
  const result = `${plural(secrets.length, 'secret')}, ${delivered}${refused > 0 ? `, ${refused} refused for their signature in 24 h` : ''}`
  if (refused > 0)
    return warn(
      result,
      'Send an example from the Clerk dashboard (Webhooks, Testing). If it is refused, the secret is not that of the endpoint: copy it from there. If it is accepted, somebody else sent the others.',
    )
  if (!last)
    return warn(
      result,
      'Send an example from the Clerk dashboard (Webhooks, Testing), and run the doctor again.',
    )
  return ok(result)
}

async function clock(): Promise<Finding> {
  const [answer, time] = await Promise.all([
    requestClerk(),
    redis()
      .insist('time', (client) => client.time())
      .catch(() => undefined),
  ])
  const ofRedis = time && Date.now() - (Number(time[0]) * 1000 + Number(time[1]) / 1000)
  const skews = [answer?.skew, ofRedis].filter((skew) => skew !== undefined)
  if (skews.length === 0) return warn('not checked', 'Clerk or Redis has to answer first.')
  const worst = Math.max(...skews.map(Math.abs))
  const result = `${(worst / 1000).toFixed(1)} s from ${answer?.skew === undefined ? 'Redis' : ofRedis === undefined ? 'Clerk' : 'Clerk or Redis'}`
  if (worst < SKEW.warn) return ok(result)
  const fix =
    'Synchronize the clock (NTP). Clerk’s session tokens allow 5 s of difference, its webhooks 5 min.'
  return worst < SKEW.fail ? warn(result, fix) : fail(result, fix)
}

function origins(): Finding {
  const list = originSettings().APP_ORIGINS
  if (list) return ok(list)
  return warn(
    'APP_ORIGINS is not set',
    'Set it to the origins of this app. Without it, session tokens that Clerk has made for other apps of the instance are accepted.',
  )
}

/** The checks, in this order. All others need the settings. */
export const checks: readonly { name: string; check(): Finding | Promise<Finding> }[] = [
  { name: 'settings', check: settings },
  { name: 'Clerk keys', check: checkClerkKeys },
  { name: 'origins', check: origins },
  { name: 'Clerk', check: clerk },
  { name: 'Redis', check: redisLatency },
  { name: 'Redis scripts', check: scripts },
  { name: 'Redis eviction', check: eviction },
  { name: 'encryption', check: orRedisProblem(checkEncryption) },
  { name: 'Google Calendar', check: calendar },
  { name: 'webhooks', check: orRedisProblem(webhooks) },
  { name: 'clock', check: clock },
]
