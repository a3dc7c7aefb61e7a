import { LookupError, type LookupErrorCode } from '../errors'
import type { Slot } from '../keys'
import { type ProcessState, processState } from '../process-state'
import { type AcquireReply, type CommitReply, holdMs, type Store } from '../store'
import { createRedisClient, createScript, RedisError, type RedisFailure, type RedisOptions } from './client'
import { acquireScript, commitScript, failScript, replaceIfScript } from './scripts'

export interface RedisStoreOptions
  extends Pick<RedisOptions, 'url' | 'token' | 'timeoutMs' | 'breakAfter' | 'openMs' | 'quotaOpenMs'> {
  /** The process's shared state, where the breaker lives and events go. */
  state?: ProcessState
}

const codes: Partial<Record<RedisFailure, LookupErrorCode>> = {
  quota: 'store_quota',
  no_scripts: 'scripts_not_permitted',
}
const codeOfReason = (reason: RedisFailure): LookupErrorCode => codes[reason] ?? 'store_unavailable'

export interface RedisStore extends Store {
  /** Asks Redis to run an empty script: what is wrong with it, or undefined. For an app's start. */
  check(): Promise<LookupErrorCode | undefined>
}

/** The store over the Upstash REST API: one command and one HTTP request for each operation. */
export function createRedisStore(options: RedisStoreOptions): RedisStore {
  const { state = processState(), ...rest } = options
  const redis = createRedisClient({
    ...rest,
    share: state.share,
    onFailure: (operation, reason) =>
      state.emit({ type: 'store_error', operation, code: codeOfReason(reason) }),
    onBreaker: (open) => state.emit({ type: 'breaker', open }),
  })

  const asLookupError = (error: unknown): never => {
    throw error instanceof RedisError ? new LookupError(codeOfReason(error.reason), error.message) : error
  }

  const run: typeof redis.run = (operation, use) => redis.run(operation, use).catch(asLookupError)
  const insist: typeof redis.insist = (operation, use) => redis.insist(operation, use).catch(asLookupError)

  function listOf(reply: unknown, length: number): unknown[] {
    if (Array.isArray(reply) && reply.length === length) return reply
    throw new TypeError(`Redis answered something else than ${length} replies`)
  }

  function script(operation: string, text: string) {
    const evaluate = createScript(text)
    return (slots: readonly Slot[], rest: readonly (readonly (string | number)[])[]) =>
      run(operation, async (client) => {
        const keys = slots.flatMap((s) => [
          s.entry,
          s.state,
          ...(s.hard ? [s.hard] : []),
          ...s.tagVersions,
          ...s.markers,
        ])
        const args = slots.flatMap((s, i) => [
          s.hard ? 1 : 0,
          s.tagVersions.length,
          s.markers.length,
          ...(rest[i] ?? []),
        ])
        const argv = [slots.length, ...args].map(String)
        return listOf(await evaluate(client, keys, argv), slots.length)
      })
  }

  const acquire = script('acquire', acquireScript)
  const commit = script('commit', commitScript)
  const fail = script('fail', failScript)
  const replaceIf = script('replaceIf', replaceIfScript)

  return {
    check: () =>
      acquire([], []).then(
        () => undefined,
        (error: unknown) => (error instanceof LookupError ? error.code : ('store_unavailable' as const)),
      ),
    healthy: redis.isHealthy,
    read: (keys) =>
      run('read', async (client) =>
        listOf(await client.mget(...keys), keys.length).map((v) => (typeof v === 'string' ? v : null)),
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
      await insist('drop', (client) => client.unlink(...keys))
    },
    replaceIf: async (slot, entry, replacement) =>
      (await replaceIf([slot], [[entry, replacement ?? '']]))[0] === 1,
    guard: async (key, ms) => {
      await insist('guard', (client) => client.set(key, '1', { px: ms }))
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
