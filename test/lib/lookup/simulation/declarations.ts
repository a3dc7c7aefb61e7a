import type { Codec } from '@/lib/lookup/entry'
import type { Lookup } from '@/lib/lookup/lookup'
import { type Fact, leaseMs, lifetimes, markerOf, tagsOf, timeoutMs } from './facts'
import type { Kit } from './kit'
import type { Source } from './source'

/** A codec that can also decode a truncated text: only the length shows that it was truncated. */
const lenient: Codec<Fact> = {
  encode: ({ id, stamp, name, shape, inner }) => [id, stamp, name, shape, inner.list.join('.')].join('/'),
  decode(text) {
    const [id = '', stamp = '', name = '', shape = '', list = ''] = text.split('/')
    return {
      id,
      stamp,
      name,
      shape: Number(shape),
      expiresAt: null,
      inner: { list: list.split('.').map(Number) },
    }
  },
}

export interface Lookups {
  user: Lookup<string, Fact>
  card: Lookup<string, Fact>
  token: Lookup<string, Fact>
  note: Lookup<string, Fact>
  name(name: string): Promise<Fact | null>
}

/** The lookups of one process, each declared at its first use: a world seldom needs all of them. */
export function declareLookups(
  { createAlias, createHints }: Kit,
  kit: ReturnType<Kit['createLookups']>,
  source: Source,
  proc: number,
): Lookups {
  const times = { timeout: timeoutMs / 1000, lease: leaseMs / 1000 }
  const key = (id: string) => id
  const declared: Partial<Lookups> = {}
  return {
    get user() {
      // The last process runs the next deployment, in which the value has another shape.
      const version = proc === 2 ? 2 : 1
      declared.user ??= kit.defineLookup<string, Fact>({
        ...{ name: 'user', version, key, tags: tagsOf.user, ...times },
        ...{ ttl: lifetimes.user.ttl, grace: lifetimes.user.grace, negativeTtl: 5 },
        loadMany: (args, { signal }) => source.load(proc, 'user', version, args, signal),
        batch: { max: 3 },
      })
      return declared.user
    },
    get card() {
      declared.card ??= kit.defineLookup<string, Fact>({
        ...{ name: 'card', version: 1, key, tags: tagsOf.card, ...times },
        ...{ ttl: lifetimes.card.ttl, processTtl: lifetimes.card.processTtl, negativeTtl: 5 },
        load: (arg, { signal }) => source.loadOne(proc, 'card', arg, signal),
      })
      return declared.card
    },
    get token() {
      declared.token ??= kit.defineLookup<string, Fact>({
        ...{ name: 'token', version: 1, key, tags: tagsOf.token, ...times },
        ...{ ttl: lifetimes.token.ttl, negativeTtl: 5, revocationMarkers: (id) => [markerOf(id)] },
        ...{ expiresAt: ({ expiresAt }) => expiresAt, expiryBuffer: lifetimes.token.expiryBuffer },
        ...{ refreshBefore: 6, refreshEvery: 2 },
        load: (arg, { signal }) => source.loadOne(proc, 'token', arg, signal),
      })
      return declared.token
    },
    get note() {
      declared.note ??= kit.defineLookup<string, Fact>({
        ...{ name: 'note', version: 1, key, tags: tagsOf.note, ...times },
        ...{ negativeTtl: 5, codec: lenient, memo: false },
        // One in four must not be stored.
        ttl: ({ inner }) => (inner.list[0] === 0 ? 0 : lifetimes.note.ttl),
        load: (arg, { signal }) => source.loadOne(proc, 'note', arg, signal),
      })
      return declared.note
    },
    get name() {
      declared.name ??= createAlias<string, Fact>({
        ...{ id: 'name', key, valueById: this.user, hints: createHints() },
        idByName: kit.defineLookup<string, string>({
          ...{ name: 'name', version: 1, key, tags: tagsOf.name, ttl: 20, negativeTtl: 5, ...times },
          ...{ memo: false, load: (name, { signal }) => source.resolve(proc, name, signal) },
        }),
        verify: (user, name) => user.name === name,
      })
      return declared.name
    },
  }
}
