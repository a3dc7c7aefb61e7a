import type { Codec } from './entry'
import { LookupError } from './errors'
import { json } from './json'
import type { Priority } from './priority'

/** `signal` aborts after the lookup's `timeout`. */
type LoadContext = { signal: AbortSignal }

/** The settings of a lookup. Durations are seconds; `A` is its one argument, `T` its value. */
export interface Declaration<A, T> {
  /** Letters, digits and dashes, beginning with a small letter; names the lookup in keys, events and errors. */
  name: string
  /** Part of the Redis key: raise it when the value's shape changes, so that two deployments never read each other's. */
  version: number
  /** Identifies a value; any text. Several parts: `joinKey(a, b)`. */
  key(arg: A): string
  /** The names by which it can be invalidated: at least one, computed from the argument alone. */
  tags(arg: A): readonly string[]
  /** Hard expiry. It may be a function of the value (0 returns the value to its callers without storing it). */
  ttl: number | ((value: T) => number)
  /** Soft expiry: past it the value is served and refreshed in the background (default: 0.8 × ttl). */
  refreshAfter?: number
  /** Time beyond ttl in which a value may be served when the loader fails (default: 0). */
  grace?: number
  /** How long `null` is remembered as "not found" (default: 30). */
  negativeTtl?: number
  /** How long this process may answer without asking Redis (default: 0, off). */
  processTtl?: number
  /** Whether the request memo keeps it (default: true, but false with revocation markers or an expiry). */
  memo?: boolean
  /** The names of revocation markers: while `revoke` has set one of them, reads are refused. */
  revocationMarkers?(arg: A): readonly string[]
  /** Whose personal data the value is: `remove` deletes what is stored for an owner. Default: nobody's. */
  owner?(arg: A, value: T | null): string | undefined
  /** When the value itself expires, in milliseconds since the epoch; compared with Redis's clock. */
  expiresAt?(value: T): number | null
  /** Seconds before its own expiry at which a value is no longer served (default: 30). */
  expiryBuffer?: number
  /** Seconds before its own expiry at which background refreshes begin. */
  refreshBefore?: number
  /** Seconds between two background refreshes of one key, when the last one failed or changed nothing (default: 5). */
  refreshEvery?: number
  /** Default: JSON, which refuses what it cannot carry: a Date, a Map, NaN, a class with methods. */
  codec?: Codec<T>
  /** Called on the miss of a read, not of `reload` or a refresh. Throws if the loader would refuse a caller of this priority: then nothing is stored for it. */
  mayLoad?(priority: Priority): void
  /** Loads one value; null or undefined means "not found". Runs outside the request's context; may call lookups. */
  load?(arg: A, context: LoadContext): Promise<T | null | undefined>
  /** Loads many values, one for each argument in its order; an `Error` in the list fails only that argument. */
  loadMany?(args: A[], context: LoadContext): Promise<(T | null | undefined | Error)[]>
  /** `max`: most arguments of one `loadMany` (default: 100). */
  batch?: { max: number }
  /** Seconds a loader may take (default: 10). */
  timeout?: number
  /** Seconds for which one process alone may load a key (default: timeout + 2). */
  lease?: number
  /** Describes a loader's failure to callers that wait in other processes: short, safe to store. Default: its code. */
  failure?: { encode(error: unknown): string | undefined; decode(reason: string): unknown }
}

/** A declaration with its defaults filled in and durations in milliseconds. */
export type Declared<A, T> = ReturnType<typeof declare<A, T>>

