import { type Codec, json } from './entry'
import { LookupError } from './errors'

interface LoadContext {
  /** Aborts when the lookup's `timeout` has passed. */
  signal: AbortSignal
}

/** What a lookup may be told. Durations are seconds; `A` is its one argument, `T` its value. */
export interface Declaration<A, T> {
  /** Letters, digits and dashes, beginning with a small letter; names the lookup in keys, events and errors. */
  name: string
  /** Part of the Redis key: raise it when the value's shape changes, and deployments do not meet. */
  version: number
  /** What identifies a value; any text. Several parts: `joinKey(a, b)`. */
  key(arg: A): string
  /** What an invalidation may name; computed from the argument alone, at least one. */
  tags(arg: A): readonly string[]
  /** Hard expiry; as a function, of the value (0 hands it to its callers without storing it). */
  ttl: number | ((value: T) => number)
  /** Soft expiry: past it the value is served and refreshed in the background. 0.8 × ttl unless told. */
  refreshAfter?: number
  /** Time beyond ttl in which a value may stand in for a failing loader; 0 unless told. */
  grace?: number
  /** How long `null` is remembered as "not found"; 30 unless told. */
  negativeTtl?: number
  /** How long this process may answer without asking Redis; 0, off, unless told. */
  processTtl?: number
  /** False: not remembered for the request. True unless the lookup has revocationMarkers or an expiry. */
  memo?: boolean
  /** Names that, while set by `revoke`, refuse every answer. */
  revocationMarkers?(arg: A): readonly string[]
  /** When the value itself expires, ms since the epoch; judged by Redis's clock. */
  expiresAt?(value: T): number | null
  /** Seconds before its own expiry at which a value stops being served; 30 unless told. */
  expiryBuffer?: number
  /** Seconds before its own expiry at which background refreshes begin. */
  refreshBefore?: number
  /** Seconds between two background refreshes of one key, when the last one failed or changed nothing; 5. */
  refreshEvery?: number
  codec?: Codec<T>
  /** One value; null or undefined means "not found". Runs outside the request's context. */
  load?(arg: A, context: LoadContext): Promise<T | null | undefined>
  /** Many values, in the order of the arguments; an `Error` in a place fails that one alone. */
  loadMany?(args: A[], context: LoadContext): Promise<(T | null | undefined | Error)[]>
  /** `max`: the most arguments of one `loadMany`; 100 unless told. */
  batch?: { max: number; splitOn?(error: unknown): boolean }
  /**
   * The loader reads other lookups: it takes no place among the loads that may run at a time, which those need, or so
   * many of its kind would wait for one another. False unless told.
   */
  composed?: boolean
  /** Seconds a loader may take; 10 unless told. */
  timeout?: number
  /** Seconds for which one process alone may load a key; timeout + 2 unless told. */
  lease?: number
  /** How a loader's failure is told to callers who wait for it in other processes: short and safe to store. */
  failure?: { encode(error: unknown): string; decode(reason: string): unknown }
}

/** A declaration with its defaults filled in and durations in milliseconds. */
export interface Declared<A, T> extends Pick<Declaration<A, T>, 'name' | 'key' | 'tags'> {
  load: Declaration<A, T>['load'] | undefined
  loadMany: Declaration<A, T>['loadMany'] | undefined
  id: string
  codec: Codec<T>
  memo: boolean
  composed: boolean
  revocationMarkers(arg: A): readonly string[]
  /** Hard and soft TTL of a value before jitter. */
  lifetimes(value: T | null): { hard: number; soft: number; grace: number; expiry: number }
  grace: number
  processTtl: number
  expiryBuffer: number
  refreshBefore: number
  refreshEvery: number
  timeout: number
  lease: number
  batchMax: number
  splitOn(error: unknown): boolean
  failure: NonNullable<Declaration<A, T>['failure']> | undefined
}

