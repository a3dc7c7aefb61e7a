import { cacheSettings, redisAddress } from '../config'
import { insideNext } from '../env'
import { createLookups } from '../lookup/create-lookups'
import type { Declaration } from '../lookup/declaration'
import type { Lookup } from '../lookup/lookup'
import { createBackplane } from '../lookup/redis/backplane'
import { createRedisStore } from '../lookup/redis/store'
import { createPlainRuntime } from '../lookup/runtime/plain'
import { onShutdown } from '../process/shutdown-hooks'
import type { AliasDeclaration } from './alias'
import { lookupCounts } from './counts'

/** Scripts, tests and workers load nothing of Next. */
const plain = insideNext ? undefined : createPlainRuntime()
const host = plain ?? (await import('../lookup/runtime/next')).createNextRuntime()

/** For scripts: resolves when no refresh is on its way in the background. In Next the host sees to that. */
export const refreshesSettled = async (): Promise<void> => plain?.settled()

function connect() {
  const { url, token, timeoutMs } = redisAddress()
  const { CACHE_NAMESPACE: namespace } = cacheSettings()
  const store = createRedisStore({ url, token, timeoutMs })
  if (cacheSettings().CACHE_BACKPLANE)
    onShutdown('backplane', createBackplane({ url, token, namespace }).close)
  const processCache = { maxEntries: cacheSettings().CACHE_PROCESS_MAX }
  // From the first read on, whether or not telemetry was started.
  lookupCounts()
  return { store, stats: lookupCounts, ...createLookups({ store, host, namespace, processCache }) }
}

let connected: ReturnType<typeof connect> | undefined

/** The lookups of this app over its Redis, made at the first use: the environment is not read at import. */
export function lookups() {
  connected ??= connect()
  return connected
}

function lazily<A, T>(create: () => Lookup<A, T>): Lookup<A, T> {
  let made: Lookup<A, T> | undefined
  const lookup = () => {
    made ??= create()
    return made
  }
  return Object.assign((arg: A) => lookup()(arg), {
    many: (args: readonly A[]) => lookup().many(args),
    fresh: (arg: A, options?: { revocationMarkers?: readonly string[] }) => lookup().fresh(arg, options),
    peek: (arg: A) => lookup().peek(arg),
    warm: (args: readonly A[]) => lookup().warm(args),
    reload: (arg: A, matches?: (value: T) => boolean) => lookup().reload(arg, matches),
    invalidate: (arg: A) => lookup().invalidate(arg),
    invalidateIf: (arg: A, matches: (value: T) => boolean) => lookup().invalidateIf(arg, matches),
  })
}

/**
 * Declares a lookup of this app. The declaration is a function because it may read the environment; it is checked at
 * the first use. @throws LookupError `bad_declaration`, then
 */
export const defineLookup = <A, T>(declaration: () => Declaration<A, T>): Lookup<A, T> =>
  lazily(() => lookups().defineLookup(declaration()))

/** Declares another name for a lookup's value, such as a username for a user. */
export const defineAlias = <A, T>(declaration: () => AliasDeclaration<A, T>): Lookup<A, T> =>
  lazily(() => lookups().defineAlias(declaration()))

/** After it has resolved, no read that begins later gets a value that carries one of these tags and is older. */
export const invalidateTags = (tags: readonly string[]): Promise<void> => lookups().invalidateTags(tags)
