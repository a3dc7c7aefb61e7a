import { describe, expect, it } from 'vitest'
import { LookupError } from '@/lib/lookup/errors'
import { createFleet, createUpstream, user } from './in-process-fleet'

describe('a read', () => {
  it('loads once, and costs one MGET, one acquire and one commit when cold', async () => {
    const { join } = createFleet()
    const process = join()
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    expect(await lookup('u1')).toEqual({ id: 'u1' })
    expect(process.store.commands).toEqual(['read', 'acquire', 'commit'])
  })

  it('costs one command when warm, for any number of tags', async () => {
    const { join } = createFleet()
    const process = join()
    const tags = (id: string) => [`user:${id}`, 'a', 'b', 'c']
    const lookup = process.defineLookup({ ...user(async (id) => ({ id })), tags })
    await lookup('u1')
    process.store.commands.length = 0
    expect(await lookup('u1')).toEqual({ id: 'u1' })
    expect(process.store.commands).toEqual(['read'])
  })

  it('merges the calls of one tick into one MGET, one acquire and one commit', async () => {
    const { join } = createFleet()
    const process = join()
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    const ids = Array.from({ length: 50 }, (_, i) => `u${i}`)
    await Promise.all(ids.map((id) => lookup(id)))
    expect(process.store.commands).toEqual(['read', 'acquire', 'commit'])
    await lookup.many(ids)
    expect(process.store.commands).toEqual(['read', 'acquire', 'commit', 'read'])
  })

  it('reads more than 500 keys in chunks', async () => {
    const { join } = createFleet()
    const process = join()
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    // From now on the process knows the size of a value.
    await lookup('first')
    process.store.commands.length = 0
    const values = await lookup.many(Array.from({ length: 1200 }, (_, i) => `u${i}`))
    expect(values.map((value) => value?.id)).toEqual(Array.from({ length: 1200 }, (_, i) => `u${i}`))
    expect(process.store.commands.filter((command) => command === 'read')).toHaveLength(3)
  })

  it('returns equal, deeply frozen data on a miss and on a hit', async () => {
    const { join } = createFleet()
    const lookup = join().defineLookup(
      user(async () => ({
        list: [{ deep: 1 }],
        none: undefined,
        metadata: JSON.parse('{"__proto__":{"admin":true},"constructor":1}'),
      })),
    )
    const [miss, hit] = [await lookup('u1'), await lookup('u1')]
    expect(miss).toEqual(hit)
    expect(JSON.stringify(miss)).toBe('{"list":[{"deep":1}],"metadata":{"constructor":1}}')
    expect(Object.isFrozen(hit?.list[0])).toBe(true)
    expect(hit?.metadata.admin).toBeUndefined()
  })

  it('remembers "not found" for negativeTtl', async () => {
    const { join, clock } = createFleet()
    const process = join()
    const lookup = process.defineLookup({ ...user(async () => null), negativeTtl: 10 })
    expect([await lookup('u1'), await lookup('u1')]).toEqual([null, null])
    expect(process.stats().user?.loads).toBe(1)
    await clock.advance(10_001)
    await lookup('u1')
    expect(process.stats().user?.loads).toBe(2)
  })

  it('is not served from an entry under another key', async () => {
    const { join, store } = createFleet()
    const process = join()
    const lookup = process.defineLookup({ ...user(async (id) => ({ id })), tags: () => ['all'] })
    await lookup.many(['u1', 'u2'])
    const other = store.cells.get('t:e:user.1:u1')
    if (other) store.cells.set('t:e:user.1:u2', other)
    expect(await lookup('u2')).toEqual({ id: 'u2' })
    expect(process.stats().user?.corrupt).toBe(1)
    expect(await lookup('u2')).toEqual({ id: 'u2' })
    expect(process.stats().user?.corrupt).toBe(1)
  })

  it.each(['', 'garbage', 'a|b|c', 'truncate'])(
    'treats the corrupt entry %j as a miss and overwrites it',
    async (text) => {
      const { join, store } = createFleet()
      const process = join()
      const lookup = process.defineLookup(user(async (id) => ({ id })))
      await lookup('u1')
      const cell = store.cells.get('t:e:user.1:u1')
      if (cell) cell.text = text === 'truncate' ? cell.text.slice(0, -1) : text
      expect(await lookup('u1')).toEqual({ id: 'u1' })
      expect(await lookup('u1')).toEqual({ id: 'u1' })
      expect(process.stats().user?.loads).toBe(2)
    },
  )

  it('peeks without loading', async () => {
    const { join } = createFleet()
    const process = join()
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    expect(await lookup.peek('u1')).toBeUndefined()
    await lookup('u1')
    expect(await lookup.peek('u1')).toEqual({ id: 'u1' })
    expect(process.stats().user?.loads).toBe(1)
  })

  it('is warmed by loading missing values, and returns how many failed', async () => {
    const { join } = createFleet()
    const lookup = join().defineLookup(
      user(async (id) => {
        if (id === 'bad') throw new Error('no')
        return { id }
      }),
    )
    expect(await lookup.warm(['u1', 'u2', 'bad'])).toEqual({ warmed: 2, failed: 1 })
    expect(await lookup.peek('u2')).toEqual({ id: 'u2' })
  })

  it('rejects when the key function throws', async () => {
    const { join } = createFleet()
    const lookup = join().defineLookup({
      ...user(async (id) => ({ id })),
      key: () => {
        throw new TypeError('no key')
      },
      processTtl: 5,
    })
    await expect(lookup('u1')).rejects.toThrow('no key')
  })
})

