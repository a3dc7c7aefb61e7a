import { type Clock, systemClock } from '../clock'
import { belongsTo } from '../entry'
import { keysBeside, type Slot } from '../slot'
import { type AcquireReply, type CommitReply, holdMs, releasedMs, type Store } from '../store'

type Cell = { text: string; until: number }

/**
 * A store in this process's memory, for tests of your own lookups: no server, and with a clock of its own no waiting.
 * It behaves like the Redis store (the same contract tests run on both). `cells` is open so that a test can evict or
 * corrupt an entry.
 *
 * ```ts
 * const clock = createVirtualClock()
 * const lookups = createLookups({ store: createMemoryStore(clock), runtime: createPlainRuntime(), namespace: 'test', clock })
 * ```
 */
export function createMemoryStore(time: Clock = systemClock): Store & { cells: Map<string, Cell> } {
  // Redis has a date, by which it judges the expiry that a value has of its own.
  const clock = time === systemClock ? { now: Date.now } : time
  const cells = new Map<string, Cell>()
  const owned = new Map<string, Set<string>>()
  let stamps = 0

  function get(key: string): string | null {
    const cell = cells.get(key)
    if (cell !== undefined && cell.until > clock.now()) return cell.text
    cells.delete(key)
    return null
  }
  const set = (key: string, text: string, ms: number) => cells.set(key, { text, until: clock.now() + ms })
  const present = (key: string) => get(key) !== null
  const own = (owner: string | undefined, entry: string) =>
    owner && owned.set(owner, new Set(owned.get(owner)).add(entry))
  const revoked = (slot: Slot) => slot.markers.some(present)

  /** Whether the state is a lease of this flight, in any generation. */
  const leased = (state: string | null, flight: string) => state?.startsWith(`L:${flight}|`) === true
  /** Lengthens what would expire within `least` ms. */
  function keep(keys: readonly string[], least: number, ms: number) {
    for (const cell of keys.flatMap((key) => cells.get(key) ?? []))
      if (cell.until - clock.now() < least) cell.until = clock.now() + ms
  }

  function generation(slot: Slot): string | null {
    const tagVersions = slot.tagVersions.map(get)
    return tagVersions.includes(null) ? null : tagVersions.join(',')
  }

  return {
    cells,
    healthy: () => true,
    read: async (keys) => keys.map(get),

    acquire: async (requests, nonce) => {
      const stamp = ++stamps
      return requests.map(({ slot, flight, waiting, reject, refresh, lease }): AcquireReply => {
        for (const key of slot.tagVersions) if (!present(key)) set(key, `${nonce}.${stamp}`, lease + 60_000)
        const gen = generation(slot) ?? ''
        const entry = get(slot.entry)
        const state = get(slot.state)
        const live = entry !== null && belongsTo(gen, entry) && entry !== reject
        const [, kind, who, rest] = state?.match(/^([A-Z]):([^|]*)\|([\s\S]*)$/) ?? []
        const awaited = waiting !== '' && waiting !== `!${who}`
        if (revoked(slot)) return { kind: 'refused' }
        if (live && (slot.hard === undefined || present(slot.hard)) && !(refresh && state === null))
          return { kind: 'hit', entry }
        if (kind === 'L' && rest === gen && who !== undefined && who !== flight)
          return { kind: 'wait', flight: who, generation: gen }
        if (kind === 'R' && who === flight) return { kind: 'refused' }
        if (kind === 'U' && rest !== undefined && belongsTo(gen, rest))
          return awaited ? { kind: 'hit', entry: rest } : { kind: 'wait', flight: `!${who}`, generation: gen }
        if (kind === 'F' && awaited && rest !== undefined)
          return { kind: 'fail', code: rest, entry: live && slot.hard !== undefined ? entry : null }
        set(slot.state, `L:${flight}|${gen}`, lease)
        keep(slot.tagVersions, lease, lease + 60_000)
        return { kind: 'load', generation: gen, foreign: false }
      })
    },

    commit: async (requests) =>
      requests.map((request): CommitReply => {
        const { slot, flight, entry, grace, expiry } = request
        let { hard, soft } = request
        const state = get(slot.state)
        const mine = state === `L:${flight}|${request.generation}`
        const left = expiry - clock.now()
        if (expiry > 0) {
          hard = Math.min(hard, expiry - request.expiryBuffer - clock.now())
          if (request.refreshBefore > 0)
            soft = Math.max(Math.min(soft, left - request.refreshBefore), request.refreshEvery)
        }
        if (revoked(slot)) {
          if (leased(state, flight)) cells.delete(slot.state)
          return 'refused'
        }
        if (!mine) {
          if (leased(state, flight)) cells.delete(slot.state)
          return 'lost'
        }
        if (generation(slot) !== request.generation) {
          cells.delete(slot.state)
          return 'invalidated'
        }
        if (hard < 1) {
          set(slot.state, `U:${flight}|${entry}`, left > 0 ? Math.min(holdMs, left) : holdMs)
          own(request.owner, slot.entry)
          return 'not_cacheable'
        }
        set(slot.entry, entry, hard + grace)
        own(request.owner, slot.entry)
        set(slot.state, 'K', Math.max(Math.min(soft, hard), 1))
        if (slot.hard !== undefined) set(slot.hard, '1', hard)
        keep(slot.tagVersions, hard + grace, hard + grace)
        return 'stored'
      }),

    fail: async (requests) =>
      requests.map(({ slot, flight, generation: gen, code, cooldown }) => {
        const state = get(slot.state)
        if (code === '') {
          if (state === null || leased(state, flight)) set(slot.state, `R:${flight}|`, releasedMs)
        } else if (state === `L:${flight}|${gen}`) set(slot.state, `F:${flight}|${code}`, cooldown)
        else if (leased(state, flight)) cells.delete(slot.state)
        const entry = slot.hard === undefined || revoked(slot) ? null : get(slot.entry)
        const current = generation(slot)
        return entry !== null && current !== null && belongsTo(current, entry) ? entry : null
      }),

    drop: async (keys) => {
      for (const key of keys) cells.delete(key)
    },
    dropIf: async (slot, entry) => {
      if (get(slot.entry) !== entry) return false
      for (const key of [slot.entry, slot.state]) cells.delete(key)
      return true
    },
    remove: async (owner) => {
      const gone = [...(owned.get(owner) ?? [])].filter((entry) => keysBeside(entry).some(present))
      for (const key of gone.flatMap(keysBeside)) cells.delete(key)
      owned.delete(owner)
      return gone
    },
    mark: async (key, ms, id, { since, late } = { since: Number.POSITIVE_INFINITY }) => {
      const held = get(key)
      const before = held === null ? -1 : Number(/^(\d+):/.exec(held)?.[1] ?? 0)
      const left = (cells.get(key)?.until ?? 0) - clock.now()
      if (before < since || (before === since && left < ms)) set(key, id, late ? Math.max(ms, left) : ms)
    },
    ttl: async (keys) => keys.map((key) => (present(key) ? (cells.get(key)?.until ?? 0) - clock.now() : -2)),
  }
}
