import { LookupError, type LookupErrorCode } from '../errors'
import { keysBeside, type Slot } from '../slot'
import { type AcquireReply, type CommitReply, holdMs, releasedMs, type Store } from '../store'
import { createRedisClient, createScript, type RedisClient, type RedisClientOptions } from './client'
import { check, isCount, isNumber, isOk, isText, listOf, unreadable } from './replies'
import { acquireScript, commitScript, dropIfScript, failScript } from './scripts'

/** ARGV: the marker, its milliseconds, since when it is, and whether it is late. What is held begins with its time too. */
const markNewest = createScript(`
local held, ms, since = redis.pcall('GET', KEYS[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local before = type(held) == 'string' and tonumber(string.match(held, '^(%d+):') or 0) or -1
local left = redis.call('PTTL', KEYS[1])
if before > since or before == since and left >= ms then return 0 end
if ARGV[4] == '1' then ms = math.max(ms, left) end
redis.call('SET', KEYS[1], ARGV[1], 'PX', string.format('%d', ms))
return 1`)

export interface RedisStore extends Store {
  /** Runs an empty script at the app's start: returns what is wrong with Redis, or undefined. */
  check(): Promise<LookupErrorCode | undefined>
}

/** The store over Redis: one command for each operation, and for `ttl` one for each key. */
export function createRedisStore(options: RedisClientOptions | { client: RedisClient }): RedisStore {
  const { run, insist, isHealthy } = 'client' in options ? options.client : createRedisClient(options)

  function script<R>(operation: string, text: string, parse: (reply: unknown) => R) {
    const evaluate = createScript(text)
    return (
      slots: readonly (Slot & { owner?: string | undefined })[],
      rest: readonly (readonly (string | number)[])[],
    ) =>
      run(operation, async (client) => {
        const keys = slots.flatMap((s) => [
          s.entry,
          s.state,
          ...(s.hard ? [s.hard] : []),
          ...s.tagVersions,
          ...s.markers,
          ...(s.owner ? [s.owner] : []),
        ])
        const args = slots.flatMap((s, i) => [
          s.hard ? 1 : 0,
          s.tagVersions.length,
          s.markers.length,
          s.owner ? 1 : 0,
          ...(rest[i] ?? []),
        ])
        const argv = [slots.length, ...args].map(String)
        return listOf(await evaluate(client, keys, argv), slots.length).map(parse)
      })
  }

  const acquire = script('acquire', acquireScript, toAcquireReply)
  const commit = script('commit', commitScript, toCommitReply)
  const fail = script('fail', failScript, (reply) => check(reply, isText) || null)
  const dropIf = script('dropIf', dropIfScript, (reply) => check(reply, isCount) === 1)

  return {
    check: () =>
      acquire([], []).then(
        () => undefined,
        (error: unknown) => (error instanceof LookupError ? error.code : ('store_unavailable' as const)),
      ),
    healthy: isHealthy,
    read: (keys, { despiteBreaker = false } = {}) =>
      (despiteBreaker ? insist : run)('read', async (client) =>
        listOf(await client.mget(...keys), keys.length).map((value) =>
          value === null ? null : check(value, isText),
        ),
      ),
    acquire: (requests, nonce) =>
      acquire(
        requests.map((r) => r.slot),
        requests.map((r) => [r.flight, r.waiting, r.reject, r.refresh ? 1 : 0, r.lease, nonce]),
      ),
    commit: (requests) =>
      commit(
        requests.map((r) => ({ ...r.slot, owner: r.owner })),
        requests.map((r) => [
          ...[r.flight, r.generation, r.entry, r.hard, r.soft, r.grace],
          ...[r.expiry, r.expiryBuffer, r.refreshBefore, r.refreshEvery, holdMs],
        ]),
      ),
    fail: (requests) =>
      fail(
        requests.map((r) => r.slot),
        requests.map((r) => [r.flight, r.generation, r.code, r.cooldown, releasedMs]),
      ),
    drop: async (keys) => {
      await insist('drop', async (client) => check(await client.unlink(...keys), isCount))
    },
    dropIf: async (slot, entry) => (await dropIf([slot], [[entry]]))[0] === true,
    remove: (owner) =>
      insist('remove', async (client) => {
        const entries: unknown[] = await client.zrange(owner, 0, -1)
        const listed = entries.map((entry) => check(entry, isText))
        if (listed.length === 0) return []
        // In one step: what is stored meanwhile stays listed, or goes too.
        const step = client.multi().zrem(owner, ...listed)
        for (const entry of listed) step.unlink(...keysBeside(entry))
        const [, ...gone] = listOf(await step.exec(), listed.length + 1)
        return listed.filter((_, i) => check(gone[i], isCount) > 0)
      }),
    mark: async (key, ms, id, order) => {
      await insist('mark', async (client) =>
        order
          ? check(
              await markNewest(client, [key], [id, ...[ms, order.since, order.late ? 1 : 0].map(String)]),
              isCount,
            )
          : check(await client.set(key, id, { px: ms }), isOk),
      )
    },
    ttl: (keys) =>
      insist('ttl', async (client) =>
        (await Promise.all(keys.map((key) => client.pttl(key)))).map((ms: unknown) => check(ms, isNumber)),
      ),
  }
}

const outcomes: readonly CommitReply[] = ['stored', 'not_cacheable', 'lost', 'invalidated', 'refused']

const toCommitReply = (reply: unknown): CommitReply =>
  outcomes.find((outcome) => outcome === reply) ?? unreadable()

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
  return unreadable()
}