describe('an invalidation', () => {
  it('makes the next read load again, in every process', async () => {
    const { join } = createFleet()
    const [a, b] = [join(), join()]
    let version = 0
    const load = async () => ({ version: ++version })
    const [inA, inB] = [a.defineLookup(user(load)), b.defineLookup(user(load))]
    expect([await inA('u1'), await inB('u1')]).toEqual([{ version: 1 }, { version: 1 }])
    await inB.invalidate('u1')
    expect([await inA('u1'), await inB('u1')]).toEqual([{ version: 2 }, { version: 2 }])
  })

  it('invalidates a load that began before it and ends after it', async () => {
    const { join, settle } = createFleet()
    const { calls, load } = createUpstream<{ version: number }>()
    const process = join()
    const lookup = process.defineLookup(user(load))
    const early = lookup('u1')
    await settle()
    await lookup.invalidate('u1')
    const late = lookup('u1')
    await settle()
    expect(calls).toHaveLength(2)
    calls[0]?.answer({ version: 1 })
    calls[1]?.answer({ version: 2 })
    expect([await early, await late]).toEqual([{ version: 1 }, { version: 2 }])
    expect(await lookup('u1')).toEqual({ version: 2 })
    expect(process.events.flatMap((event) => (event.type === 'commit' ? event.outcome : []))).toEqual([
      'lost',
      'stored',
    ])
  })

  it('throws when Redis did not confirm it, names the tags, and still drops the values in the process cache', async () => {
    const { join, clock } = createFleet()
    const process = join()
    let version = 0
    const lookup = process.defineLookup({ ...user(async () => ({ version: ++version })), processTtl: 60 })
    await lookup('u1')
    process.store.failing.add('drop')
    const outcome = lookup.invalidate('u1').catch((error: unknown) => error)
    await clock.advance(1000)
    expect(await outcome).toMatchObject({
      code: 'invalidation_unconfirmed',
      message: expect.stringContaining('user:u1'),
    })
    expect(process.store.commands.filter((command) => command === 'drop')).toHaveLength(3)
    expect(await lookup('u1')).toEqual({ version: 2 })
  })

  it('with a condition drops only the value that is still the cached one', async () => {
    const { join } = createFleet()
    const process = join()
    let version = 0
    const lookup = process.defineLookup(user(async () => ({ version: ++version })))
    await lookup('u1')
    expect(await lookup.invalidateIf('u1', (value) => value.version === 9)).toBe(false)
    expect(await lookup.invalidateIf('u1', (value) => value.version === 1)).toBe(true)
    expect(await lookup('u1')).toEqual({ version: 2 })
  })
})

