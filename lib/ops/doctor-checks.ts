import { keySettings } from '../cache/key-ring'
import { lookups } from '../cache/lookups'
import { seal, unseal } from '../cache/seal'
import { googleSettings } from '../calendar/settings'
import { OWN_CODES } from '../clerk/error'
import { clerkCodesIn, clerkHeaders } from '../clerk/request'
import { clerkSettings, redis } from '../config'
import { notConfigured } from '../env'
import { problemOf } from '../errors'
import { createScript } from '../lookup/redis/client'
import { RedisError, wordsOf } from '../lookup/redis/failures'
import { appSettings, settingsProblems } from '../process/settings'
import { webhookSettings } from '../webhooks/settings'
import { plural } from './command'

export interface Finding {
  state: 'ok' | 'warn' | 'fail'
  result: string
  /** What to do about it. */
  fix?: string
}

const ok = (result: string): Finding => ({ state: 'ok', result })
const warn = (result: string, fix: string): Finding => ({ state: 'warn', result, fix })
const fail = (result: string, fix: string): Finding => ({ state: 'fail', result, fix })

const TIMEOUT_MS = 5_000
/** A round trip takes a few milliseconds within a region, and about a hundred across an ocean. */
const NEAR_MS = 20
/** Milliseconds. Clerk's session tokens allow a clock to be 5 s off, its webhooks 5 min. */
const SKEW = { warn: 2_000, fail: 5_000 }

function settings(): Finding {
  const problems = settingsProblems()
  return problems.length === 0 ? ok('complete') : fail('not complete', notConfigured(problems).message)
}

function keys(): Finding {
  if (clerkSettings().CLERK_SECRET_KEY.startsWith('sk_test_'))
    return warn(
      'from a development instance',
      'Clerk allows it 100 requests in 10 s. Use live keys in production.',
    )
  return ok('both from a production instance')
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
  const isClerk = response.ok || !clerkCodesIn(body).includes(OWN_CODES.notClerk)
  return { status: response.status, ms: Math.round(performance.now() - started), skew, isClerk }
}

async function clerk(): Promise<Finding> {
  const answer = await requestClerk()
  if (!answer) return fail('no answer', 'Check CLERK_API_URL, the network and https://status.clerk.com.')
  const { status, ms, isClerk } = answer
  if (status === 200) return ok(`answers in ${ms} ms`)
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

async function eviction(): Promise<Finding> {
  try {
    const info = await redis().insist('info', (client) => readMemory(client, [], []))
    const policy = typeof info === 'string' && /maxmemory_policy:(\S+)/.exec(info)?.[1]
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

function encryption(): Finding {
  const ring = keySettings().CACHE_ENCRYPTION_KEYS
  if (!ring)
    return warn(
      'no key',
      'OAuth tokens cannot be read. `npm run ops -- keys new` makes a key for CACHE_ENCRYPTION_KEYS.',
    )
  return unseal(seal('doctor', 'doctor'), 'doctor') === 'doctor'
    ? ok(`${plural(ring.length, 'key')}, new values are sealed with ${ring[0]?.kid}`)
    : fail('a sealed value cannot be opened', 'Check CACHE_ENCRYPTION_KEYS.')
}

const ENABLE_CALENDAR =
  'The doctor has no user’s token, so it cannot see whether the Google Calendar API is enabled. Enable it in the Google Cloud project of the OAuth client that Clerk uses (https://console.cloud.google.com/apis/library/calendar-json.googleapis.com).'

/** One request without a token. Google answers 401, whether the API is enabled for the app or not. */
async function calendar(): Promise<Finding> {
  if (!keySettings().CACHE_ENCRYPTION_KEYS) return ok('not used without CACHE_ENCRYPTION_KEYS')
  const { GOOGLE_API_BASE_URL } = googleSettings()
  const response = await fetch(`${GOOGLE_API_BASE_URL}/calendar/v3/users/me/calendarList`, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => undefined)
  await response?.arrayBuffer().catch(() => undefined)
  if (!response)
    return warn('no answer', 'Check the network and GOOGLE_API_BASE_URL. Calendars cannot be read.')
  if (response.status !== 401 && response.status !== 403)
    return warn(
      `answers with ${response.status}`,
      'Check GOOGLE_API_BASE_URL. Calendars may not be readable.',
    )
  return { ...ok('reachable'), fix: ENABLE_CALENDAR }
}

function webhooks(): Finding {
  const secrets = webhookSettings().CLERK_WEBHOOK_SIGNING_SECRET
  if (!secrets)
    return warn(
      'no secret',
      'Changes at Clerk are visible only after entries expire. Add the endpoint in the Clerk dashboard and set CLERK_WEBHOOK_SIGNING_SECRET.',
    )
  return ok(plural(secrets.length, 'secret'))
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
  const list = appSettings().APP_ORIGINS
  if (list) return ok(list)
  return warn(
    'APP_ORIGINS is not set',
    'Set it to the origins of this app. Without it, session tokens that Clerk has made for other apps of the instance are accepted.',
  )
}

/** The checks, in this order. All others need the settings. */
export const checks: readonly { name: string; check(): Finding | Promise<Finding> }[] = [
  { name: 'settings', check: settings },
  { name: 'Clerk keys', check: keys },
  { name: 'origins', check: origins },
  { name: 'Clerk', check: clerk },
  { name: 'Redis', check: redisLatency },
  { name: 'Redis scripts', check: scripts },
  { name: 'Redis eviction', check: eviction },
  { name: 'encryption', check: encryption },
  { name: 'Google Calendar', check: calendar },
  { name: 'webhooks', check: webhooks },
  { name: 'clock', check: clock },
]
