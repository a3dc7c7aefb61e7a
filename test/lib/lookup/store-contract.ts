import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import type { Slot } from '@/lib/lookup/slot'
import {
  type AcquireReply,
  type AcquireRequest,
  type CommitRequest,
  holdMs,
  type Store,
} from '@/lib/lookup/store'
import { createMemoryStore } from '@/lib/lookup/testing/memory-store'
import { fullOr } from '../../support/full'

const slot: Slot = {
  entry: 'e',
  state: 's',
  hard: undefined,
  tagVersions: ['f1', 'f2'],
  markers: [],
}
const graced: Slot = { ...slot, entry: 'ge', state: 'gs', hard: 'gh' }
const owned: Slot = { ...slot, entry: 't:e:a.1:x', state: 't:s:a.1:x', hard: 't:h:a.1:x' }
const revocable: Slot = { ...slot, entry: 'ue', state: 'us', markers: ['g1', 'g2'] }

const asked = (changes: Partial<AcquireRequest> = {}): AcquireRequest => ({
  ...{ slot, flight: 'a', waiting: '', reject: '', refresh: false, lease: 60_000 },
  ...changes,
})
const offered = (generation: string, changes: Partial<CommitRequest> = {}): CommitRequest => ({
  ...{ slot, flight: 'a', generation, entry: `${generation}|value`, hard: 60_000, soft: 50_000, grace: 0 },
  ...{ expiry: 0, expiryBuffer: 0, refreshBefore: 0, refreshEvery: 0 },
  ...changes,
})

/** The tests that every store must pass. `fresh` empties the store that `store` returns. */
export function storeContract(store: () => Store, fresh: () => Promise<void>) {
  for (const [name, test] of contractOf(store, fresh)) it(name, test)
}

