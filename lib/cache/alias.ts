import { LRUCache } from 'lru-cache'
import type { Lookup } from '../lookup/lookup'
import { onePerProcess } from '../lookup/one-per-process'

export interface Alias<A, T> {
  /** Different for each alias of an app. */
  id: string
  key(name: A): string
  /** Resolves a name to an ID. It never holds the value itself. */
  idByName: Lookup<A, string>
  valueById: Lookup<string, T>
  /** Whether the value still has the name, so that a name never returns its previous owner. */
  verify(value: T, name: A): boolean
  hints?: ReturnType<typeof createHints>
}

/**
 * Reads a value by another name: two Redis commands, or one where this process remembers the ID (the *hint*), because
 * both entries are then in the same MGET. If the value does not exist or no longer has the name, the name is resolved
 * again, once.
 */
export function createAlias<A, T>(alias: Alias<A, T>): (name: A) => Promise<T | null> {
  const { id, key, idByName, valueById, verify } = alias
  const hints = alias.hints ?? onePerProcess(`alias-hints:${id}`, createHints)
  return async (name) => {
    const hint = hints.get(key(name))
    const hinted = hint === undefined ? undefined : valueById.fresh(hint)
    // A wrong hint is never awaited: its failure must not be an unhandled rejection.
    hinted?.catch(() => {})
    const found = await idByName.fresh(name)
    const value = found === null ? null : await (found === hint ? hinted : valueById.fresh(found))
    if (found !== null && value && verify(value, name)) {
      hints.set(key(name), found)
      return value
    }
    hints.delete(key(name))
    if (found === null) return null
    const again = await idByName.reload(name, (known) => known === found)
    const owner = again === null ? null : await valueById.fresh(again)
    return owner !== null && verify(owner, name) ? owner : null
  }
}

/** The IDs that names had last, in this process. */
export const createHints = () => new LRUCache<string, string>({ maxSize: 5000, sizeCalculation: () => 1 })