describe('one load', () => {
  it('is shared by all callers of one process while it runs', async () => {
    const { join, settle } = createFleet()
    const { calls, load } = createUpstream<number>()
    const lookup = join().defineLookup(user(load))
    const first = lookup('u1')
    await settle()
    const second = lookup('u1')
    await settle()
    calls[0]?.answer(7)
    expect([await first, await second, calls.length]).toEqual([7, 7, 1])
  })

  it('is shared by the whole fleet', async () => {
    const { join, settle, clock } = createFleet()
    const { calls, load } = createUpstream<number>()
    const fleet = [join(), join(), join()]
    const reads = fleet.flatMap((process) => {
      const lookup = process.defineLookup(user(load))
      return [lookup('u1'), lookup('u1')]
    })
    await settle()
    expect(calls).toHaveLength(1)
    calls[0]?.answer(7)
    await clock.advance(1000)
    expect(await Promise.all(reads)).toEqual([7, 7, 7, 7, 7, 7])
    expect(calls).toHaveLength(1)
  })

  it('is taken over by one waiter when the process with the lease died', async () => {
    const { join, settle, clock } = createFleet()
    const [dying, one, other] = [join(), join(), join()]
    const upstream = createUpstream<number>()
    const lost = dying.defineLookup({ ...user(upstream.load), timeout: 3, lease: 4 })('u1')
    lost.catch(() => {})
    await settle()
    dying.store.down = true
    const reads = [one, other].map((process) =>
      process.defineLookup({ ...user(upstream.load), timeout: 3, lease: 4 })('u1'),
    )
    await clock.advance(3900)
    expect(upstream.calls).toHaveLength(1)
    await clock.advance(1000)
    expect(upstream.calls).toHaveLength(2)
    upstream.calls[1]?.answer(2)
    await clock.advance(1000)
    expect(await Promise.all(reads)).toEqual([2, 2])
  })

  it('is awaited with growing pauses, all keys in one command', async () => {
    const { join, settle, clock } = createFleet()
    const [holder, waiter] = [join(), join()]
    const upstream = createUpstream<string>()
    const ids = Array.from({ length: 50 }, (_, i) => `u${i}`)
    const held = holder.defineLookup(user(upstream.load)).many(ids)
    await settle()
    const waited = waiter.defineLookup(user(upstream.load)).many(ids)
    await clock.advance(700)
    for (const call of upstream.calls) call.answer(call.arg)
    await clock.advance(500)
    expect(await waited).toEqual(await held)
    expect(upstream.calls).toHaveLength(50)
    expect(waiter.store.commands.length).toBeLessThanOrEqual(9)
  })
})

