import { LRUCache } from 'lru-cache'
import { createBypasses } from './bypass'
import type { Clock } from './clock'
import type { Declared } from './declaration'
import { heapBytes, readEntry } from './entry'
import { LookupError } from './errors'
import type { createInvalidation } from './invalidate'
import type { Limit } from './limit'
import { createLoader } from './load'
import { createMemo } from './memo'
import type { RunningCalls } from './nested'
import { createProcessCache, type ProcessCache, type ProcessCacheOptions } from './process-cache'
import type { ProcessState, Stamp } from './process-state'
import type { createRequests } from './requests'
import type { Runtime } from './runtime/runtime'
import { locate, type Target } from './slot'
import type { Store } from './store'

/** What an app gives to its lookups. */
export interface Shared {
  store: Store
  runtime: Runtime
  /** First part of every key: two apps on one database need two. 1 to 64 letters, digits, ".", "_" or "-". */
  namespace: string
  clock: Clock
  /** 0 ≤ n < 1, for jitter. */
  random(): number
  /** Ids that never repeat in the fleet. */
  newId(): string
  /** The process's shared state; tests simulate several processes with several. */
  state: ProcessState
  processCache: ProcessCacheOptions
}

/** What all lookups of an app share. */
export interface Engine
  extends Shared,
    ReturnType<typeof createRequests>,
    Omit<ReturnType<typeof createInvalidation>, 'unconfirmed'> {
  /** Bounds loader calls. */
  limit: Limit
  running: RunningCalls
}

/** A value, and the text it was decoded from: a caller that cannot use the value rejects the text. */
export interface Outcome<T> {
  value: T | null
  entry: string
  /** Of a value in grace: why there is no newer one. */
  failure?: { error: unknown }
}

/** What the steps of the reads of one lookup share. */
type Context<A, T> = ReturnType<typeof createContext<A, T>>

/** One value, as the steps of a read see it. */
export interface Read<A, T> extends Target<A> {
  lookup: Context<A, T>
}

export function createContext<A, T>(engine: Engine, declared: Declared<A, T>) {
  const { state, clock, namespace } = engine
  const { name, id, codec } = declared

  // Once per process: the copies of this module that Next loads share their loads and values here.
  const local = state.share(`lookup:${namespace}:${id}`, () => ({
    memo: createMemo<T | null>(state),
    processCache: undefined as ProcessCache<T | null> | undefined,
    /** Loads under a lease of this process, by flight and generation. */
    flights: new Map<string, Promise<Outcome<T>>>(),
    /** Waits for loads of other processes, by flight and generation. */
    waits: new Map<string, Promise<Outcome<T>>>(),
    bypasses: createBypasses<T>(clock, state),
    /** When each key's last background refresh was scheduled. */
    refreshing: new LRUCache<string, number>({ maxSize: 5000, sizeCalculation: () => 1 }),
    unsent: new Map<string, Promise<Outcome<T>>>(),
  }))
  if (declared.processTtl > 0)
    local.processCache ??= createProcessCache(name, state, clock, engine.processCache)

  const emit = (type: 'miss' | 'stale' | 'grace' | 'coalesced' | 'waiting' | 'corrupt' | 'refused') =>
    state.emit({ type, lookup: name })

  const context = {
    ...{ engine, declared, local, emit },
    loader: createLoader(engine, declared),

    /** @throws what the declaration's functions throw */
    locate: (arg: A, markers?: readonly string[]): Read<A, T> =>
      Object.assign(locate(declared, namespace, arg, markers), { lookup: context }),

    /** Begins a step, or joins an equal one whose request has not been sent. */
    join(key: string, begin: (onSent: () => void) => Promise<Outcome<T>>): Promise<Outcome<T>> {
      const joined = local.unsent.get(key)
      if (joined) {
        emit('coalesced')
        return joined
      }
      const begun = begin(() => local.unsent.delete(key))
      local.unsent.set(key, begun)
      return begun
    },

    emitHit(layer: 'request' | 'process' | 'redis', negative = false) {
      state.emit(
        negative ? { type: 'hit', lookup: name, layer, negative } : { type: 'hit', lookup: name, layer },
      )
    },

    /** Decodes an entry; undefined, and an event, for one that cannot be used. */
    open({ slot }: Target<A>, entry: string): Outcome<T> | undefined {
      try {
        const found = readEntry(entry, slot.entry, codec)
        if (found) return { value: found.value, entry }
      } catch {
        // Its codec cannot read it.
      }
      emit('corrupt')
      return undefined
    },

    /** Keeps a value in the process cache, if there is one and its tags were not invalidated since it was sent for. */
    fill({ arg, tags }: Target<A>, sent: Stamp, { value }: Outcome<T>) {
      const { key, processTtl } = declared
      local.processCache?.fill(sent, key(arg), value, tags, processTtl, heapBytes(value))
    },

    refuse(): never {
      emit('refused')
      throw new LookupError('revoked', `Lookup "${name}": access was revoked`)
    },

    revocationUnknown: () =>
      new LookupError(
        'revocation_unknown',
        `Lookup "${name}": Redis could not say whether access was revoked`,
      ),
  }
  return context
}

/** Whether a read must be refused while a revocation marker is set. */
export const isRevocable = ({ slot }: Target<unknown>) => slot.markers.length > 0
