import { createHash } from 'node:crypto'
import { Redis } from '@upstash/redis'
import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
} from 'cockatiel'
import { LookupError, type LookupErrorCode } from './errors'
import type { Slot } from './keys'
import { type ProcessState, processState } from './process-state'
import { acquireScript, commitScript, dropIfScript, failScript } from './scripts'
import { type AcquireReply, type CommitReply, holdMs, type Store } from './store'

export interface RedisStoreOptions {
  /** Upstash REST endpoint and token. */
  url: string
  token: string
  /** Deadline of every operation in milliseconds; 250 unless told. */
  timeoutMs?: number
  /** Failures in a row that open the breaker; 5 unless told. */
  breakAfter?: number
  /** How long the breaker stays open at first; doubles up to ten times as much. 1000 ms unless told. */
  openMs?: number
  /** How long it stays open after a quota error. 60 000 ms unless told. */
  quotaOpenMs?: number
  /** The process's shared state, where the breaker lives and events go. */
  state?: ProcessState
}

/**
 * What an error of the client means. Its message holds the whole command, values included, and so does its
 * cause: neither is kept. (@upstash/redis 1.39, `HttpClient.request`)
 */
function classify(error: unknown): LookupErrorCode | 'noscript' {
  const text = error instanceof Error ? (error.message.split(', command was:', 1)[0] ?? '') : ''
  if (/NOSCRIPT/.test(text)) return 'noscript'
  if (/NOPERM/.test(text)) return 'scripts_not_permitted'
  if (/max (daily )?requests? limit exceeded|capacity quota exceeded/i.test(text)) return 'store_quota'
  return 'store_unavailable'
}

const explain: Partial<Record<LookupErrorCode, string>> = {
  store_quota: 'the plan’s quota is used up: raise it in the Upstash console',
  scripts_not_permitted: 'the token may not run EVAL and EVALSHA: use one that may, or values are not cached',
  store_unavailable:
    'it refused, timed out or did not answer with Redis replies: check the URL, token and status',
}

export interface RedisStore extends Store {
  /** Asks Redis to run an empty script: what is wrong with it, or undefined. For an app's start. */
  check(): Promise<LookupErrorCode | undefined>
}

