import { randomBytes } from 'node:crypto'
import { systemClock } from './clock'
import type { Engine, Shared } from './context'
import { type Declaration, declare } from './declaration'
import { LookupError } from './errors'
import { createInvalidation } from './invalidate'
import { createLimit } from './limit'
import { createLookup, type Lookup } from './lookup'
import { createMemo, oncePerRequest } from './memo'
import { processState } from './process-state'
import { createRequests } from './requests'

export interface LookupsOptions
  extends Pick<Shared, 'store' | 'runtime' | 'namespace'>,
    Partial<Omit<Shared, 'store' | 'runtime' | 'namespace'>> {
  /** Most loader calls at a time in this process (default: 50). */
  concurrency?: number
  /** Most requests to Redis at a time for reads and loads in this process (default: 8). */
  connections?: number
}

/** Returns what `read` returned for the key the first time in this request. */
export type Once<T> = (key: string, read: () => Promise<T>) => Promise<T>

/**
 * The lookups of an app, over one store and in one runtime.
 *
 * ```ts
 * const { defineLookup } = createLookups({ store, runtime, namespace: 'app' })
 * const userById = defineLookup({
 *   name: 'user', version: 1, ttl: 300,
 *   key: (id: string) => id, tags: (id) => [`user:${id}`],
 *   load: (id, { signal }) => fetchUser(id, signal),
 * })
 * await userById('user_1')
 * ```
 * @throws LookupError `bad_declaration` for a namespace that cannot be part of a key
 */
export function createLookups(options: LookupsOptions) {
  const { store, runtime, namespace, clock = systemClock, random = Math.random } = options
  const { state = processState(), newId = () => randomBytes(12).toString('base64url') } = options
  const { concurrency = 50, connections = 8, processCache = {} } = options
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(namespace))
    throw new LookupError('bad_declaration', 'namespace must be 1 to 64 letters, digits, ".", "_" or "-"')

  const shared = { store, runtime, namespace, clock, random, newId, state, processCache }
  const { unconfirmed, forget, ...invalidation } = createInvalidation(shared)
  const engine: Engine = {
    ...{ ...shared, ...invalidation, forget },
    ...createRequests({ ...shared, unconfirmed, connections }),
    limit: state.share(`limit:${namespace}`, () => createLimit(concurrency)),
    running: state.share('running-loaders', () => new Map()),
  }
  const declared = new Set<string>()

  return {
    ...invalidation,
    /**
     * Declares a lookup. A second declaration replaces the first, as hot reload needs it, but not in production.
     * @throws LookupError `bad_declaration` for one that could not work
     */
    defineLookup<A, T>(declaration: Declaration<A, T>): Lookup<A, T> {
      const checked = declare(declaration)
      if (declared.has(checked.id) && process.env.NODE_ENV === 'production')
        throw new LookupError('bad_declaration', `Lookup "${checked.id}" is declared twice`)
      declared.add(checked.id)
      return createLookup(engine, checked)
    },
    /**
     * A request memo for values that are made from several lookups. `name` must be unique; its hits are
     * events of that name. Any invalidation in the same request drops all of its values.
     */
    defineMemo<T>(name: string): Once<T> {
      const memo = state.share(`memo:${namespace}:${name}`, () => createMemo<T>(state))
      const onHit = () => state.emit({ type: 'hit', lookup: name, layer: 'request' })
      return (key, read) => oncePerRequest(runtime, memo, key, read, onHit)
    },
    /** Calls the listener for every event of this process; returns a function that stops it. */
    on: state.on,
    /** False while the breaker of Redis is open. */
    healthy: () => store.healthy(),
  }
}
