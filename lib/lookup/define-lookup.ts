import { env } from '../env'
import { KitError } from '../errors'
import { outside } from '../outside'
import { redis } from '../redis'
import { countsOf } from './process-state'

export type LookupOptions<A, V> = {
  /** Names the lookup in keys and counters. */
  name: string
  /** Raise it when the shape of V changes: old entries are then never read again. */
  version: number
  key: (arg: A) => string
  /** Seconds a value lives in Redis; a function may look at the value. 0 means: hand it out, do not store it. */
  ttl: number | ((value: V) => number)
  /** How a value stands in Redis; JSON unless told. `fullKey` is the key it is bound to. */
  codec?: { encode(value: V, fullKey: string): string; decode(text: string, fullKey: string): V }
  load: (arg: A) => Promise<V>
  /** Loads many at once, in the order asked. */
  loadMany?: (args: A[]) => Promise<V[]>
}

export type Lookup<A, V> = {
  (arg: A): Promise<V>
  many(args: A[]): Promise<V[]>
  /** @throws InvalidationError when Redis did not confirm it; repeating is safe. */
  invalidate(...args: A[]): Promise<void>
}

/** Redis did not confirm an invalidation: the old value may still be read. Repeating is safe. */
export class InvalidationError extends KitError {
  constructor(name: string) {
    super(
      'invalidation_unconfirmed',
      `${name}: Redis did not confirm the invalidation. Repeat it; that is safe.`,
    )
  }
}

const json = <V>() => ({
  encode: (value: V) => JSON.stringify(value),
  decode: (text: string): V => JSON.parse(text),
})

/** Declares a lookup: read Redis, else load and store. Redis out of reach never fails a read. */
export function defineLookup<A, V>(options: LookupOptions<A, V>): Lookup<A, V> {
  const { name, version, key, ttl, load } = options
  const { encode, decode } = options.codec ?? json<V>()
  const fullKey = (arg: A) => `${env().CACHE_NAMESPACE}:${name}:${version}:${key(arg)}`
  const loadMany = async (args: A[]) =>
    options.loadMany && args.length > 1 ? options.loadMany(args) : Promise.all(args.map(load))

  function open(text: string | null | undefined, at: string): { value: V } | undefined {
    if (typeof text !== 'string') return undefined
    try {
      return { value: decode(text, at) }
    } catch {
      return undefined
    }
  }

  async function many(args: A[]): Promise<V[]> {
    if (args.length === 0) return []
    const counts = countsOf(name)
    const keys = args.map(fullKey)
    const texts = await redis((r) => r.mget<(string | null)[]>(keys)).catch(() => {
      counts.errors++
      return undefined
    })
    const found = keys.map((at, i) => open(texts?.[i], at))
    const missing = args.filter((_, i) => !found[i])
    counts.hits += args.length - missing.length
    counts.misses += missing.length
    if (missing.length > 0) counts.loads++
    const loaded = missing.length === 0 ? [] : await outside(loadMany, missing)
    const values: V[] = []
    const stores: Promise<unknown>[] = []
    for (const [i, at] of keys.entries()) {
      const hit = found[i]
      const value = hit ? hit.value : loaded.shift()
      if (value === undefined)
        throw new TypeError(`${name}: loadMany returned fewer values than it was asked for`)
      values.push(value)
      if (hit || !texts) continue
      const ex = typeof ttl === 'function' ? ttl(value) : ttl
      if (ex > 0) stores.push(redis((r) => r.set(at, encode(value, at), { ex: Math.ceil(ex) })))
    }
    await Promise.all(stores).catch(() => counts.errors++)
    return values
  }

  async function one(arg: A): Promise<V> {
    const [value] = await many([arg])
    if (value === undefined)
      throw new TypeError(`${name}: load returned undefined; return null for "not found"`)
    return value
  }

  async function invalidate(...args: A[]): Promise<void> {
    if (args.length === 0) return
    countsOf(name).invalidations += args.length
    await redis((r) => r.unlink(...args.map(fullKey))).catch(() => {
      throw new InvalidationError(name)
    })
  }

  return Object.assign(one, { many, invalidate })
}