describe('a failing loader', () => {
  it('fails all callers of one process with its own error, once, and is not remembered', async () => {
    const { join } = createFleet()
    let calls = 0
    const failure = new Error('upstream is down')
    const lookup = join().defineLookup(
      user(async () => {
        calls++
        throw failure
      }),
    )
    const results = await Promise.allSettled(Array.from({ length: 100 }, () => lookup('u1')))
    expect(results.every((result) => result.status === 'rejected' && result.reason === failure)).toBe(true)
    expect(calls).toBe(1)
    await expect(lookup('u1')).rejects.toBe(failure)
    expect(calls).toBe(2)
  })

  it('fails waiters of other processes with its code, without another load', async () => {
    const { join, settle, clock } = createFleet()
    const { calls, load } = createUpstream<number>()
    const [a, b] = [join(), join()]
    const first = a
      .defineLookup(user(load))('u1')
      .catch((error: unknown) => error)
    await settle()
    const second = b
      .defineLookup(user(load))('u1')
      .catch((error: unknown) => error)
    await settle()
    calls[0]?.fail(Object.assign(new Error('secret'), { code: 'rate_limited' }))
    await clock.advance(1000)
    expect(await first).toMatchObject({ message: 'secret' })
    expect(await second).toMatchObject({ code: 'load_failed', reason: 'rate_limited' })
    expect(String(await second)).not.toContain('secret')
    expect(calls).toHaveLength(1)
  })

  it('is also one whose ttl function throws: the lease is released, and no caller waits', async () => {
    const { join } = createFleet()
    let broken = true
    const ttl = () => {
      if (broken) throw new Error('no ttl')
      return 60
    }
    const lookup = join().defineLookup({ ...user(async (id) => ({ id })), ttl })
    await expect(lookup('u1')).rejects.toThrow('no ttl')
    broken = false
    expect(await lookup('u1')).toEqual({ id: 'u1' })
  })

  it('is passed to other processes in the form that its declaration encodes', async () => {
    const { join, settle, clock } = createFleet()
    const { calls, load } = createUpstream<number>()
    const failure = {
      encode: () => 'retry 7',
      decode: (reason: string) => new RangeError(`decoded: ${reason}`),
    }
    const [a, b] = [join(), join()].map((process) => process.defineLookup({ ...user(load), failure }))
    const first = a?.('u1').catch(() => {})
    await settle()
    const second = b?.('u1').catch((error: unknown) => error)
    await settle()
    calls[0]?.fail(new Error('secret'))
    await clock.advance(1000)
    await first
    expect(await second).toEqual(new RangeError('decoded: retry 7'))
  })

  it('is stopped at its timeout, and its signal aborts', async () => {
    const { join, settle, clock } = createFleet()
    const { calls, load } = createUpstream<number>()
    const read = join()
      .defineLookup({ ...user(load), timeout: 3 })('u1')
      .catch((error: unknown) => error)
    await settle()
    await clock.advance(3000)
    expect(await read).toMatchObject({ code: 'load_timeout', message: expect.stringContaining('"user"') })
    expect(calls[0]?.signal.aborted).toBe(true)
  })

  it('is covered by a value in grace, but not by one that was invalidated', async () => {
    const { join, clock } = createFleet()
    let fail = false
    const lookup = join().defineLookup({
      ...user(async () => {
        if (fail) throw new Error('down')
        return 1
      }),
      ...{ ttl: 60, grace: 600 },
    })
    await lookup('u1')
    fail = true
    await clock.advance(61_000)
    expect(await lookup('u1')).toBe(1)
    await lookup.invalidate('u1')
    await expect(lookup('u1')).rejects.toThrow('down')
  })
})

describe('expiry', () => {
  it('serves the value past its soft expiry and refreshes it once in the background', async () => {
    const { join, clock, settle } = createFleet()
    const process = join()
    let version = 0
    const lookup = process.defineLookup(user(async () => ++version))
    await lookup('u1')
    await clock.advance(241_000)
    expect(await Promise.all([lookup('u1'), lookup('u1')])).toEqual([1, 1])
    await process.runtime.settled()
    await settle()
    expect(version).toBe(2)
    expect(await lookup('u1')).toBe(2)
  })

  it('repeats a failing refresh only every refreshEvery seconds', async () => {
    const { join, clock } = createFleet()
    const process = join()
    let calls = 0
    const lookup = process.defineLookup({
      ...user(async () => {
        if (++calls > 1) throw new Error('down')
        return 1
      }),
      refreshEvery: 10,
    })
    await lookup('u1')
    await clock.advance(241_000)
    for (let second = 0; second < 30; second++) {
      expect(await lookup('u1')).toBe(1)
      await process.runtime.settled()
      await clock.advance(1000)
    }
    expect(calls).toBe(4)
  })

  it('limits the lifetime by the value’s own expiry and the expiry buffer', async () => {
    const { join, clock, store } = createFleet()
    const expiresAt = clock.now() + 100_000
    const lookup = join().defineLookup({
      ...user(async () => ({ token: 't', expiresAt })),
      ...{
        ttl: 3300,
        expiresAt: (value: { expiresAt: number }) => value.expiresAt,
        expiryBuffer: 30,
        refreshBefore: 40,
      },
    })
    await lookup('u1')
    expect(store.cells.get('t:e:user.1:u1')?.until).toBe(expiresAt - 30_000)
    expect(store.cells.get('t:s:user.1:u1')?.until).toBe(expiresAt - 40_000)
  })

  it('returns an almost expired value to its waiters, does not store it, and loads once a second', async () => {
    const { join, clock, settle } = createFleet()
    const upstream = createUpstream<{ expiresAt: number }>()
    const declaration = {
      ...user(upstream.load),
      ...{ ttl: 3300, expiresAt: (value: { expiresAt: number }) => value.expiresAt },
    }
    const [a, b, c] = [join(), join(), join()].map((process) => process.defineLookup(declaration))
    const first = a?.('u1')
    await settle()
    const waited = b?.('u1')
    await settle()
    const expiresAt = clock.now() + 10_000
    upstream.calls[0]?.answer({ expiresAt })
    await clock.advance(500)
    expect([await first, await waited]).toEqual([{ expiresAt }, { expiresAt }])
    const later = [c?.('u1'), a?.('u1')]
    await clock.advance(200)
    expect(upstream.calls).toHaveLength(1)
    await clock.advance(1000)
    expect(upstream.calls).toHaveLength(2)
    upstream.calls[1]?.answer({ expiresAt })
    await clock.advance(1000)
    expect(await Promise.all(later)).toEqual([{ expiresAt }, { expiresAt }])
  })
})

