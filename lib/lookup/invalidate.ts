import { sleep } from './clock'
import type { Shared } from './context'
import { LookupError } from './errors'
import { lookupOf, markerKey, ownerKey, tagVersionKey } from './slot'
import { createUnconfirmed, LATE_MARKER_MS, type Marker, type Unfinished } from './unconfirmed'

type Revoke = { seconds: number; tags?: readonly string[]; since?: number }

/** So many in each that no request is larger than 4 MB: about 6000 tags such as `user:<id>`. */
function chunksOf(tags: readonly string[]): string[][] {
  const chunks: string[][] = []
  let bytes = 0
  for (const tag of tags) {
    // Other processes receive tags as JSON in JSON, which makes at most 7 bytes of a character.
    const size = 400 + 7 * tag.length
    if (chunks.length === 0 || bytes + size > 4_000_000) {
      chunks.push([])
      bytes = 0
    }
    bytes += size
    chunks.at(-1)?.push(tag)
  }
  return chunks
}

const shortList = (tags: readonly string[]) =>
  `[${tags
    .slice(0, 3)
    .map((tag) => tag.slice(0, 100))
    .join(', ')}${tags.length > 3 ? ` and ${tags.length - 3} more` : ''}]`

/** Invalidation: deletes the tag versions in Redis, informs the other processes, and drops what this process holds. */
export function createInvalidation({ store, runtime, state, clock, namespace, random, newId }: Shared) {
  /** Tries three times. The outcome of a failure is unknown, and repeating is safe. */
  async function confirm(what: string, work: () => Promise<unknown>, attempts = 3) {
    for (let attempt = 0; ; attempt++) {
      try {
        await work()
        return
      } catch {
        if (attempt === attempts - 1)
          throw new LookupError('invalidation_unconfirmed', `Redis did not confirm that ${what}: repeat it`)
        await sleep(clock, 50 * 3 ** attempt * (1 + random()))
      }
    }
  }

  const announce = (tags: readonly string[], attempts?: number) =>
    confirm('other processes were informed', async () => state.backplane?.announce(tags), attempts)

  /** This process first, even if the runtime fails; then the memo of the current request. */
  async function dropHere(tags: readonly string[]) {
    state.drop(tags)
    state.drop(tags, await runtime.invalidated(tags).catch(() => undefined))
  }

  async function mark(key: string, { ms, since }: Marker, late: boolean) {
    const most = late ? Math.min(ms, LATE_MARKER_MS) : ms
    if (since !== undefined) return store.mark(key, most, `${since}:${newId()}`, { since, late })
    if (late && (await store.read([key], { despiteBreaker: true }))[0] !== null) return
    await store.mark(key, most, newId())
  }

  /**
   * Tries each marker and each chunk of tags: a Redis that is full refuses to set a marker, and deletes. Returns the
   * keys that Redis did not confirm, each with its failure.
   */
  async function send(list: readonly Unfinished[], late = false): Promise<ReadonlyMap<string, unknown>> {
    const failed = new Map<string, unknown>()
    const attempts = late ? 1 : 3
    async function part(keys: readonly string[], work: () => Promise<unknown>) {
      await work().catch((error: unknown) => {
        for (const key of keys) failed.set(key, error)
      })
    }
    const setMarkers = list.map(
      ({ key, marker }) =>
        marker && part([key], () => confirm('a marker is set', () => mark(key, marker, late), attempts)),
    )
    const tags = list.flatMap(({ tag }) => tag ?? [])
    for (const chunk of chunksOf(tags)) {
      const keys = chunk.map((tag) => tagVersionKey(namespace, tag))
      // What comes after a failure is repeated soon anyway: a dead Redis costs each chunk one deadline.
      const times = failed.size > 0 ? 1 : attempts
      await part(keys, async () => {
        await confirm(`${shortList(tags)} is invalid`, () => store.drop(keys), times)
        // After the tag versions: a process that receives this must find them deleted.
        await announce(chunk, times)
      })
    }
    await Promise.all(setMarkers)
    return failed
  }

  const unconfirmed = state.share(`unconfirmed:${namespace}`, () =>
    createUnconfirmed(state, clock, (list) => send(list, true)),
  )

  async function invalidate(tags: readonly string[], ...markers: Unfinished[]) {
    const all = [...tags.map((tag) => ({ key: tagVersionKey(namespace, tag), tag })), ...markers]
    const failed = await send(all)
    if (failed.size > 0) unconfirmed.add(all.filter(({ key }) => failed.has(key)))
    await dropHere(tags)
    state.emit({ type: 'invalidate', tags, confirmed: failed.size === 0 })
    for (const failure of failed.values()) throw failure
  }

  return {
    unconfirmed,
    /** Drops or replaces one entry in Redis, and then what this process and the others hold with its tags. */
    forget: <R>(tags: readonly string[], work: () => Promise<R>): Promise<R> =>
      work()
        .then((done) => announce(tags).then(() => done))
        .finally(() => dropHere(tags)),
    /** Makes every entry with one of these tags invalid, everywhere. @throws LookupError `invalidation_unconfirmed` */
    invalidateTags: (tags: readonly string[]) => invalidate(tags),
    /**
     * Deletes what is stored for an owner, in every lookup that names one. Invalidate the tags of it first: then a load
     * that began before stores nothing either. Returns the names of the lookups, one for each entry. @throws LookupError
     */
    async remove(owner: string): Promise<string[]> {
      const removed = new Set<string>()
      await confirm('everything of an owner was removed', async () => {
        for (const entry of await store.remove(ownerKey(namespace, owner))) removed.add(entry)
      })
      return [...removed].map(lookupOf)
    },
    /**
     * Refuses every read with this revocation marker for some seconds; invalidates tags in the same step. `since`: a
     * whole number; a revocation with a larger one stays as it is. @throws LookupError `invalidation_unconfirmed`
     */
    revoke: (marker: string, { seconds, tags = [], since }: Revoke) =>
      invalidate(tags, { key: markerKey(namespace, marker), marker: { ms: seconds * 1000, since } }),
    /** Which revocation this is, to end it and no later one; null if there is none. @throws LookupError */
    revocation: async (marker: string) =>
      (await store.read([markerKey(namespace, marker)], { despiteBreaker: true }))[0] ?? null,
    /** Ends this revocation. @throws LookupError `invalidation_unconfirmed` */
    restore: (marker: string, revocation: string) =>
      confirm(`"${marker.slice(0, 100)}" is restored`, async () => {
        const key = markerKey(namespace, marker)
        unconfirmed.delete(key)
        await store.dropIf(
          { entry: key, state: key, hard: undefined, tagVersions: [], markers: [] },
          revocation,
        )
      }),
  }
}
