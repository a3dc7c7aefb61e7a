import { randomUUID } from 'node:crypto'
import { clerkSettings, namespace, redis } from '../config'
import { defineSettings, variable, wholeNumber } from '../env'
import { createBatch } from '../lookup/batch'
import { onePerProcess } from '../lookup/one-per-process'
import type { Priority } from '../lookup/priority'
import { createScript } from '../lookup/redis/client'
import { ClerkError, OWN_CODES } from './error'

export const limitSettings = defineSettings({
  CLERK_RATE_LIMIT: variable(
    wholeNumber(4).optional(),
    'requests to Clerk that all instances may send in 10 s together (default: 1000 with a live key, 100 with a test key)',
    '1000',
  ),
})

/** The requests that Clerk allows in 10 s, by default those of the instance that the key is for. @throws ConfigurationError */
function clerkRateLimit(): number {
  const isLive = clerkSettings().CLERK_SECRET_KEY.startsWith('sk_live_')
  return limitSettings().CLERK_RATE_LIMIT ?? (isLive ? 1000 : 100)
}

/** Clerk's window, in milliseconds. */
export const WINDOW = 10_000
/** The longest pause of the fleet, in milliseconds, whatever Clerk says. */
export const LONGEST_PAUSE = 60_000
/** A process that Redis has refused does not ask it again for this time, in milliseconds. */
const CLOSED = 1000
/** How many processes count as running while Redis has never said. */
const PROCESSES = 10

/** The priority of a load, or what Clerk's middleware asks for itself: the end of a sign-in, the renewal of a session. */
type Kind = Priority | 'session'

/**
 * Counts requests of the fleet by the seconds of Redis's clock, over the last 10 full seconds and the current one. Half
 * of the limit is kept for `high`. In the other half, a tenth of the limit is kept for `session` once there was one, so that
 * nobody who signs in waits for loads. `low` sends only while less than a quarter of the limit is used.
 * KEYS: the counts, the pause, the processes. ARGV: the limit, this process, and what is wanted for high, session, normal and low.
 * Returns what is granted of each, the total, the milliseconds of a pause and until room is made, and the processes.
 */
const drawScript = createScript(`
local time = redis.call('TIME')
local now, second = time[1] * 1000 + math.floor(time[2] / 1000), tonumber(time[1])
local limit, total, oldest = tonumber(ARGV[1]), 0, second
local used = { h = 0, s = 0, o = 0 }
local counts = redis.call('HGETALL', KEYS[1])
for i = 1, #counts, 2 do
  local at, kind = string.match(counts[i], '^(%d+)(%a)$')
  if math.abs(at - second) > 10 then redis.call('HDEL', KEYS[1], counts[i])
  else
    total = total + counts[i + 1]
    used[kind] = used[kind] + counts[i + 1]
    oldest = math.min(oldest, at)
  end
end
local pause = math.max(0, redis.call('PTTL', KEYS[2]))
local function grant(wanted, room, kind)
  local granted = pause > 0 and 0 or math.max(0, math.min(tonumber(wanted), math.floor(room), limit - total))
  if granted > 0 then redis.call('HINCRBY', KEYS[1], second .. kind, granted) end
  total = total + granted
  used[kind] = used[kind] + granted
  return granted
end
local high = grant(ARGV[3], limit, 'h')
local session = grant(ARGV[4], math.max(math.max(1, limit / 10) - used.s, limit / 2 - used.o - used.s), 's')
local kept = used.s > 0 and math.max(used.s, 1, limit / 10) or 0
local normal = grant(ARGV[5], limit / 2 - used.o - kept, 'o')
local low = grant(ARGV[6], math.min(limit / 4 - total, limit / 2 - used.o - kept), 'o')
redis.call('PEXPIRE', KEYS[1], 12000)
redis.call('ZADD', KEYS[3], now, ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - 60000)
redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -1001)
redis.call('PEXPIRE', KEYS[3], 60000)
return { high, session, normal, low, total, pause, (oldest + 11) * 1000 - now, redis.call('ZCARD', KEYS[3]) }`)

const seconds = (ms: number) => Math.max(1, Math.ceil(ms / 1000))

const overBudget = (kind: Kind, ms: number) => new ClerkError(429, seconds(ms), [OWN_CODES.overBudget, kind])

