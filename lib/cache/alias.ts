import { createHash } from 'node:crypto'
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

/** How often a name and its value are loaded again before they count as contradicting each other. */
const ROUNDS = 3

/**
 * Reads a value by another name: two Redis commands, or one where this process remembers the ID (the *hint*), because
 * both entries are then in the same MGET. If the value does not exist or does not have the name, one of the two entries
 * is old: the name is resolved again, and if it still leads to the same ID, the value is loaded again.
 */
export function createAlias<A, T>(alias: Alias<A, T>): (name: A) => Promise<T | null> {
  const { key, idByName, valueById, verify } = alias
  const hints = alias.hints ?? onePerProcess(`alias-hints:${alias.id}`, createHints)
  const contradictions = createContradictions()

  return async (name) => {
    const place = key(name)
    const hasName = (value: T | null) => value !== null && verify(value, name)
    const hint = hints.get(place)
    const hinted = hint === undefined ? undefined : valueById.fresh(hint)
    // A wrong hint is never awaited: its failure must not be an unhandled rejection.
    hinted?.catch(() => {})
    let id = await idByName.fresh(name)
    const first = id === hint ? hinted : undefined
    let value: T | null = id === null ? null : await (first ?? valueById.fresh(id))

    for (let round = 0; id !== null && !hasName(value); round++) {
      hints.delete(place)
      // A hash: the value may be a person's data, which this process must not keep.
      const contradiction = createHash('sha256')
        .update(JSON.stringify([id, value]))
        .digest('base64url')
      if (contradictions.get(place) === contradiction) return null
      if (round === ROUNDS) {
        contradictions.set(place, contradiction)
        return null
      }
      const known = id
      id = await idByName.reload(name, (old) => old === known)
      if (id === null) break
      if (id !== known) value = await valueById.fresh(id)
      else
        value = await (value === null ? valueById.reload(id) : valueById.reload(id, (old) => !hasName(old)))
    }
    if (id === null || !value) {
      hints.delete(place)
      return null
    }
    hints.set(place, id)
    return value
  }
}

/** The IDs that names had last, in this process. */
export const createHints = () => new LRUCache<string, string>({ maxSize: 5000, sizeCalculation: () => 1 })

/** By name, what its ID led to last: a value without the name, although both were loaded again. Ends after 10 s. */
const createContradictions = () =>
  new LRUCache<string, string>({ maxSize: 500, sizeCalculation: () => 1, ttl: 10_000 })