/** Checks a declaration; throws `bad_declaration` naming the lookup, the setting and what it should be. */
export function declare<A, T>(declaration: Declaration<A, T>): Declared<A, T> {
  const { name, version, key, tags, load, loadMany, ttl, refreshAfter, revocationMarkers, expiresAt } =
    declaration
  const refuse = (what: string): never => {
    throw new LookupError('bad_declaration', `Lookup "${name}": ${what}`)
  }
  const seconds = (setting: string, value: number) =>
    Number.isFinite(value) && value >= 0
      ? value * 1000
      : refuse(`${setting} must be 0 or more seconds, not ${value}`)

  const grace = seconds('grace', declaration.grace ?? 0)
  const expiryBuffer = seconds('expiryBuffer', declaration.expiryBuffer ?? 30)
  const negative = seconds('negativeTtl', declaration.negativeTtl ?? 30)
  const processTtl = seconds('processTtl', declaration.processTtl ?? 0)
  const refreshBefore = seconds('refreshBefore', declaration.refreshBefore ?? 0)
  const refreshEvery = seconds('refreshEvery', declaration.refreshEvery ?? 5)
  const timeout = seconds('timeout', declaration.timeout ?? 10)
  const lease = seconds('lease', declaration.lease ?? timeout / 1000 + 2)
  const soft = refreshAfter === undefined ? undefined : seconds('refreshAfter', refreshAfter)
  const fixed = typeof ttl === 'number' ? seconds('ttl', ttl) : undefined
  const batchMax = declaration.batch?.max ?? 100

  if (!/^[a-z][A-Za-z0-9-]{0,63}$/.test(name))
    refuse('name must be letters, digits and dashes, such as "user"')
  if (!Number.isInteger(version) || version < 0) refuse(`version must be a whole number, not ${version}`)
  if (fixed === 0) refuse('ttl must be more than 0 seconds')
  if (fixed !== undefined && soft !== undefined && soft > fixed)
    refuse('refreshAfter must not be longer than ttl')
  if (timeout === 0) refuse('timeout must be more than 0 seconds')
  if (lease <= timeout)
    refuse('lease must be longer than timeout, or a second process loads before the first gave up')
  if (!load && !loadMany) refuse('load or loadMany is missing')
  if (declaration.batch && !loadMany) refuse('batch needs loadMany')
  if (!Number.isInteger(batchMax) || batchMax < 1) refuse('batch.max must be a whole number above 0')
  if (processTtl > 0 && (revocationMarkers || expiresAt))
    refuse('processTtl must be 0 with revocationMarkers or expiresAt: tokens stay in Redis')
  if (declaration.memo && revocationMarkers)
    refuse('memo must be off with revocationMarkers: a revocation ends access at once')
  if (grace > 0 && revocationMarkers)
    refuse('grace must be 0 with revocationMarkers: a guarded lookup fails closed')
  if (grace > 0 && expiresAt && grace >= expiryBuffer)
    refuse('grace must be shorter than expiryBuffer, or it outlives the value')
  if (!expiresAt && (declaration.expiryBuffer !== undefined || refreshBefore > 0))
    refuse('expiryBuffer and refreshBefore need expiresAt')
  if (refreshBefore > 0 && refreshBefore <= expiryBuffer)
    refuse('refreshBefore must be longer than expiryBuffer')

  function lifetimes(value: T | null) {
    if (value === null) return { hard: negative, soft: negative, grace: 0, expiry: 0 }
    const given = fixed ?? (typeof ttl === 'function' ? ttl(value) * 1000 : 0)
    const end = expiresAt?.(value) ?? null
    // 0 means none: what ended before 1970 has ended all the same.
    const expiry = end === null ? 0 : Math.max(1, Math.floor(end))
    // What is no time is not stored: an expiry that cannot be read must not mean "none".
    const hard = given > 0 && Number.isFinite(given) && Number.isFinite(expiry) ? given : 0
    return { hard, soft: Math.min(soft ?? 0.8 * hard, hard), grace, expiry: hard > 0 ? expiry : 0 }
  }

  return {
    ...{
      name,
      key,
      tags,
      load,
      loadMany,
      lifetimes,
      grace,
      processTtl,
      expiryBuffer,
      refreshBefore,
      refreshEvery,
    },
    ...{ timeout, lease, batchMax, failure: declaration.failure },
    id: `${name}.${version}`,
    codec: declaration.codec ?? json<T>(),
    memo: declaration.memo ?? !(revocationMarkers || expiresAt),
    composed: declaration.composed ?? false,
    revocationMarkers: (arg) => revocationMarkers?.(arg) ?? [],
    splitOn: declaration.batch?.splitOn ?? blamesInput,
  }
}

/** Whether an upstream blames what it was asked, by HTTP status, so that asking for less may help. */
function blamesInput(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('status' in error)) return false
  return [400, 404, 413, 414, 422].some((status) => status === error.status)
}

/** A `ttl` of 10 % of the time since the value's `updatedAt` (ms since the epoch), within bounds in seconds. */
export function adaptive(bounds: { min: number; max: number; now?: () => number }) {
  const { min, max, now = Date.now } = bounds
  return (value: { updatedAt: number }) => Math.min(max, Math.max(min, (now() - value.updatedAt) / 10_000))
}
