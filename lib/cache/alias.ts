import { LRUCache } from 'lru-cache'
import { type Declaration, declare } from '../lookup/declaration'
import type { Engine } from '../lookup/engine'
import { createLookup, type Lookup } from '../lookup/lookup'

/** A lookup by another name: it remembers which key the name leads to, never the value itself. */
export interface AliasDeclaration<A, T>
  extends Pick<
    Declaration<A, string>,
    'name' | 'version' | 'key' | 'tags' | 'ttl' | 'refreshAfter' | 'negativeTtl' | 'timeout' | 'lease'
  > {
  /** The lookup that the name leads into. */
  to: Lookup<string, T>
  /** The argument for `to`, or null when nobody has this name. */
  resolve: NonNullable<Declaration<A, string>['load']>
  /** Whether the value still goes by this name: what keeps a name from returning its previous owner. */
  verify(value: T, arg: A): boolean
}

/**
 * Two commands a read, one where this process remembers where the name led last: both entries are then
 * asked for in the same MGET. A name whose value no longer verifies is resolved again, once.
 */
export function createAlias<A, T>(engine: Engine, declaration: AliasDeclaration<A, T>): Lookup<A, T> {
  const { to, resolve, verify, ...rest } = declaration
  const names = createLookup(engine, declare<A, string>({ ...rest, load: resolve, memo: false }))
  const hints = engine.state.share(
    `hints:${engine.namespace}:${rest.name}.${rest.version}`,
    () => new LRUCache<string, string>({ maxSize: 5000, sizeCalculation: () => 1 }),
  )

  async function fresh(arg: A, options?: Parameters<typeof to.fresh>[1]): Promise<T | null> {
    const key = declaration.key(arg)
    const hint = hints.get(key)
    const early = hint === undefined ? undefined : to.fresh(hint, options)
    early?.catch(() => {})
    const named = await names.fresh(arg)
    const value =
      named.value === null ? null : await (named.value === hint ? early : to.fresh(named.value, options))
    if (named.value !== null && value && verify(value, arg)) {
      hints.set(key, named.value)
      return value
    }
    hints.delete(key)
    if (named.value === null) return null
    // It leads to somebody who has given the name up: whoever has it now is not cached under it.
    const again = await names.obtain(arg, named.entry)
    const owner = again.value === null ? null : await to.fresh(again.value, options)
    return owner !== null && verify(owner, arg) ? owner : null
  }

  const lookup = (arg: A) => fresh(arg)

  return Object.assign(lookup, {
    many: (args: readonly A[]) => Promise.all(args.map(lookup)),
    fresh,
    async peek(arg: A) {
      const name = await names.callable.peek(arg)
      const value = typeof name === 'string' ? await to.peek(name) : name
      return value && !verify(value, arg) ? undefined : value
    },
    async warm(args: readonly A[]) {
      const done = await Promise.allSettled(args.map(lookup))
      const warmed = done.filter((result) => result.status === 'fulfilled').length
      return { warmed, failed: done.length - warmed }
    },
    async reload(arg: A, matches?: (value: T) => boolean) {
      const name = await names.callable.reload(arg)
      return name === null ? null : to.reload(name, matches)
    },
    invalidate: names.callable.invalidate,
    async invalidateIf(arg: A, matches: (value: T) => boolean) {
      const name = await names.callable.peek(arg)
      return typeof name === 'string' ? to.invalidateIf(name, matches) : false
    },
  })
}
