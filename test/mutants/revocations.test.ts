import { describe, expect, it } from 'vitest'
import { createVirtualClock, settle } from '../../lib/lookup/testing/virtual-clock'
import { watch } from '../lib/lookup/in-process-fleet'
import type { Kit } from '../lib/lookup/simulation/kit'
import { copyWith, occurrences } from './copy'
import type { Change } from './mutant'

const MINUTE = 60_000
const revoked = { code: 'revoked' }
const unconfirmed = { code: 'invalidation_unconfirmed' }

/** A process over a store of its own, and a lookup with a revocation marker. */
function start({ createLookups, createMemoryStore, createProcessState }: Parts) {
  const clock = createVirtualClock()
  const memory = createMemoryStore(clock)
  const store = Object.assign(watch(memory), { cells: memory.cells })
  let ids = 0
  let loads = 0
  const lookups = createLookups({
    ...{ store, clock, state: createProcessState(), namespace: 't', random: () => 0 },
    newId: () => `id${++ids}`,
    runtime: { after: (task) => void task(), invalidated: async () => undefined },
  })
  const lookup = lookups.defineLookup<string, string>({
    ...{ name: 'token', version: 1, ttl: 3600, key: (id) => id, tags: (id) => [`token:${id}`] },
    revocationMarkers: (id) => [`user:${id}`],
    load: async () => `load ${++loads}`,
  })
  /** Repeats wait a moment on the clock. */
  async function done<T>(work: Promise<T>): Promise<T> {
    work.catch(() => {})
    for (let i = 0; i < 5; i++) {
      await settle()
      await clock.advance(500)
    }
    return work
  }
  return { ...lookups, lookup, clock, store, done }
}

type Parts = Pick<Kit, 'createLookups' | 'createMemoryStore' | 'createProcessState'>