describe('a revocation marker', () => {
  const revocable = <T>(load: (id: string) => Promise<T>) => ({
    ...user(load),
    revocationMarkers: (id: string) => [`session:${id}`],
  })

  it('refuses reads at once, cached or not, until it expires', async () => {
    const { join, clock } = createFleet()
    const [a, b] = [join(), join()]
    const lookup = a.defineLookup(revocable(async (id) => ({ id })))
    await lookup('s1')
    await b.revoke('session:s1', { seconds: 60 })
    await expect(lookup('s1')).rejects.toMatchObject({ code: 'revoked' })
    await clock.advance(60_001)
    expect(await lookup('s1')).toEqual({ id: 's1' })
  })

  it('refuses a load that was running when it was set', async () => {
    const { join, settle } = createFleet()
    const { calls, load } = createUpstream<number>()
    const process = join()
    const read = process.defineLookup(revocable((id) => load(id, { signal: AbortSignal.abort() })))('s1')
    const outcome = read.catch((error: unknown) => error)
    await settle()
    await process.revoke('session:s1', { seconds: 60, tags: ['user:s1'] })
    calls[0]?.answer(1)
    expect(await outcome).toMatchObject({ code: 'revoked' })
  })

  it('of one call is read with the same command, and refuses only that call', async () => {
    const { join } = createFleet()
    const process = join()
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    await lookup('u1')
    await process.revoke('session:s1', { seconds: 60 })
    process.store.commands.length = 0
    const reads = await Promise.allSettled([
      lookup.fresh('u1', { revocationMarkers: ['session:s1'] }),
      lookup.fresh('u1', { revocationMarkers: ['session:s2'] }),
      lookup.fresh('u1'),
    ])
    expect(reads).toMatchObject([
      { status: 'rejected', reason: { code: 'revoked' } },
      { status: 'fulfilled', value: { id: 'u1' } },
      { status: 'fulfilled', value: { id: 'u1' } },
    ])
    expect(process.store.commands).toEqual(['read'])
  })

  it('that ends a load does not refuse a waiter with another marker', async () => {
    const { join, settle, clock } = createFleet()
    const { calls, load } = createUpstream<number>()
    const process = join()
    const lookup = process.defineLookup(user((id) => load(id, { signal: AbortSignal.abort() })))
    const first = lookup.fresh('u1', { revocationMarkers: ['session:s1'] }).catch((error: unknown) => error)
    await settle()
    const second = lookup.fresh('u1', { revocationMarkers: ['session:s2'] })
    await settle()
    expect(calls).toHaveLength(1)
    await process.revoke('session:s1', { seconds: 60 })
    calls[0]?.answer(1)
    expect(await first).toMatchObject({ code: 'revoked' })
    await settle()
    calls[1]?.answer(2)
    await clock.advance(200)
    expect(await second).toBe(2)
  })

  it('of one call refuses when Redis is not responding', async () => {
    const { join } = createFleet()
    const process = join()
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    process.store.down = true
    await expect(lookup.fresh('u1', { revocationMarkers: ['session:s1'] })).rejects.toMatchObject({
      code: 'revocation_unknown',
    })
    expect(await lookup.fresh('u1')).toEqual({ id: 'u1' })
  })

  it('fails closed when Redis is not responding', async () => {
    const { join } = createFleet()
    const process = join()
    const lookup = process.defineLookup(revocable(async (id) => ({ id })))
    process.store.down = true
    await expect(lookup('s1')).rejects.toMatchObject({ code: 'revocation_unknown' })
  })

  it('is reported as unconfirmed when either half failed', async () => {
    const { join, clock } = createFleet()
    const process = join()
    process.store.failing.add('mark')
    const outcome = process
      .revoke('user:u1', { seconds: 60, tags: ['user:u1'] })
      .catch((error: unknown) => error)
    await clock.advance(1000)
    expect(await outcome).toMatchObject({ code: 'invalidation_unconfirmed' })
  })
})