/** @throws LookupError `bad_declaration` that names the lookup, the setting and what it should be */
export function declare<A, T>(declaration: Declaration<A, T>) {
  const { name, version, key, tags, load, loadMany, ttl, revocationMarkers, expiresAt, batch } = declaration
  const refuse = (what: string): never => {
    throw new LookupError('bad_declaration', `Lookup "${name}": ${what}`)
  }
  function seconds(setting: keyof typeof declaration, byDefault: number) {
    const value = declaration[setting] ?? byDefault
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value * 1000
    return refuse(`${setting} must be 0 or more seconds, not ${value}`)
  }

  const grace = seconds('grace', 0)
  const expiryBuffer = seconds('expiryBuffer', 30)
  const negative = seconds('negativeTtl', 30)
  const processTtl = seconds('processTtl', 0)
  const refreshBefore = seconds('refreshBefore', 0)
  const refreshEvery = seconds('refreshEvery', 5)
  const timeout = seconds('timeout', 10)
  const lease = seconds('lease', timeout / 1000 + 2)
  const soft = declaration.refreshAfter === undefined ? undefined : seconds('refreshAfter', 0)
  const fixed = typeof ttl === 'number' ? seconds('ttl', 0) : undefined
  const batchMax = batch?.max ?? 100

  const mistakes: [boolean, string][] = [
    [!/^[a-z][A-Za-z0-9-]{0,63}$/.test(name), 'name must be letters, digits and dashes, such as "user"'],
    [!Number.isInteger(version) || version < 0, `version must be a whole number, not ${version}`],
    [fixed === 0, 'ttl must be more than 0 seconds'],
    [(soft ?? 0) > (fixed ?? Number.POSITIVE_INFINITY), 'refreshAfter must not be longer than ttl'],
    [timeout === 0, 'timeout must be more than 0 seconds'],
    [lease <= timeout, 'lease must be longer than timeout, or a second process loads meanwhile'],
    [!load && !loadMany, 'load or loadMany is missing'],
    [Boolean(batch) && !loadMany, 'batch needs loadMany'],
    [!Number.isInteger(batchMax) || batchMax < 1, 'batch.max must be a whole number above 0'],
    [
      processTtl > 0 && Boolean(revocationMarkers || expiresAt),
      'processTtl must be 0 with revocationMarkers or expiresAt: tokens stay in Redis',
    ],
    [
      Boolean(declaration.memo && revocationMarkers),
      'memo must be off with revocationMarkers: a revocation ends access at once',
    ],
    [grace > 0 && Boolean(revocationMarkers), 'grace must be 0 with revocationMarkers: they fail closed'],
    [
      grace > 0 && Boolean(declaration.mayLoad),
      'grace must be 0 with mayLoad, which serves nothing in its place',
    ],
    [
      Boolean(expiresAt) && grace > 0 && grace >= expiryBuffer,
      'grace must be shorter than expiryBuffer, or it outlives the value',
    ],
    [
      !expiresAt && (declaration.expiryBuffer !== undefined || refreshBefore > 0),
      'expiryBuffer and refreshBefore need expiresAt',
    ],
    [refreshBefore > 0 && refreshBefore <= expiryBuffer, 'refreshBefore must be longer than expiryBuffer'],
  ]
  for (const [made, what] of mistakes) if (made) refuse(what)

  /** Hard and soft TTL of a value before jitter. */
  function lifetimes(value: T | null) {
    if (value === null) return { hard: negative, soft: negative, grace: 0, expiry: 0 }
    const given = fixed ?? (typeof ttl === 'function' ? ttl(value) * 1000 : 0)
    const end = expiresAt?.(value) ?? null
    // 0 means "no expiry", so a time before 1970 becomes 1.
    const expiry = end === null ? 0 : Math.max(1, Math.floor(end))
    // With a NaN or infinite expiry the value is not stored, rather than stored without expiry.
    const hard = given > 0 && Number.isFinite(given) && Number.isFinite(expiry) ? given : 0
    return { hard, soft: Math.min(soft ?? 0.8 * hard, hard), grace, expiry: hard > 0 ? expiry : 0 }
  }

  return {
    ...{ name, key, tags, load, loadMany, lifetimes, grace, processTtl, refreshBefore, refreshEvery },
    ...{ expiryBuffer, timeout, lease, batchMax },
    ...{ failure: declaration.failure, owner: declaration.owner, mayLoad: declaration.mayLoad },
    id: `${name}.${version}`,
    codec: declaration.codec ?? json<T>(),
    memo: declaration.memo ?? !(revocationMarkers || expiresAt),
    revocationMarkers: (arg: A): readonly string[] => revocationMarkers?.(arg) ?? [],
  }
}

/** A `ttl` of 10 % of the time since the value's `updatedAt` (ms since the epoch), within bounds in seconds. */
export function adaptive({ min, max, now = Date.now }: { min: number; max: number; now?: () => number }) {
  return (value: { updatedAt: number }) => Math.min(max, Math.max(min, (now() - value.updatedAt) / 10_000))
}
