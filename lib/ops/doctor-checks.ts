import { Webhook } from 'svix'
import { lookups } from '../cache/lookups'
import { seal, unseal } from '../cache/tokens/seal'
import { tokenSettings } from '../cache/tokens/settings'
import { clerkSettings, redis } from '../config'
import { notConfigured } from '../env'
import { codeOf } from '../lookup/errors'
import { createScript, RedisError } from '../lookup/redis/client'
import { appSettings, settingsProblems } from '../process/settings'
import { webhookSettings } from '../webhooks/settings'

export interface Finding {
  state: 'ok' | 'warn' | 'fail'
  says: string
  /** What to do about it. */
  todo?: string
}

const ok = (says: string): Finding => ({ state: 'ok', says })
const warn = (says: string, todo: string): Finding => ({ state: 'warn', says, todo })
const fail = (says: string, todo: string): Finding => ({ state: 'fail', says, todo })

const CLERK_TIMEOUT_MS = 5_000
/** A round trip within a region takes a few milliseconds; across an ocean a hundred. */
const NEAR_MS = 20
/** Clerk's session tokens bear 5 s, its webhooks 5 min. */
const SKEW = { warn: 2_000, fail: 5_000 }

function settings(): Finding {
  const problems = settingsProblems()
  return problems.length === 0 ? ok('complete') : fail('not complete', notConfigured(problems).message)
}

function keys(): Finding {
  const [published, secret] = [
    appSettings().NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY,
    clerkSettings().CLERK_SECRET_KEY,
  ]
  const kind = (key: string) => key.split('_')[1]
  if (kind(published) !== kind(secret))
    return fail(
      `one key is of a ${kind(published)} instance, the other of a ${kind(secret)} one`,
      'Copy NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY and CLERK_SECRET_KEY from the same instance of the dashboard.',
    )
  if (kind(secret) === 'test')
    return warn('of a development instance', 'It takes 100 requests in 10 s. Production wants live keys.')
  return ok('of one production instance')
}

/** One request to Clerk, and how far its clock is from ours; the clock is looked at by `clock`. */
async function askClerk(): Promise<{ status: number; ms: number; skew: number | undefined } | undefined> {
  const { CLERK_API_URL, CLERK_SECRET_KEY } = clerkSettings()
  const started = performance.now()
  const response = await fetch(`${CLERK_API_URL}/v1/users?limit=1`, {
    headers: { authorization: `Bearer ${CLERK_SECRET_KEY}` },
    signal: AbortSignal.timeout(CLERK_TIMEOUT_MS),
  }).catch(() => undefined)
  if (!response) return undefined
  await response.arrayBuffer().catch(() => undefined)
  // In whole seconds: half of one is as likely as none.
  const date = Date.parse(response.headers.get('date') ?? '') + 500
  const skew = Number.isFinite(date) ? Date.now() - date : undefined
  return { status: response.status, ms: Math.round(performance.now() - started), skew }
}

async function clerk(): Promise<Finding> {
  const answer = await askClerk()
  if (!answer) return fail('no answer', 'Look at CLERK_API_URL, the network and https://status.clerk.com.')
  const { status, ms } = answer
  if (status === 200) return ok(`answers in ${ms} ms`)
  if (status === 401 || status === 403)
    return fail('CLERK_SECRET_KEY is not accepted', 'Copy it again from the dashboard under API keys.')
  if (status === 429) return warn('limits requests now', 'Wait for a minute and look at what asks so often.')
  return fail(`answers with ${status}`, 'Look at CLERK_API_URL and https://status.clerk.com.')
}

const unreachable = (error: unknown): Finding => {
  if (error instanceof RedisError) return fail(error.reason, error.message)
  throw error
}

async function redisNear(): Promise<Finding> {
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
          'Run the app in the region of the database; from here it may only be far away.',
        )
  } catch (error) {
    return unreachable(error)
  }
}