describe('without Redis', () => {
  it('loads once for the callers of one tick, and again for a caller that asks later', async () => {
    const { join } = createFleet()
    const process = join()
    let version = 0
    const lookup = process.defineLookup(user(async () => ++version))
    process.store.down = true
    expect(await Promise.all([lookup('u1'), lookup('u1')])).toEqual([1, 1])
    expect(await lookup('u1')).toBe(2)
  })

  it('does not share across an invalidation of this process', async () => {
    const { join, clock } = createFleet()
    const process = join()
    let version = 0
    const lookup = process.defineLookup(user(async () => ++version))
    process.store.down = true
    await lookup('u1')
    const failed = lookup.invalidate('u1').catch(() => {})
    await clock.advance(1000)
    await failed
    expect(await lookup('u1')).toBe(2)
  })

  it('neither shares nor commits these values once Redis is back', async () => {
    const { join, store } = createFleet()
    const process = join()
    let version = 0
    const lookup = process.defineLookup(user(async () => ++version))
    process.store.down = true
    await lookup('u1')
    expect(store.cells.size).toBe(0)
    process.store.down = false
    expect(await lookup('u1')).toBe(2)
  })

  it('returns a lease whose answer was lost, so that no caller waits for it', async () => {
    const { join, store, clock } = createFleet()
    const [process, other] = [join(), join()]
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    const { acquire } = process.store
    process.store.acquire = async (...args) => {
      await acquire(...args)
      throw new LookupError('store_unavailable', 'the answer is lost')
    }
    expect(await lookup('u1')).toEqual({ id: 'u1' })
    await clock.advance(1000)
    expect(store.cells.get('t:s:user.1:u1')?.text).not.toMatch(/^L:/)
    expect(await other.defineLookup(user(async (id) => ({ id })))('u1')).toEqual({ id: 'u1' })
  })

  it('gives no lease to an acquire that arrives after its flight has returned the lease', async () => {
    const { join, store, clock } = createFleet()
    const [process, other] = [join(), join()]
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    const late: (() => Promise<unknown>)[] = []
    process.store.acquire = async (...args) => {
      late.push(() => store.acquire(...args))
      throw new LookupError('store_unavailable', 'it is still on its way')
    }
    expect(await lookup('u1')).toEqual({ id: 'u1' })
    await clock.advance(1000)
    expect(late).toHaveLength(2)
    for (const arrive of late) await arrive()
    expect(await other.defineLookup(user(async (id) => ({ id })))('u1')).toEqual({ id: 'u1' })
  })

  it('returns the lease of a background refresh whose answer was lost', async () => {
    const { join, store, clock } = createFleet()
    const process = join()
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    await lookup('u1')
    await clock.advance(241_000)
    const { acquire } = process.store
    process.store.acquire = async (...args) => {
      await acquire(...args)
      throw new LookupError('store_unavailable', 'the answer is lost')
    }
    await lookup('u1')
    await clock.advance(1000)
    expect(store.cells.get('t:s:user.1:u1')?.text).not.toMatch(/^L:/)
  })

  it('repeats an acquire once, and answers with the loaded value when the commit is lost', async () => {
    const { join } = createFleet()
    const process = join()
    const lookup = process.defineLookup(user(async (id) => ({ id })))
    process.store.failing.add('commit')
    expect(await lookup('u1')).toEqual({ id: 'u1' })
    expect(process.store.commands).toEqual(['read', 'acquire', 'commit', 'commit'])
  })
})