/** The tests of the contract by name. A test throws if the store does something else. */
export function contractOf(store: () => Store, fresh: () => Promise<void>): Map<string, () => Promise<void>> {
  const tests = new Map<string, () => Promise<void>>()
  let nonces = 0
  const acquire = async (...changes: Partial<AcquireRequest>[]) =>
    store().acquire(
      changes.map((change) => asked(change)),
      `n${++nonces}`,
    )

  async function lease(changes: Partial<AcquireRequest> = {}): Promise<string> {
    const [reply] = await acquire(changes)
    if (reply?.kind !== 'load') throw new Error(`expected a lease, got ${reply?.kind}`)
    return reply.generation
  }
  async function stored(changes: Partial<CommitRequest> = {}) {
    const generation = await lease(changes.slot ? { slot: changes.slot } : {})
    const request = offered(generation, changes)
    expect(await store().commit([request])).toEqual(['stored'])
    return request.entry
  }
  const contract = (name: string, test: () => Promise<void>) =>
    tests.set(name, async () => {
      await fresh()
      await test()
    })

  contract('leases an absent entry, and returns the same lease for a repeated request', async () => {
    const generation = await lease()
    expect(await lease()).toBe(generation)
    expect(generation.split(',')).toHaveLength(2)
  })

  contract('makes others wait for the flight that has the lease', async () => {
    const generation = await lease()
    expect(await acquire({ flight: 'b' })).toEqual([{ kind: 'wait', flight: 'a', generation }])
  })

  contract('takes over a lease of an older generation', async () => {
    const generation = await lease()
    await store().drop(['f1'])
    const next = await lease({ flight: 'b' })
    expect(next).not.toBe(generation)
    expect(await store().commit([offered(generation)])).toEqual(['lost'])
    expect(await store().commit([offered(next, { flight: 'b' })])).toEqual(['stored'])
  })

  contract('returns a stored entry to every caller', async () => {
    const entry = await stored()
    expect(await acquire({ flight: 'b' }, { flight: 'c', waiting: 'a' })).toEqual([
      { kind: 'hit', entry },
      { kind: 'hit', entry },
    ])
    expect(await store().read(['e', 's', 'nothing'])).toEqual([entry, 'K', null])
  })

  contract('leases an entry again that the caller rejects', async () => {
    const entry = await stored()
    expect(await acquire({ flight: 'b', reject: entry })).toMatchObject([{ kind: 'load' }])
  })

  contract('does not return an entry whose tag version was deleted', async () => {
    await stored()
    await store().drop(['f2'])
    expect(await acquire({ flight: 'b' })).toMatchObject([{ kind: 'load' }])
  })

  contract('refuses a commit whose generation was invalidated, and frees the lease', async () => {
    const generation = await lease()
    await store().drop(['f1'])
    expect(await store().commit([offered(generation)])).toEqual(['invalidated'])
    expect(await store().read(['e', 's'])).toEqual([null, null])
  })

  contract('lets a refresh go on only past the soft expiry', async () => {
    const entry = await stored()
    expect(await acquire({ flight: 'b', refresh: true })).toEqual([{ kind: 'hit', entry }])
    await store().drop(['s'])
    expect(await acquire({ flight: 'b', refresh: true })).toMatchObject([{ kind: 'load' }])
    expect(await acquire({ flight: 'c', refresh: true })).toEqual([{ kind: 'hit', entry }])
    expect(await acquire({ flight: 'c' })).toEqual([{ kind: 'hit', entry }])
  })

  contract('returns a failure to the waiters of that flight, and to no other caller', async () => {
    const generation = await lease()
    expect(
      await store().fail([{ slot, flight: 'a', generation, code: 'no_answer', cooldown: 60_000 }]),
    ).toEqual([null])
    expect(await acquire({ flight: 'b', waiting: 'a' })).toEqual([
      { kind: 'fail', code: 'no_answer', entry: null },
    ])
    expect(await acquire({ flight: 'c' })).toMatchObject([{ kind: 'load' }])
  })

  contract('takes back an unused lease, only from its holder and in any generation', async () => {
    const generation = await lease()
    const release = { slot, generation: '', code: '', cooldown: 0 }
    expect(await store().fail([{ ...release, flight: 'b' }])).toEqual([null])
    expect(await acquire({ flight: 'b' })).toEqual([{ kind: 'wait', flight: 'a', generation }])
    await store().fail([{ ...release, flight: 'a' }])
    expect(await acquire({ flight: 'b', waiting: 'a' })).toMatchObject([{ kind: 'load' }])
  })

  contract(
    'gives no lease to a flight that has returned it, or never had one, and any to others',
    async () => {
      const release = { slot, flight: 'a', generation: '', code: '', cooldown: 0 }
      await store().fail([release])
      expect(await acquire({})).toEqual([{ kind: 'refused' }])
      await lease({ flight: 'b' })
      await store().fail([{ ...release, flight: 'b' }])
      expect(await acquire({ flight: 'b' })).toEqual([{ kind: 'refused' }])
      expect(await acquire({ flight: 'c', waiting: 'b' })).toMatchObject([{ kind: 'load' }])
    },
  )

  contract(
    'ends a lease that its own flight got twice, when the flight commits or fails in the earlier generation',
    async () => {
      for (const end of ['commit', 'fail'] as const) {
        await store().drop(['s'])
        const generation = await lease()
        await store().drop(['f1'])
        await lease()
        if (end === 'commit') expect(await store().commit([offered(generation)])).toEqual(['lost'])
        else await store().fail([{ slot, flight: 'a', generation, code: 'x', cooldown: 60_000 }])
        expect(await store().read(['s'])).toEqual([null])
      }
    },
  )

  contract('leaves the lease of another flight when a commit is lost', async () => {
    const generation = await lease()
    await store().drop(['f1'])
    const next = await lease({ flight: 'b' })
    await store().commit([offered(generation)])
    expect(await store().read(['s'])).toEqual([`L:b|${next}`])
  })

  contract('keeps a tag version that would expire within the lease', async () => {
    await lease({ lease: 1000 })
    await store().drop(['s'])
    await lease({ lease: 600_000, flight: 'b' })
    for (const left of await store().ttl(['f1', 'f2'])) expect(left).toBeGreaterThan(600_000)
  })

  contract('returns the entry in grace when a load fails, unless it was invalidated', async () => {
    const entry = await stored({ slot: graced, grace: 60_000 })
    await store().drop(['gh'])
    const generation = await lease({ slot: graced, flight: 'b' })
    const failure = { slot: graced, flight: 'b', generation, code: 'x', cooldown: 60_000 }
    expect(await store().fail([failure])).toEqual([entry])
    expect(await acquire({ slot: graced, flight: 'c', waiting: 'b' })).toEqual([
      { kind: 'fail', code: 'x', entry },
    ])
    await store().drop(['f1'])
    expect(await store().fail([failure])).toEqual([null])
  })

  contract(
    'returns an answer that is not cacheable to its waiters, and makes other callers wait',
    async () => {
      const generation = await lease()
      expect(await store().commit([offered(generation, { hard: 0 })])).toEqual(['not_cacheable'])
      expect(await acquire({ flight: 'b', waiting: 'a' }, { flight: 'c' })).toEqual([
        { kind: 'hit', entry: `${generation}|value` },
        { kind: 'wait', flight: '!a', generation },
      ])
      expect(await store().read(['e'])).toEqual([null])
    },
  )

  contract('returns only a later answer to a caller that waits for the end of such an answer', async () => {
    const generation = await lease()
    await store().commit([offered(generation, { hard: 0 })])
    expect(await acquire({ flight: 'c', waiting: '!a' })).toMatchObject([{ kind: 'wait' }])
    await store().drop(['s'])
    await lease({ flight: 'b' })
    await store().commit([offered(generation, { hard: 0, flight: 'b', entry: `${generation}|next` })])
    expect(await acquire({ flight: 'c', waiting: '!a' })).toEqual([
      { kind: 'hit', entry: `${generation}|next` },
    ])
  })

  contract('holds such an answer no longer than it is valid', async () => {
    const generation = await lease()
    const valid = holdMs / 4
    const expiry = Date.now() + valid
    await store().commit([offered(generation, { hard: 60_000, expiryBuffer: 30_000, expiry })])
    const [left = 0] = await store().ttl(['s'])
    expect(left).toBeLessThanOrEqual(valid)
    await vi.waitFor(async () => expect(await acquire({ flight: 'b' })).toMatchObject([{ kind: 'load' }]), {
      timeout: 60_000,
      interval: 50,
    })
  })

  contract('holds an answer that is already expired as long as any other', async () => {
    const generation = await lease()
    await store().commit([offered(generation, { hard: 60_000, expiry: Date.now() - 5000 })])
    expect(await acquire({ flight: 'b' })).toMatchObject([{ kind: 'wait' }])
  })

  contract('compares an absolute expiry with its own clock', async () => {
    const generation = await lease()
    const expiry = Date.now() + 20_000
    expect(await store().commit([offered(generation, { expiry, expiryBuffer: 30_000 })])).toEqual([
      'not_cacheable',
    ])
  })

  contract('refuses to acquire and to commit while a revocation marker is set', async () => {
    const generation = await lease({ slot: revocable })
    await store().mark('g2', 60_000, 'm1')
    expect(await acquire({ slot: revocable })).toEqual([{ kind: 'refused' }])
    expect(await store().commit([offered(generation, { slot: revocable })])).toEqual(['refused'])
    expect(await store().read(['ue', 'us', 'g2'])).toEqual([null, null, 'm1'])
  })

  contract('drops an entry only if it is the given one, and with it the lease of a load', async () => {
    const entry = await stored()
    expect(await store().dropIf(slot, `${entry}!`)).toBe(false)
    expect(await store().dropIf(slot, entry)).toBe(true)
    expect(await store().read(['e', 's'])).toEqual([null, null])
  })

  contract(
    'removes every entry that is listed for an owner, with what is beside it, and no other',
    async () => {
      const entry = await stored({ slot: owned, grace: 60_000, owner: 't:o:1' })
      await stored({ owner: 't:o:2' })
      expect(await store().read(['t:e:a.1:x', 't:s:a.1:x', 't:h:a.1:x'])).toEqual([entry, 'K', '1'])
      expect(await store().remove('t:o:1')).toEqual(['t:e:a.1:x'])
      expect(await store().read(['t:e:a.1:x', 't:s:a.1:x', 't:h:a.1:x', 's'])).toEqual([
        null,
        null,
        null,
        'K',
      ])
      expect(await store().remove('t:o:1')).toEqual([])
    },
  )

  contract('removes an answer that is only held for its waiters', async () => {
    const generation = await lease({ slot: owned })
    await store().commit([offered(generation, { slot: owned, hard: 0, owner: 't:o:1' })])
    expect(await store().remove('t:o:1')).toEqual(['t:e:a.1:x'])
    expect(await store().read(['t:s:a.1:x'])).toEqual([null])
  })

  contract('lists an entry for its owner until the entry is gone, whatever was stored later', async () => {
    await stored({ slot: owned, hard: 3_600_000, grace: 60_000, owner: 't:o:1' })
    await stored({ owner: 't:o:1' })
    expect(await store().remove('t:o:1')).toHaveLength(2)
  })

  contract('lists an entry although a key of another type is in the way', async () => {
    await store().mark('t:o:1', 60_000, 'm1')
    await stored({ slot: owned, owner: 't:o:1' })
    expect(await store().remove('t:o:1')).toEqual(['t:e:a.1:x'])
  })

  contract('keeps a marker that is newer, or of the same moment and lasts longer', async () => {
    const held = async () => [
      (await store().read(['m']))[0],
      Math.ceil(((await store().ttl(['m']))[0] ?? 0) / 60_000),
    ]
    await store().mark('m', 120_000, '5:a', { since: 5 })
    await store().mark('m', 180_000, '4:b', { since: 4 })
    await store().mark('m', 60_000, '5:c', { since: 5 })
    expect(await held()).toEqual(['5:a', 2])
    await store().mark('m', 180_000, '5:d', { since: 5 })
    expect(await held()).toEqual(['5:d', 3])
    await store().mark('m', 60_000, '6:e', { since: 6 })
    expect(await held()).toEqual(['6:e', 1])
    await store().mark('m', 60_000, `${Number.MAX_SAFE_INTEGER}:f`, { since: Number.MAX_SAFE_INTEGER })
    await store().mark('m', 180_000, '1795859200000:g', { since: 1_795_859_200_000 })
    expect(await held()).toEqual([`${Number.MAX_SAFE_INTEGER}:f`, 1])
    const late = { since: 7, late: true }
    await store().mark('l', 120_000, '6:longer', { since: 6 })
    await store().mark('l', 60_000, '7:late', late)
    expect((await store().read(['l']))[0]).toBe('7:late')
    expect((await store().ttl(['l']))[0]).toBeGreaterThan(60_000)
    await store().mark('l', 180_000, '5:older', { since: 5, late: true })
    expect((await store().read(['l']))[0]).toBe('7:late')
    await store().mark('n', 120_000, 'of no moment')
    await store().mark('n', 60_000, '0:h', { since: 0 })
    expect(await store().read(['n'])).toEqual(['of no moment'])
    await store().mark('n', 60_000, '1:i', { since: 1 })
    expect(await store().read(['n'])).toEqual(['1:i'])
  })

  contract('returns how long keys are kept', async () => {
    await stored()
    const [entry = 0, absent = 0] = await store().ttl(['e', 'none'])
    expect(entry).toBeGreaterThan(0)
    expect(absent).toBeLessThan(0)
  })

  contract('keeps tag versions at least as long as the entry', async () => {
    await stored({ hard: 3_600_000 })
    const [entry = 0, ...versions] = await store().ttl(['e', 'f1', 'f2'])
    expect(entry).toBeGreaterThan(3_000_000)
    for (const version of versions) expect(version).toBeGreaterThanOrEqual(entry - 60_000)
  })

  contract('answers many requests in their order', async () => {
    const replies = await acquire({}, { slot: graced, flight: 'b' }, { flight: 'c' })
    expect(replies.map((reply) => reply.kind)).toEqual(['load', 'load', 'wait'])
  })

  tests.set('does what the model does, whatever the order of steps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        await fresh()
        expect(await trace(store(), steps)).toEqual(await trace(createMemoryStore(), steps))
      }),
      { numRuns: fullOr(150, 25) },
    )
  })
  return tests
}

