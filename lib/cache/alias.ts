import { LRUCache } from 'lru-cache'
import type { Lookup } from '../lookup/lookup'
import { onePerProcess } from '../lookup/one-per-process'

/**
 * Reads a value by another name. `names` resolves a name to the argument of `to` and never holds the value itself;
 * `verify` checks that the value still has the name, so that a name never returns its previous owner.
 *
 * Two Redis commands, or one where this process remembers where the name led last: both entries are then in the same
 * MGET. A name whose value no longer has it is resolved again, once.
 */
export function createAlias<A, T>({
  id,
  key,
  names,
  to,
  verify,
  hints = onePerProcess(`alias-hints:${id}`, createHints),
}: {
  /** Different for each alias of an app. */
  id: string
  key(arg: A): string
  names: Lookup<A, string>
  to: Lookup<string, T>
  verify(value: T, arg: A): boolean
  hints?: ReturnType<typeof createHints>
}): (arg: A) => Promise<T | null> {
  return async (arg) => {
    const hint = hints.get(key(arg))
    const early = hint === undefined ? undefined : to.fresh(hint)
    early?.catch(() => {})
    const target = await names.fresh(arg)
    const value = target === null ? null : await (target === hint ? early : to.fresh(target))
    if (target !== null && value && verify(value, arg)) {
      hints.set(key(arg), target)
      return value
    }
    hints.delete(key(arg))
    if (target === null) return null
    // The value has given the name up: its present owner is not cached under it.
    const again = await names.reload(arg, (known) => known === target)
    const owner = again === null ? null : await to.fresh(again)
    return owner !== null && verify(owner, arg) ? owner : null
  }
}

/** Where names led last, in this process. */
export const createHints = () => new LRUCache<string, string>({ maxSize: 5000, sizeCalculation: () => 1 })