/** The store over the Upstash REST API: one command and one HTTP request for each operation. */
export function createRedisStore(options: RedisStoreOptions): RedisStore {
  const {
    url,
    token,
    timeoutMs = 250,
    breakAfter = 5,
    openMs = 1000,
    quotaOpenMs = 60_000,
    state = processState(),
  } = options
  const redis = new Redis({
    url,
    token,
    automaticDeserialization: false,
    enableAutoPipelining: true,
    retry: { retries: 0 },
    // A function: a static signal that has aborted makes this client answer null as success.
    signal: () => AbortSignal.timeout(timeoutMs),
  })

  const breaker = state.share(`breaker:${url}`, () => {
    const outage = (error: Error) => error instanceof LookupError && error.code !== 'scripts_not_permitted'
    const policy = circuitBreaker(handleWhen(outage), {
      breaker: new ConsecutiveBreaker(breakAfter),
      halfOpenAfter: new DelegateBackoff(({ attempt, result }) =>
        'error' in result && result.error instanceof LookupError && result.error.code === 'store_quota'
          ? quotaOpenMs
          : openMs * Math.min(2 ** (attempt - 1), 10),
      ),
    })
    policy.onStateChange((circuit) => {
      if (circuit !== CircuitState.HalfOpen)
        state.emit({ type: 'breaker', open: circuit === CircuitState.Open })
    })
    return policy
  })

  /** Runs one operation; whatever goes wrong becomes a LookupError that holds nothing of the command. */
  async function run<T>(operation: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const kind = error instanceof LookupError ? error.code : classify(error)
      const code = kind === 'noscript' ? 'store_unavailable' : kind
      state.emit({ type: 'store_error', operation, code })
      throw new LookupError(code, `Redis ${operation} failed: ${explain[code] ?? 'no answer'}`)
    }
  }

  async function guardedRun<T>(operation: string, work: () => Promise<T>): Promise<T> {
    try {
      return await breaker.execute(() => run(operation, work))
    } catch (error) {
      if (error instanceof BrokenCircuitError)
        throw new LookupError('store_unavailable', `Redis ${operation} was not tried: the breaker is open`)
      throw error
    }
  }

  function listOf(reply: unknown, length: number): unknown[] {
    if (Array.isArray(reply) && reply.length === length) return reply
    throw new LookupError('store_unavailable', `Redis answered something else than ${length} replies`)
  }

  function script(operation: string, text: string) {
    const sha = createHash('sha1').update(text).digest('hex')
    return (slots: readonly Slot[], rest: readonly (readonly (string | number)[])[]) =>
      guardedRun(operation, async () => {
        const keys = slots.flatMap((s) => [
          s.entry,
          s.state,
          ...(s.hard ? [s.hard] : []),
          ...s.fences,
          ...s.guards,
        ])
        const args = slots.flatMap((s, i) => [
          s.hard ? 1 : 0,
          s.fences.length,
          s.guards.length,
          ...(rest[i] ?? []),
        ])
        const argv = [slots.length, ...args].map(String)
        const reply: unknown = await redis.evalsha(sha, keys, argv).catch((error: unknown) => {
          if (classify(error) !== 'noscript') throw error
          return redis.eval(text, keys, argv)
        })
        return listOf(reply, slots.length)
      })
  }

  const acquire = script('acquire', acquireScript)
  const commit = script('commit', commitScript)
  const fail = script('fail', failScript)
  const dropIf = script('dropIf', dropIfScript)

  return {
    check: () =>
      acquire([], []).then(
        () => undefined,
        (error: unknown) => (error instanceof LookupError ? error.code : 'store_unavailable'),
      ),
    healthy: () => breaker.state === CircuitState.Closed,
    read: (keys) =>
      guardedRun('read', async () =>
        listOf(await redis.mget(...keys), keys.length).map((v) => (typeof v === 'string' ? v : null)),
      ),
    acquire: async (requests, nonce) =>
      (
        await acquire(
          requests.map((r) => r.slot),
          requests.map((r) => [r.flight, r.waiting, r.reject, r.refresh ? 1 : 0, r.lease, nonce]),
        )
      ).map(toAcquireReply),
    commit: async (requests) =>
      (
        await commit(
          requests.map((r) => r.slot),
          requests.map((r) => [
            ...[r.flight, r.generation, r.entry, r.hard, r.soft, r.grace],
            ...[r.expiry, r.margin, r.refreshBefore, r.refreshEvery, holdMs],
          ]),
        )
      ).map(toCommitReply),
    fail: async (requests) =>
      (
        await fail(
          requests.map((r) => r.slot),
          requests.map((r) => [r.flight, r.generation, r.code, r.cooldown]),
        )
      ).map((entry) => (typeof entry === 'string' && entry !== '' ? entry : null)),
    drop: async (keys) => {
      await run('drop', () => redis.unlink(...keys))
    },
    dropIf: async (slot, entry) => (await dropIf([slot], [[entry]]))[0] === 1,
    guard: async (key, ms) => {
      await run('guard', () => redis.set(key, '1', { px: ms }))
    },
  }
}

const outcomes: readonly CommitReply[] = ['stored', 'unstored', 'lost', 'condemned', 'refused']

function toCommitReply(reply: unknown): CommitReply {
  const outcome = outcomes.find((o) => o === reply)
  if (outcome === undefined)
    throw new LookupError('store_unavailable', 'Redis answered no known commit outcome')
  return outcome
}

function toAcquireReply(reply: unknown): AcquireReply {
  const [kind, first, second]: unknown[] = Array.isArray(reply) ? reply : []
  if (kind === 'refused') return { kind }
  if (typeof first === 'string') {
    if (kind === 'hit') return { kind, entry: first }
    if (kind === 'wait' && typeof second === 'string') return { kind, flight: first, generation: second }
    if (kind === 'load') return { kind, generation: first, foreign: second === 1 }
    if (kind === 'fail')
      return { kind, code: first, entry: typeof second === 'string' && second ? second : null }
  }
  throw new LookupError('store_unavailable', 'Redis answered no known acquire reply')
}
