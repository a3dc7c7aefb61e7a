import { LookupError, type LookupErrorCode } from '../errors'
import type { Slot } from '../slot'
import { type AcquireReply, type CommitReply, holdMs, releasedMs, type Store } from '../store'
import { createRedisClient, createScript, type RedisClient, type RedisClientOptions } from './client'
import { acquireScript, commitScript, dropIfScript, failScript } from './scripts'

export interface RedisStore extends Store {
  /** Runs an empty script at the app's start: returns what is wrong with Redis, or undefined. */
  check(): Promise<LookupErrorCode | undefined>
}

/** The store over the Upstash REST API: one command for each operation, and for `ttl` one for each key. */
export function createRedisStore(options: RedisClientOptions | { client: RedisClient }): RedisStore {
  const { run, insist, isHealthy } = 'client' in options ? options.client : createRedisClient(options)

  function listOf(reply: unknown, length: number): unknown[] {
    if (Array.isArray(reply) && reply.length === length) return reply
    throw new TypeError(`Redis did not answer with ${length} replies`)
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
  const dropIf = script('dropIf', dropIfScript)

  return {
    check: () =>
      acquire([], []).then(
        () => undefined,
        (error: unknown) => (error instanceof LookupError ? error.code : ('store_unavailable' as const)),
      ),
    healthy: isHealthy,
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
            ...[r.expiry, r.expiryBuffer, r.refreshBefore, r.refreshEvery, holdMs],
          ]),
        )
      ).map(toCommitReply),
    fail: async (requests) =>
      (
        await fail(
          requests.map((r) => r.slot),
          requests.map((r) => [r.flight, r.generation, r.code, r.cooldown, releasedMs]),
        )
      ).map((entry) => (typeof entry === 'string' && entry !== '' ? entry : null)),
    drop: async (keys) => {
      await insist('drop', (client) => client.unlink(...keys))
    },
    dropIf: async (slot, entry) => (await dropIf([slot], [[entry]]))[0] === 1,
    mark: async (key, ms) => {
      await insist('mark', (client) => client.set(key, '1', { px: ms }))
    },
    ttl: (keys) => insist('ttl', (client) => Promise.all(keys.map((key) => client.pttl(key)))),
  }
}

const outcomes: readonly CommitReply[] = ['stored', 'not_cacheable', 'lost', 'invalidated', 'refused']

function toCommitReply(reply: unknown): CommitReply {
  const outcome = outcomes.find((o) => o === reply)
  if (outcome === undefined)
    throw new LookupError('store_unavailable', 'Redis answered commit with an unknown outcome')
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
  throw new LookupError('store_unavailable', 'Redis answered acquire with an unknown reply')
}
