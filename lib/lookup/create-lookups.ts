import { type AliasDeclaration, createAlias } from '../cache/alias'
import { type Declaration, declare } from './declaration'
import { createEngine, type EngineOptions } from './engine'
import { LookupError } from './errors'
import { createLookup, type Lookup } from './lookup'

/**
 * The lookups of an app, over one store and in one host.
 *
 * ```ts
 * const { defineLookup } = createLookups({ store, host, namespace: 'app' })
 * const userById = defineLookup({
 *   name: 'user', version: 1, ttl: 300,
 *   key: (id: string) => id, tags: (id) => [`user:${id}`],
 *   load: (id, { signal }) => fetchUser(id, signal),
 * })
 * await userById('user_1')
 * ```
 */
export function createLookups(options: EngineOptions) {
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(options.namespace))
    throw new LookupError('bad_declaration', 'namespace must be 1 to 64 letters, digits, ".", "_" or "-"')
  const engine = createEngine(options)
  const names = new Set<string>()

  function claim(id: string) {
    if (names.has(id)) throw new LookupError('bad_declaration', `Lookup "${id}" is declared twice`)
    names.add(id)
  }

  return {
    /** Declares a lookup; throws `bad_declaration` for one that could not work. */
    defineLookup<A, T>(declaration: Declaration<A, T>): Lookup<A, T> {
      const declared = declare(declaration)
      claim(declared.id)
      return createLookup(engine, declared).callable
    },
    /** Declares a lookup by another name for the same value. */
    defineAlias<A, T>(declaration: AliasDeclaration<A, T>): Lookup<A, T> {
      claim(`${declaration.name}.${declaration.version}`)
      return createAlias(engine, declaration)
    },
    /** Makes every entry with one of these tags invalid, everywhere; throws `invalidation_unconfirmed`. */
    invalidateTags: (tags: readonly string[]) => engine.invalidate(tags),
    /** Sets a guard for some seconds, and drops tags with it; throws `invalidation_unconfirmed`. */
    revoke: engine.revoke,
    /** Hears every event of this process; returns what ends it. */
    on: engine.state.on,
    /** Tells an event of another origin, such as an upstream attempt. */
    emit: engine.state.emit,
    healthy: () => engine.store.healthy(),
  }
}