async function scripts(): Promise<Finding> {
  const problem = await lookups().store.check()
  if (problem === undefined) return ok('allowed')
  if (problem === 'scripts_not_permitted')
    return fail('not allowed', 'Nothing is cached. Use the standard token of the Upstash console.')
  return fail(problem, 'Redis has to answer first.')
}

const readMemory = createScript(`
local info = redis.pcall('INFO', 'memory')
return type(info) == 'string' and info or ''`)

async function eviction(): Promise<Finding> {
  try {
    const info = await redis().insist('info', (client) => readMemory(client, [], []))
    const policy = typeof info === 'string' && /maxmemory_policy:(\S+)/.exec(info)?.[1]
    if (policy === 'noeviction') return ok('off')
    if (policy)
      return warn(
        `${policy}`,
        'Guards of revoked sessions and the audit trail may be evicted. Switch eviction off.',
      )
    return warn(
      'this database does not say',
      'See in the Upstash console that eviction is off, as it is at first.',
    )
  } catch (error) {
    return unreachable(error)
  }
}

function encryption(): Finding {
  const ring = tokenSettings().CACHE_ENCRYPTION_KEYS
  if (!ring)
    return warn(
      'no key',
      'No OAuth token is handed out. `npm run ops -- keys new` makes one for CACHE_ENCRYPTION_KEYS.',
    )
  return unseal(seal('doctor', 'doctor'), 'doctor') === 'doctor'
    ? ok(`${ring.length} ${ring.length === 1 ? 'key' : 'keys'}, ${ring[0]?.kid} seals`)
    : fail('what is sealed does not open', 'Look at CACHE_ENCRYPTION_KEYS.')
}

function webhooks(): Finding {
  const secrets = webhookSettings().CLERK_WEBHOOK_SIGNING_SECRET
  if (!secrets)
    return warn(
      'no secret',
      'Changes at Clerk show only when entries expire. Add the endpoint in the dashboard, set CLERK_WEBHOOK_SIGNING_SECRET.',
    )
  try {
    for (const secret of secrets) new Webhook(secret).sign('msg_doctor', new Date(), '{}')
    return ok(`${secrets.length} ${secrets.length === 1 ? 'secret' : 'secrets'}`)
  } catch (error) {
    return fail(
      `a secret cannot sign (${codeOf(error)})`,
      'Copy it again from the endpoint in the dashboard.',
    )
  }
}

async function clock(): Promise<Finding> {
  const [answer, time] = await Promise.all([
    askClerk(),
    redis()
      .insist('time', (client) => client.time())
      .catch(() => undefined),
  ])
  const ofRedis = time && Date.now() - (Number(time[0]) * 1000 + Number(time[1]) / 1000)
  const skews = [answer?.skew, ofRedis].filter((skew) => skew !== undefined)
  if (skews.length === 0) return warn('nobody to compare with', 'Clerk or Redis has to answer first.')
  const worst = Math.max(...skews.map(Math.abs))
  const says = `${(worst / 1000).toFixed(1)} s from ${skews.length === 2 ? 'Clerk or Redis' : 'the one that answers'}`
  if (worst < SKEW.warn) return ok(says)
  const todo = 'Synchronise the clock (NTP): sessions bear 5 s, webhooks 5 min.'
  return worst < SKEW.fail ? warn(says, todo) : fail(says, todo)
}

/** What is looked at, in this order; without settings there is nothing else to look at. */
export const checks: readonly { name: string; look(): Finding | Promise<Finding> }[] = [
  { name: 'settings', look: settings },
  { name: 'Clerk keys', look: keys },
  { name: 'Clerk', look: clerk },
  { name: 'Redis', look: redisNear },
  { name: 'Redis scripts', look: scripts },
  { name: 'Redis eviction', look: eviction },
  { name: 'encryption', look: encryption },
  { name: 'webhooks', look: webhooks },
  { name: 'clock', look: clock },
]
