import { createContext, type Engine, isRevocable, type Read } from './context'
import type { Declared } from './declaration'
import { isOutage, LookupError } from './errors'
import { oncePerRequest } from './memo'
import { handleMiss, orAgain } from './miss'
import { readInLoader } from './nested'
import { withPriority } from './priority'
import { peekRedis, readThrough } from './read'

export interface FreshOptions {
  revocationMarkers?: readonly string[]
  /** Default: true, but false with revocation markers. */
  grace?: boolean
}

/**
 * A declared lookup: call it with its argument. Reads that load reject with the loader's own error, or with a `LookupError`
 * such as `load_timeout`.
 */
export interface Lookup<A, T> {
  /** The value, frozen; null when there is none. Within one render, the same promise for the same argument. */
  (arg: A): Promise<T | null>
  /** The values in the order of the arguments: one read, one load. */
  many(args: readonly A[]): Promise<(T | null)[]>
  /**
   * Like a call, without the request memo and the process cache; refused while one of the revocation markers is set,
   * which the same MGET reads. With markers, or with `grace: false`, a value in grace is not returned: for code that
   * decides rights. @throws LookupError `revoked`, `revocation_unknown`
   */
  fresh(arg: A, options?: FreshOptions): Promise<T | null>
  /** What Redis holds; undefined when it holds nothing usable or is not responding. Never loads. */
  peek(arg: A): Promise<T | null | undefined>
  /** Loads what is not cached yet; returns how many are cached now, and how many could not be loaded. */
  warm(args: readonly A[]): Promise<{ warmed: number; failed: number }>
  /**
   * Reloads the value, or with `matches` only if the cached value matches (otherwise returns the cached one). The old
   * value stays readable until the new one is stored. Callers that ask at the same time share one load. What this request
   * and the processes hold of it is dropped.
   */
  reload(arg: A, matches?: (value: T) => boolean): Promise<T | null>
  /** Once it has resolved, no read that begins later gets an older value. @throws LookupError `invalidation_unconfirmed` */
  invalidate(arg: A): Promise<void>
  /**
   * Drops the cached value if it matches and has not been replaced meanwhile, also from the process caches; returns
   * whether it did. @throws LookupError when Redis did not confirm it
   */
  invalidateIf(arg: A, matches: (value: T) => boolean): Promise<boolean>
  /** Where a value is cached, for `inspect`. */
  locate(arg: A, revocationMarkers?: readonly string[]): Read<A, T>
}

export function createLookup<A, T>(engine: Engine, declared: Declared<A, T>): Lookup<A, T> {
  const { store, runtime } = engine
  const context = createContext(engine, declared)
  const { local, locate, emitHit, revocationUnknown } = context
  const onHit = () => emitHit('request')

  /** The request memo, then the process cache, then Redis. */
  function lookup(arg: A): Promise<T | null> {
    try {
      if (!declared.memo) return enter(arg).then(() => readCaches(arg))
      const tags = () => declared.tags(arg)
      return oncePerRequest(runtime, local.memo, declared.key(arg), () => readCaches(arg), onHit, tags)
    } catch (error) {
      // The declaration's functions cannot handle this argument.
      return Promise.reject(error)
    }
  }

  function readCaches(arg: A): Promise<T | null> {
    const held = local.processCache?.get(declared.key(arg))
    if (held === undefined) return readThrough(locate(arg)).then(toValue)
    emitHit('process', held.negative)
    return held.promise
  }

  /** Waits until the answer may depend on the request. Keeps what can be revoked out of cached output. */
  async function enter(arg: A, markers: readonly string[] = []): Promise<void> {
    const scope = await runtime.enter?.(declared.tags(arg))
    if (scope?.cached && markers.length + declared.revocationMarkers(arg).length > 0)
      throw new LookupError(
        'inside_use_cache',
        `Lookup "${declared.name}" has revocation markers: call it outside "use cache"`,
      )
  }

  async function fresh(arg: A, { revocationMarkers, grace = true }: FreshOptions = {}): Promise<T | null> {
    const read = locate(arg, revocationMarkers)
    await enter(arg, revocationMarkers)
    const { value, failure } = await readThrough(read)
    if (failure && (!grace || isRevocable(read))) throw failure.error
    return value
  }

  async function peek(arg: A) {
    await enter(arg)
    return peekRedis(locate(arg))
  }

  /** Treats a failure of Redis as "nothing is cached"; with revocation markers the read is refused instead. */
  const orNothing = (error: unknown, read?: Read<A, T>) => {
    if (!isOutage(error)) throw error
    if (read && isRevocable(read)) throw revocationUnknown()
    return undefined
  }

  return Object.assign(lookup, {
    many: (args: readonly A[]) => Promise.all(args.map(lookup)),
    fresh,
    peek: (arg: A) => peek(arg).then((outcome) => outcome?.value, orNothing),
    async warm(args: readonly A[]) {
      const done = await Promise.allSettled(args.map((arg) => withPriority('low', () => fresh(arg))))
      const warmed = done.filter((result) => result.status === 'fulfilled').length
      return { warmed, failed: done.length - warmed }
    },
    async reload(arg: A, matches?: (value: T) => boolean) {
      const read = locate(arg)
      readInLoader(declared.name, read.slot.entry)
      const cached = await peek(arg).catch((error: unknown) => orNothing(error, read))
      if (cached && matches && !(cached.value !== null && matches(cached.value))) return cached.value
      const reloaded = orAgain(read, () => handleMiss(read, cached?.entry ?? ''))
      if (!declared.memo && declared.processTtl === 0) return toValue(await reloaded)
      // Other processes that could not be informed keep the old value for their processTtl.
      return toValue(await engine.forget(read.tags, () => reloaded).catch(() => reloaded))
    },
    invalidate: async (arg: A) => engine.invalidateTags(declared.tags(arg)),
    async invalidateIf(arg: A, matches: (value: T) => boolean) {
      const outcome = await peek(arg)
      if (!outcome || outcome.value === null || !matches(outcome.value)) return false
      const { slot, tags } = locate(arg)
      return engine.forget(tags, () => store.dropIf(slot, outcome.entry))
    },
    locate,
  })
}

const toValue = <T>({ value }: { value: T | null }) => value