/** The requests to Clerk that the fleet may send, and its pause. Times are milliseconds of `performance.now()`. */
function createClerkBudget(now: () => number = () => performance.now()) {
  const id = randomUUID()
  /** What this process has sent in the window, oldest first. */
  const sent: { at: number; kind: Kind }[] = []
  /** Until when each kind is refused without asking Redis. */
  const closed: Record<Kind, number> = { high: 0, session: 0, normal: 0, low: 0 }
  let fleet = { at: Number.NEGATIVE_INFINITY, total: 0, processes: PROCESSES }
  let pausedUntil = 0

  function dropOld() {
    const first = sent.findIndex(({ at }) => at > now() - WINDOW)
    sent.splice(0, first < 0 ? sent.length : first)
  }

  /** Without Redis, this process has an equal share of the budget, by the same rules as in the script. */
  function drawAlone(wanted: Record<Kind, number>) {
    dropOld()
    const limit = Math.max(1, Math.floor(clerkRateLimit() / fleet.processes))
    let total = sent.length
    const count = (...kinds: Kind[]) => sent.filter(({ kind }) => kinds.includes(kind)).length
    const used = { session: count('session'), others: count('normal', 'low') }
    const grant = (kind: Kind, room: number, counts?: keyof typeof used) => {
      const granted = Math.max(0, Math.min(wanted[kind], Math.floor(room), limit - total))
      total += granted
      if (counts) used[counts] += granted
      return granted
    }
    const high = grant('high', limit)
    const ofSessions = Math.max(
      Math.max(1, limit / 10) - used.session,
      limit / 2 - used.others - used.session,
    )
    const session = grant('session', ofSessions, 'session')
    const kept = used.session > 0 ? Math.max(used.session, 1, limit / 10) : 0
    const normal = grant('normal', limit / 2 - used.others - kept, 'others')
    const low = grant('low', Math.min(limit / 4 - total, limit / 2 - used.others - kept), 'others')
    return { high, session, normal, low, wait: (sent[0]?.at ?? now()) + WINDOW - now() }
  }

  async function drawOfFleet(wanted: Record<Kind, number>) {
    const keys = ['clerk-budget', 'clerk-paused', 'clerk-processes'].map((key) => `${namespace()}:${key}`)
    const argv = [clerkRateLimit(), id, wanted.high, wanted.session, wanted.normal, wanted.low].map(String)
    const reply = await redis().run('clerk-budget', (client) => drawScript(client, keys, argv))
    const numbers = Array.isArray(reply) ? reply.map(Number) : []
    if (numbers.length !== 8 || numbers.some(Number.isNaN))
      throw new TypeError('Redis answered something else')
    const [high = 0, session = 0, normal = 0, low = 0, total = 0, pause = 0, wait = 0, processes = 1] =
      numbers
    fleet = { at: now(), total, processes: Math.max(1, processes) }
    if (pause > 0) pausedUntil = Math.max(pausedUntil, now() + Math.min(pause, LONGEST_PAUSE))
    return { high, session, normal, low, wait }
  }

  /** One command for all requests of a tick. The answer to each: undefined is no answer, so null lets it pass. */
  const draw = createBatch<Kind, ClerkError | null>({
    async send(kinds) {
      const wanted = { high: 0, session: 0, normal: 0, low: 0 }
      for (const kind of kinds) wanted[kind]++
      const granted = await drawOfFleet(wanted).catch(() => drawAlone(wanted))
      dropOld()
      return kinds.map((kind) => {
        if (granted[kind]-- > 0) {
          sent.push({ at: now(), kind })
          return null
        }
        closed[kind] = now() + Math.min(granted.wait, CLOSED)
        return refusal(kind, granted.wait)
      })
    },
    max: 1000,
  })

  const refusal = (kind: Kind, wait: number) =>
    pausedUntil > now() ? paused(pausedUntil - now()) : overBudget(kind, wait)

  /** The refusal of a request of this kind, while this process knows that there would be one. */
  function refusalWhileClosed(kind: Kind): ClerkError | undefined {
    const wait = Math.max(pausedUntil, closed[kind]) - now()
    return wait > 0 ? refusal(kind, wait) : undefined
  }

  const count = async (kind: Kind) => refusalWhileClosed(kind) ?? (await draw(kind))

  return {
    /** Counts one request. @throws ClerkError `clerk_rate_limited` if the fleet is paused or the budget is used up */
    async admit(priority: Priority): Promise<void> {
      const refused = await count(priority)
      if (refused) throw refused
    },
    /** Counts one request of Clerk's middleware, if it may be sent now. */
    async admitSession(): Promise<boolean> {
      return !(await count('session'))
    },
    /** @throws ClerkError while this process knows that a request of this priority would be refused */
    refuseWhileClosed(priority: Priority) {
      const refused = refusalWhileClosed(priority)
      if (refused) throw refused
    },
    /** @throws ClerkError while this process knows of a pause */
    refuseWhilePaused() {
      if (pausedUntil > now()) throw paused(pausedUntil - now())
    },
    /** No process of the fleet calls Clerk for so many seconds, a minute at most. */
    async pause(howLong: number): Promise<void> {
      const ms = Math.min(howLong * 1000, LONGEST_PAUSE)
      pausedUntil = Math.max(pausedUntil, now() + ms)
      // Without Redis, each process gets its own 429.
      await redis()
        .run('set', (client) => client.set(`${namespace()}:clerk-paused`, '1', { px: ms }))
        .catch(() => undefined)
    },
    /** What is left: of the fleet as of the last request of this process, or without Redis of what this process sent. */
    read() {
      dropOld()
      const limit = clerkRateLimit()
      const pausedMs = Math.max(0, pausedUntil - now())
      const used = Math.max(sent.length, now() - fleet.at < WINDOW ? fleet.total : 0)
      return { limit, left: pausedMs > 0 ? 0 : Math.max(0, limit - used), pausedMs: Math.round(pausedMs) }
    },
  }
}

/** A request is not sent during a pause. */
export const paused = (ms: number) => new ClerkError(429, seconds(ms), [OWN_CODES.paused])

/** Of this process. */
export const clerkBudget = () => onePerProcess('clerk-budget', () => createClerkBudget())