// ---- The differential test: steps that refer to results of earlier steps, and a trace without nonces.

const slots = [slot, graced, revocable] as const
const place = fc.nat(2)
const flight = fc.constantFrom('a', 'b', 'c')
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('acquire' as const),
      place,
      flight,
      waiting: fc.oneof(
        fc.option(flight, { nil: '' }),
        flight.map((other) => `!${other}`),
      ),
      reject: fc.boolean(),
      refresh: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('commit' as const),
      place,
      flight,
      hard: fc.constantFrom(0, 90_000),
      near: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('fail' as const), place, flight, release: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('drop' as const),
      key: fc.constantFrom('e', 's', 'ge', 'gs', 'gh', 'f1', 'f2', 'us', 'g1'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('mark' as const), key: fc.constantFrom('g1', 'g2') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('dropIf' as const),
      ...{ place, same: fc.boolean() },
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

async function trace(store: Store, steps: readonly Step[]): Promise<string> {
  const generations = new Map<string, string>()
  const lines: unknown[] = []
  for (const [i, one] of steps.entries()) {
    const at = 'place' in one ? (slots[one.place] ?? slot) : slot
    const held = 'flight' in one ? (generations.get(`${at.entry}${one.flight}`) ?? 'none') : ''
    const [entry] = await store.read([at.entry])
    if (one.type === 'acquire') {
      const request = asked({ ...one, slot: at, reject: one.reject ? (entry ?? '') : '' })
      const replies: AcquireReply[] = await store.acquire(
        [request, asked({ flight: 'z', refresh: true })],
        `n${i}`,
      )
      for (const [j, reply] of replies.entries())
        if (reply.kind === 'load')
          generations.set(j === 0 ? `${at.entry}${one.flight}` : 'ez', reply.generation)
      lines.push(replies)
    } else if (one.type === 'commit') {
      const life = {
        hard: one.hard,
        expiry: one.near ? Date.now() + 60_000 : 0,
        expiryBuffer: 30_000,
        refreshBefore: 40_000,
      }
      lines.push(
        await store.commit([
          offered(held, { slot: at, flight: one.flight, entry: `${held}|v${i}`, ...life }),
        ]),
      )
    } else if (one.type === 'fail')
      lines.push(
        await store.fail([
          {
            slot: at,
            flight: one.flight,
            generation: held,
            code: one.release ? '' : `c${i}`,
            cooldown: 60_000,
          },
        ]),
      )
    else if (one.type === 'drop') await store.drop([one.key])
    else if (one.type === 'mark') await store.mark(one.key, 60_000, 'm1')
    else {
      const named = one.same ? (entry ?? 'no') : 'other'
      lines.push(await store.dropIf(at, named))
    }
    lines.push(await store.read(['e', 's', 'ge', 'gs', 'gh', 'ue', 'us', 'f1', 'f2', 'g1', 'g2']))
  }
  // A tag version is a nonce and a time; the nonce identifies it in both stores.
  return JSON.stringify(lines, null, 1).replace(/(n\d+)\.\d+/g, '$1')
}