/** What holds for revocations, by name. */
const rules: Record<string, (kit: Parts) => Promise<void>> = {
  async 'a revocation refuses reads for as long as it says'(kit) {
    const { lookup, revoke, clock } = start(kit)
    await revoke('user:1', { seconds: 600 })
    await expect(lookup('1')).rejects.toMatchObject(revoked)
    expect(await lookup('2')).toBe('load 1')
    await clock.advance(10 * MINUTE - 1)
    await expect(lookup('1')).rejects.toMatchObject(revoked)
    await clock.advance(2)
    expect(await lookup('1')).toBe('load 2')
  },
  async 'a revocation invalidates its tags'(kit) {
    const { lookup, revoke, clock } = start(kit)
    await lookup('1')
    await revoke('user:1', { seconds: 1, tags: ['token:1'] })
    await clock.advance(1001)
    expect(await lookup('1')).toBe('load 2')
  },
  async 'a later revocation lasts as long as it says'(kit) {
    const { lookup, revoke, clock } = start(kit)
    await revoke('user:1', { seconds: 600 })
    await clock.advance(5 * MINUTE)
    await revoke('user:1', { seconds: 600 })
    await clock.advance(6 * MINUTE)
    await expect(lookup('1')).rejects.toMatchObject(revoked)
  },
  async 'an older revocation neither ends, shortens nor lengthens a newer one'(kit) {
    const { lookup, revoke, revocation, clock } = start(kit)
    await revoke('user:1', { seconds: 600, since: 2 })
    const newer = await revocation('user:1')
    await revoke('user:1', { seconds: 1, since: 1 })
    await revoke('user:1', { seconds: 3600, since: 1 })
    expect(await revocation('user:1')).toBe(newer)
    await clock.advance(9 * MINUTE)
    await expect(lookup('1')).rejects.toMatchObject(revoked)
    await clock.advance(2 * MINUTE)
    expect(await lookup('1')).toBe('load 1')
  },
  async 'a revocation of the same moment only makes it longer'(kit) {
    const { lookup, revoke, clock } = start(kit)
    await revoke('user:1', { seconds: 600, since: 2 })
    await revoke('user:1', { seconds: 1, since: 2 })
    await clock.advance(9 * MINUTE)
    await expect(lookup('1')).rejects.toMatchObject(revoked)
    await revoke('user:1', { seconds: 600, since: 2 })
    await clock.advance(9 * MINUTE)
    await expect(lookup('1')).rejects.toMatchObject(revoked)
    await revoke('user:1', { seconds: 1, since: 3 })
    await clock.advance(1001)
    expect(await lookup('1')).toBe('load 1')
  },
  async 'a revocation that the store did not confirm is an error'(kit) {
    const { revoke, store, done } = start(kit)
    store.failing.add('mark')
    await expect(done(revoke('user:1', { seconds: 600, tags: ['token:1'] }))).rejects.toMatchObject(
      unconfirmed,
    )
  },
  async 'of two revocations that the store did not confirm the newer one is repeated'(kit) {
    const { lookup, revoke, store, done, clock } = start(kit)
    store.failing.add('mark')
    await expect(done(revoke('user:1', { seconds: 600, since: 2 }))).rejects.toMatchObject(unconfirmed)
    await expect(done(revoke('user:1', { seconds: 1, since: 1 }))).rejects.toMatchObject(unconfirmed)
    store.failing.delete('mark')
    for (let i = 0; i < 10; i++) {
      await settle()
      await clock.advance(1000)
    }
    await expect(lookup('1')).rejects.toMatchObject(revoked)
  },
  async 'a revocation whose marker the store refuses invalidates its tags'(kit) {
    const { lookup, revoke, store, done } = start(kit)
    await lookup('2')
    store.failing.add('mark')
    await expect(done(revoke('user:1', { seconds: 600, tags: ['token:2'] }))).rejects.toMatchObject(
      unconfirmed,
    )
    expect(await lookup('2')).toBe('load 2')
    expect(await lookup.peek('2')).toBe('load 2')
  },
  async 'a marker that the store goes on to refuse leaves no other unconfirmed'(kit) {
    const { on, revoke, store, done, clock } = start(kit)
    let pending = 0
    on((event) => {
      if (event.type === 'unconfirmed') pending = event.pending
    })
    store.down = true
    for (const marker of ['user:1', 'user:2'])
      await expect(done(revoke(marker, { seconds: 600 }))).rejects.toMatchObject(unconfirmed)
    const { mark } = store
    store.mark = async (key, ...rest) => {
      if (key.endsWith('user:1')) throw new Error('refused')
      return mark(key, ...rest)
    }
    store.down = false
    await clock.advance(2000)
    expect(pending).toBe(1)
  },
  async 'a revocation that fails once is repeated'(kit) {
    const { lookup, revoke, store, done } = start(kit)
    store.failing.add('mark')
    const revoking = revoke('user:1', { seconds: 600 })
    revoking.catch(() => {})
    await settle()
    store.failing.delete('mark')
    await done(revoking)
    await expect(lookup('1')).rejects.toMatchObject(revoked)
  },
  async 'a revocation that the store did not confirm is set once it answers, and ends within 10 minutes'(
    kit,
  ) {
    const { lookup, revoke, store, done, clock } = start(kit)
    store.down = true
    await expect(done(revoke('user:1', { seconds: 86_400 }))).rejects.toMatchObject(unconfirmed)
    store.down = false
    await clock.advance(2000)
    await expect(lookup('1')).rejects.toMatchObject(revoked)
    await clock.advance(10 * MINUTE)
    expect(await lookup('1')).toBe('load 1')
  },
  async 'a late marker does not replace one that was set meanwhile'(kit) {
    const { lookup, revoke, store, done, clock } = start(kit)
    store.failing.add('mark')
    await expect(done(revoke('user:1', { seconds: 60 }))).rejects.toMatchObject(unconfirmed)
    store.cells.set('t:g:user:1', { text: 'longer', until: clock.now() + 60 * MINUTE })
    store.failing.clear()
    await clock.advance(30 * MINUTE)
    await expect(lookup('1')).rejects.toMatchObject(revoked)
  },
  async 'nobody is revoked without a marker, and each revocation is another'(kit) {
    const { revoke, revocation } = start(kit)
    expect(await revocation('user:1')).toBeNull()
    await revoke('user:1', { seconds: 600 })
    const first = await revocation('user:1')
    await revoke('user:1', { seconds: 600 })
    const second = await revocation('user:1')
    expect([typeof first, typeof second]).toEqual(['string', 'string'])
    expect(second).not.toBe(first)
    expect(await revocation('user:2')).toBeNull()
  },
  async 'what ends a revocation admits reads again'(kit) {
    const { lookup, revoke, revocation, restore } = start(kit)
    await revoke('user:1', { seconds: 600 })
    await restore('user:1', (await revocation('user:1')) ?? '')
    expect(await lookup('1')).toBe('load 1')
    expect(await revocation('user:1')).toBeNull()
  },
  async 'a revocation that was ended is not set again'(kit) {
    const { lookup, revoke, restore, store, done, clock } = start(kit)
    store.failing.add('mark')
    await expect(done(revoke('user:1', { seconds: 600 }))).rejects.toMatchObject(unconfirmed)
    await restore('user:1', 'lost')
    store.failing.clear()
    await clock.advance(10_000)
    expect(await lookup('1')).toBe('load 1')
  },
  async 'what ends a revocation ends no later one, and not that of somebody else'(kit) {
    const { lookup, revoke, revocation, restore } = start(kit)
    await revoke('user:1', { seconds: 600 })
    const first = (await revocation('user:1')) ?? ''
    await revoke('user:1', { seconds: 600 })
    await revoke('user:2', { seconds: 600 })
    await restore('user:1', first)
    await restore('user:2', first)
    await expect(lookup('1')).rejects.toMatchObject(revoked)
    await expect(lookup('2')).rejects.toMatchObject(revoked)
  },
  async 'an end that the store did not confirm is an error, and may be repeated'(kit) {
    const { lookup, revoke, revocation, restore, store, done } = start(kit)
    await revoke('user:1', { seconds: 600 })
    const first = (await revocation('user:1')) ?? ''
    store.failing.add('dropIf')
    await expect(done(restore('user:1', first))).rejects.toMatchObject(unconfirmed)
    store.failing.delete('dropIf')
    await restore('user:1', first)
    await restore('user:1', first)
    expect(await lookup('1')).toBe('load 1')
  },
  async 'which revocation there is is an error while the store is not responding'(kit) {
    const { revocation, store } = start(kit)
    store.down = true
    await expect(revocation('user:1')).rejects.toThrow()
  },
}

