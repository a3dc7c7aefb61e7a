// For its effect: installs the limits, so that no lookup can ask Clerk without them.
import '../clerk/limits'
import { clerkFailure } from '../clerk/error'
import { isSignedIn } from '../clerk/signed-in'
import { cacheSettings, givenRuntime, namespace, redis } from '../config'
import { insideNext } from '../env'
import { createLookups, type Once } from '../lookup/create-lookups'
import type { Declaration } from '../lookup/declaration'
import type { FreshOptions, Lookup } from '../lookup/lookup'
import { processState } from '../lookup/process-state'
import { createPublish } from '../lookup/redis/announce'
import { createRedisStore } from '../lookup/redis/store'
import { createPlainRuntime } from '../lookup/runtime/plain'
import type { Runtime } from '../lookup/runtime/runtime'
import { lookupCounts } from './counts'

const plain = createPlainRuntime()

/** For scripts: resolves when no background refresh is running. In Next the runtime keeps them alive. */
export const refreshesSettled = (): Promise<void> => plain.settled()

function runtime(): Runtime {
  const given = givenRuntime()
  if (given) return given
  if (!insideNext) return plain
  // Not an import: scripts, tests and workers must load nothing of Next.
  const next: typeof import('../lookup/runtime/next') = require('../lookup/runtime/next')
  return next.createNextRuntime(isSignedIn)
}

function connect() {
  const store = createRedisStore({ client: redis() })
  const { CACHE_PROCESS_MAX: maxEntries, CACHE_BACKPLANE } = cacheSettings()
  // A job or a command that does not listen: others hold what it invalidates, and it holds nothing for longer than a second.
  const announce = (tags: readonly string[]) => createPublish(redis(), namespace())({ from: '', tags })
  if (CACHE_BACKPLANE && !processState().backplane) processState().connect({ epoch: () => 0, announce })
  // From the first read on, whether or not telemetry was started.
  lookupCounts()
  return {
    ...{ store, stats: lookupCounts },
    ...createLookups({ store, runtime: runtime(), namespace: namespace(), processCache: { maxEntries } }),
  }
}

let connected: ReturnType<typeof connect> | undefined

/** This app's lookups over its Redis, made at the first use: nothing is read from the environment at import. */
export function lookups() {
  connected ??= connect()
  return connected
}

/**
 * Declares a lookup of this app. The declaration is a function because it may read the environment; it is checked at
 * the first use. A `ClerkError` of its loader reaches also the callers that wait in other processes. @throws LookupError `bad_declaration`, then
 */
export function defineLookup<A, T>(declaration: () => Declaration<A, T>): Lookup<A, T> {
  let made: Lookup<A, T> | undefined
  const lookup = () => {
    made ??= lookups().defineLookup({ failure: clerkFailure, ...declaration() })
    return made
  }
  return Object.assign((arg: A) => lookup()(arg), {
    many: (args: readonly A[]) => lookup().many(args),
    fresh: (arg: A, options?: FreshOptions) => lookup().fresh(arg, options),
    peek: (arg: A) => lookup().peek(arg),
    warm: (args: readonly A[]) => lookup().warm(args),
    reload: (arg: A, matches?: (value: T) => boolean) => lookup().reload(arg, matches),
    invalidate: (arg: A) => lookup().invalidate(arg),
    invalidateIf: (arg: A, matches: (value: T) => boolean) => lookup().invalidateIf(arg, matches),
    locate: (arg: A, markers?: readonly string[]) => lookup().locate(arg, markers),
  })
}

/** A memo of the request for values put together from several lookups; see `defineMemo` in lookup/create-lookups.ts. */
export function defineMemo<T>(name: string): Once<T> {
  let once: Once<T> | undefined
  return (key, read) => {
    once ??= lookups().defineMemo<T>(name)
    return once(key, read)
  }
}

/** Once it has resolved, no read that begins later gets an older value with one of these tags. */
export const invalidateTags = (tags: readonly string[]): Promise<void> => lookups().invalidateTags(tags)