it('ends even if a waiter gets an unusable entry', async () => {
  const { join, clock, store, settle } = createFleet()
  const process = join()
  const lookup = process.defineLookup<string, { id: string }>({
    ...user(async (id) => ({ id })),
    tags: () => ['all'],
    // The answer for u1 must not be stored: its state marker holds the key for a second.
    ttl: ({ id }) => (id === 'u1' ? 0 : 300),
  })
  await lookup.many(['u1', 'u2'])
  const waiting = lookup('u1')
  await settle()
  const other = store.cells.get('t:e:user.1:u2')
  if (other) store.cells.set('t:e:user.1:u1', { ...other })
  await clock.advance(30_000)
  expect(await Promise.race([waiting, settle().then(() => 'never')])).toEqual({ id: 'u1' })
})

describe('reload', () => {
  it('reloads a cached value once for all callers, and replaces it for all of them', async () => {
    const { join, settle } = createFleet()
    const { calls, load } = createUpstream<number>()
    const [a, b] = [join(), join()].map((process) =>
      process.defineLookup(user((id) => load(id, { signal: AbortSignal.abort() }))),
    )
    const first = a?.('u1')
    await settle()
    calls[0]?.answer(1)
    expect(await first).toBe(1)
    const again = [a?.reload('u1'), a?.reload('u1')]
    await settle()
    expect(await b?.('u1')).toBe(1)
    calls[1]?.answer(2)
    expect(await Promise.all(again)).toEqual([2, 2])
    expect(await b?.('u1')).toBe(2)
    expect(calls).toHaveLength(2)
  })

  it('returns the cached value where it does not match', async () => {
    let loads = 0
    const lookup = createFleet()
      .join()
      .defineLookup(user(async () => ++loads))
    const isFirst = (value: unknown) => value === 1
    await lookup('u1')
    expect(await lookup.reload('u1', isFirst)).toBe(2)
    expect(await lookup.reload('u1', isFirst)).toBe(2)
    expect(loads).toBe(2)
  })

  it('loads once for eight processes, also when the new value equals the old one', async () => {
    const { join, settle, clock } = createFleet()
    const { calls, load } = createUpstream<number>()
    const fleet = Array.from({ length: 8 }, () => join().defineLookup(user(load)))
    const first = fleet[0]?.('u1')
    await settle()
    calls[0]?.answer(1)
    expect(await first).toBe(1)
    const again = fleet.map((lookup) => lookup.reload('u1'))
    await clock.advance(1000)
    calls[1]?.answer(1)
    await clock.advance(1000)
    for (const call of calls.slice(2)) call.answer(1)
    await clock.advance(10_000)
    expect(await Promise.all(again)).toEqual([1, 1, 1, 1, 1, 1, 1, 1])
    expect(calls).toHaveLength(2)
  })

  it('of "not found" by two processes at once is one load', async () => {
    const { join, settle, clock } = createFleet()
    const { calls, load } = createUpstream<number>()
    const fleet = [join(), join()].map((process) => process.defineLookup(user(load)))
    const first = fleet[0]?.('u1')
    await settle()
    calls[0]?.answer(null)
    expect(await first).toBeNull()
    const again = fleet.map((lookup) => lookup.reload('u1'))
    await clock.advance(100)
    calls[1]?.answer(null)
    await clock.advance(1000)
    for (const call of calls.slice(2)) call.answer(null)
    await clock.advance(1000)
    expect(await Promise.all(again)).toEqual([null, null])
    expect(calls).toHaveLength(2)
  })

  it('returns no value in grace that the caller rejects', async () => {
    const { join } = createFleet()
    let fails = false
    const lookup = join().defineLookup({
      ...user(async (id) => {
        if (fails) throw new Error('down')
        return { id }
      }),
      grace: 600,
    })
    await lookup('u1')
    fails = true
    await expect(lookup.reload('u1')).rejects.toThrow('down')
    expect(await lookup('u1')).toEqual({ id: 'u1' })
  })

  it('keeps the cached value when the loader fails', async () => {
    const { join } = createFleet()
    let fails = false
    const lookup = join().defineLookup(
      user(async (id) => {
        if (fails) throw new Error('down')
        return { id }
      }),
    )
    await lookup('u1')
    fails = true
    await expect(lookup.reload('u1')).rejects.toThrow('down')
    expect(await lookup('u1')).toEqual({ id: 'u1' })
  })
})