/** The first rule that does not hold. */
async function brokenRule(kit: Parts): Promise<string | undefined> {
  for (const [name, rule] of Object.entries(rules)) {
    const holds = await rule(kit).then(
      () => true,
      () => false,
    )
    if (!holds) return name
  }
  return undefined
}

async function partsOf(load: ReturnType<typeof copyWith>['load']): Promise<Parts> {
  const { createLookups } = await load('create-lookups')
  const { createMemoryStore } = await load('testing/memory-store')
  const { createProcessState } = await load('process-state')
  return { createLookups, createMemoryStore, createProcessState }
}

const model = 'testing/memory-store.ts'
const engine = 'invalidate.ts'
const mutants: readonly (Change & { breaks: string })[] = [
  {
    name: 'a revocation sets no marker',
    file: engine,
    from: '() => mark(key, marker, late)',
    to: 'async () => key',
    breaks: 'a revocation refuses reads for as long as it says',
  },
  {
    name: 'the seconds of a revocation are taken for milliseconds',
    file: engine,
    from: 'ms: seconds * 1000',
    to: 'ms: seconds',
    breaks: 'a revocation refuses reads for as long as it says',
  },
  {
    name: 'a revocation never ends',
    file: engine,
    from: 'ms: seconds * 1000',
    to: 'ms: 1e12',
    breaks: 'a revocation refuses reads for as long as it says',
  },
  {
    name: 'a revocation leaves the tags alone',
    file: engine,
    from: 'invalidate(tags, { key',
    to: 'invalidate([], { key',
    breaks: 'a revocation invalidates its tags',
  },
  {
    name: 'a marker that is there already stays as it is',
    file: model,
    from: 'if (before < since ||',
    to: 'if (!present(key) ||',
    breaks: 'a later revocation lasts as long as it says',
  },
  {
    name: 'a revocation does not say since when it is',
    file: engine,
    from: 'if (since !== undefined) return',
    to: 'if (since === -1) return',
    breaks: 'an older revocation neither ends, shortens nor lengthens a newer one',
  },
  {
    name: 'an older marker takes the place of a newer one',
    file: model,
    from: 'before < since ||',
    to: 'before !== since ||',
    breaks: 'an older revocation neither ends, shortens nor lengthens a newer one',
  },
  {
    name: 'a marker of the same moment makes another one shorter',
    file: model,
    from: '(before === since && left < ms)',
    to: 'before === since',
    breaks: 'a revocation of the same moment only makes it longer',
  },
  {
    name: 'a marker of the same moment makes none longer',
    file: model,
    from: ' || (before === since && left < ms)',
    to: '',
    breaks: 'a revocation of the same moment only makes it longer',
  },
  {
    name: 'the last of two revocations is repeated, whichever is newer',
    file: 'unconfirmed.ts',
    from: 'held && isOlder ? held : one',
    to: 'one',
    breaks: 'of two revocations that the store did not confirm the newer one is repeated',
  },
  {
    name: 'a revocation does not wait for its marker',
    file: engine,
    from: '() => mark(key, marker, late)',
    to: 'async () => void mark(key, marker, late).catch(() => {})',
    breaks: 'a revocation that the store did not confirm is an error',
  },
  {
    name: 'a marker that the store refuses leaves the tags alone',
    file: engine,
    from: 'for (const chunk of chunksOf(tags)) {',
    to: 'await Promise.all(setMarkers)\n    for (const chunk of failed.size > 0 ? [] : chunksOf(tags)) {',
    breaks: 'a revocation whose marker the store refuses invalidates its tags',
  },
  {
    name: 'what was confirmed waits for the rest',
    file: 'unconfirmed.ts',
    from: 'if (failed.size === sent.length) return',
    to: 'if (failed.size > 0) return',
    breaks: 'a marker that the store goes on to refuse leaves no other unconfirmed',
  },
  {
    name: 'a revocation is tried once',
    file: engine,
    from: 'if (attempt === attempts - 1)',
    to: 'if (attempt === 0)',
    breaks: 'a revocation that fails once is repeated',
  },
  {
    name: 'a late marker lasts as long as the revocation',
    file: engine,
    from: 'Math.min(ms, LATE_MARKER_MS)',
    to: 'ms',
    breaks: 'a revocation that the store did not confirm is set once it answers, and ends within 10 minutes',
  },
  {
    name: 'a late marker is set in any case',
    file: engine,
    from: 'if (late && ',
    to: 'if (ms < 0 && ',
    breaks: 'a late marker does not replace one that was set meanwhile',
  },
  {
    name: 'an ended revocation is repeated',
    file: engine,
    from: 'unconfirmed.delete(key)',
    to: '',
    breaks: 'a revocation that was ended is not set again',
  },
  {
    name: 'all revocations are the same',
    file: engine,
    from: 'await store.mark(key, most, newId())',
    to: "await store.mark(key, most, 'revoked')",
    breaks: 'nobody is revoked without a marker, and each revocation is another',
  },
  {
    name: 'nothing ends a revocation',
    file: engine,
    from: 'is restored`, async () => {',
    to: 'is restored`, async () => {\n        if (revocation) return',
    breaks: 'what ends a revocation admits reads again',
  },
  {
    name: 'what ends a revocation ends the later one too',
    file: model,
    from: 'if (get(slot.entry) !== entry) return false',
    to: '',
    breaks: 'what ends a revocation ends no later one, and not that of somebody else',
  },
  {
    name: 'an end that fails is taken for done',
    file: engine,
    from: '          revocation,\n        )',
    to: '          revocation,\n        ).catch(() => {})',
    breaks: 'an end that the store did not confirm is an error, and may be repeated',
  },
  {
    name: 'there is no revocation while the store is not responding',
    file: engine,
    from: '(await store.read([markerKey(namespace, marker)], { despiteBreaker: true }))[0] ?? null',
    to: '(await store.read([markerKey(namespace, marker)], { despiteBreaker: true }).catch(() => []))[0] ?? null',
    breaks: 'which revocation there is is an error while the store is not responding',
  },
]

it('as it is, the engine keeps every rule of revocations', async () => {
  const { load, remove } = copyWith({ name: '', file: engine, from: '', to: '' })
  try {
    const kit = await partsOf(load)
    for (const rule of Object.values(rules)) await rule(kit)
  } finally {
    remove()
  }
})

it('every rule of revocations is one that a mutant breaks', () => {
  expect(new Set(mutants.map(({ breaks }) => breaks))).toEqual(new Set(Object.keys(rules)))
})

describe.each(mutants)('if $name', (mutant) => {
  it(`this does not hold: ${mutant.breaks}`, async () => {
    expect(occurrences(mutant), `places in ${mutant.file} that it changes`).toBe(1)
    const { load, remove } = copyWith(mutant)
    try {
      expect(await brokenRule(await partsOf(load))).toBe(mutant.breaks)
    } finally {
      remove()
    }
  })
})
