import { describe, expect, it } from 'vitest'
import { LookupError } from '@/lib/lookup/errors'
import { inspect } from '@/lib/lookup/inspect'
import { createFleet, user } from './in-process-fleet'

/** An upstream that changes with `change`, and two processes that have read `u1` of it. */
async function start({ before = () => {} }: { before?: () => void } = {}) {
  const fleet = createFleet()
  const { clock, join } = fleet
  let version = 1
  const load = async (id: string) => {
    before()
    return `${id} ${version}`
  }
  const member = () => {
    const process = join()
    const lookup = process.defineLookup({ ...user(load), tags: (id) => [`user:${id}`, `also:${id}`] })
    /** Invalidates while a fault lasts, and expects to be told that Redis did not confirm it. */
    async function unconfirmed(work: Promise<unknown>) {
      const outcome = work.catch((error: unknown) => error)
      await clock.advance(1000)
      expect(await outcome).toMatchObject({ code: 'invalidation_unconfirmed' })
    }
    return { ...process, lookup, unconfirmed }
  }
  const [here, there] = [member(), member()]
  expect(await here.lookup('u1')).toBe('u1 1')
  expect(await there.lookup('u1')).toBe('u1 1')
  return { ...fleet, here, there, change: () => ++version }
}

describe('an invalidation that Redis did not confirm', () => {
  it('is true in this process as soon as Redis is back, and for the others too once this one has read', async () => {
    const { here, there, change } = await start()
    here.store.down = true
    change()
    await here.unconfirmed(here.lookup.invalidate('u1'))
    here.store.down = false
    expect(await here.lookup('u1')).toBe('u1 2')
    expect(await there.lookup('u1')).toBe('u1 2')
  })

  it('is repeated until Redis confirms it, without a read', async () => {
    const { here, there, change, clock } = await start()
    here.store.down = true
    change()
    await here.unconfirmed(here.lookup.invalidate('u1'))
    await clock.advance(250_000)
    expect(await there.lookup('u1')).toBe('u1 1')
    here.store.down = false
    await clock.advance(2000)
    expect(await there.lookup('u1')).toBe('u1 2')
    here.store.commands.length = 0
    await clock.advance(60_000)
    expect(here.store.commands).toEqual([])
  })

  it('costs nothing more once it is confirmed', async () => {
    const { here, change } = await start()
    here.store.down = true
    change()
    await here.unconfirmed(here.lookup.invalidate('u1'))
    here.store.down = false
    await here.lookup('u1')
    here.store.commands.length = 0
    expect(await here.lookup('u1')).toBe('u1 2')
    expect(here.store.commands).toEqual(['read'])
  })

  it('costs the values without its tags nothing', async () => {
    const { here } = await start()
    await here.lookup('u2')
    here.store.failing.add('drop')
    await here.unconfirmed(here.lookup.invalidate('u1'))
    here.store.commands.length = 0
    expect(await here.lookup('u2')).toBe('u2 1')
    expect(here.store.commands).toEqual(['read'])
  })

  it('loads past Redis while Redis answers reads and refuses invalidations', async () => {
    const { here, change } = await start()
    here.store.failing.add('drop')
    change()
    await here.unconfirmed(here.lookup.invalidate('u1'))
    expect(await here.lookup('u1')).toBe('u1 2')
    expect(await here.lookup.peek('u1')).toBeUndefined()
    expect(here.events.find((event) => event.type === 'uncached')).toMatchObject({
      code: 'invalidation_unconfirmed',
    })
    change()
    expect(await here.lookup.reload('u1')).toBe('u1 3')
    await expect(inspect(here.lookup, 'u1')).rejects.toMatchObject({ code: 'invalidation_unconfirmed' })
  })

  it('is true when Redis has done it and only the answer was lost', async () => {
    const { here, there, store, change } = await start()
    here.store.failing.add('drop')
    change()
    const invalidated = here.lookup.invalidate('u1')
    for (const key of [...store.cells.keys()].filter((key) => key.includes(':f:'))) store.cells.delete(key)
    await here.unconfirmed(invalidated)
    here.store.failing.clear()
    expect(await there.lookup('u1')).toBe('u1 2')
    expect(await here.lookup('u1')).toBe('u1 2')
    expect(await there.lookup('u1')).toBe('u1 2')
  })

  it('is remembered together with others, and each is repeated', async () => {
    const { here, there, change, clock } = await start()
    for (const id of ['u2', 'u3']) await there.lookup(id)
    here.store.down = true
    change()
    await here.unconfirmed(here.lookup.invalidate('u1'))
    await here.unconfirmed(here.invalidateTags(['also:u2', 'user:u3']))
    here.store.down = false
    await clock.advance(2000)
    const drops = here.store.commands.filter((command) => command === 'drop')
    expect(await there.lookup.many(['u1', 'u2', 'u3'])).toEqual(['u1 2', 'u2 2', 'u3 2'])
    expect(drops.length).toBeGreaterThan(0)
  })

  it('is not confirmed by a repetition that was sent before it', async () => {
    const { here, there, change, clock } = await start()
    here.store.down = true
    await here.unconfirmed(here.lookup.invalidate('u1'))
    here.store.down = false
    // The repetition is done by Redis at once, and answered late.
    const { drop } = here.store
    let answer = () => {}
    here.store.drop = async (keys) => {
      await drop(keys)
      await new Promise<void>((resolve) => {
        answer = resolve
      })
    }
    await clock.advance(2000)
    here.store.drop = async () => {
      throw new LookupError('store_unavailable', 'down')
    }
    expect(await there.lookup('u1')).toBe('u1 1')
    change()
    await here.unconfirmed(here.lookup.invalidate('u1'))
    answer()
    await clock.advance(0)
    here.store.drop = drop
    expect(await here.lookup('u1')).toBe('u1 2')
  })

  it('is not remembered by a process that starts anew', async () => {
    const { here, join, change } = await start()
    here.store.down = true
    change()
    await here.unconfirmed(here.lookup.invalidate('u1'))
    const restarted = join().defineLookup({
      ...user(async () => 'new'),
      tags: (id) => [`user:${id}`, `also:${id}`],
    })
    expect(await restarted('u1')).toBe('u1 1')
  })

  it('gives up the oldest of more than 10 000 tags, and says so', async () => {
    const { here, there, change } = await start()
    await there.lookup('u2')
    here.store.down = true
    change()
    await here.unconfirmed(here.lookup.invalidate('u1'))
    await here.unconfirmed(here.lookup.invalidate('u2'))
    await here.unconfirmed(here.invalidateTags(Array.from({ length: 9998 }, (_, i) => `other:${i}`)))
    // Each of the first two has two tags.
    const last = here.events.findLast((event) => event.type === 'unconfirmed')
    expect(last).toEqual({ type: 'unconfirmed', pending: 10_000, givenUp: 2 })
    here.store.down = false
    expect(await here.lookup.many(['u1', 'u2'])).toEqual(['u1 1', 'u2 2'])
  })
})

describe('a revocation that Redis did not confirm', () => {
  const markers = { revocationMarkers: ['session:s1'] }
  const revoked = { code: 'revoked' }

  it('refuses in this process as soon as Redis is back, and in the others too', async () => {
    const { here, there } = await start()
    here.store.down = true
    await here.unconfirmed(here.revoke('session:s1', { seconds: 600 }))
    await expect(here.lookup.fresh('u1', markers)).rejects.toMatchObject({ code: 'revocation_unknown' })
    here.store.down = false
    await expect(here.lookup.fresh('u1', markers)).rejects.toMatchObject(revoked)
    await expect(there.lookup.fresh('u1', markers)).rejects.toMatchObject(revoked)
  })

  it('fails closed while Redis refuses the marker', async () => {
    const { here } = await start()
    here.store.failing.add('mark')
    await here.unconfirmed(here.revoke('session:s1', { seconds: 600, tags: ['user:u1'] }))
    await expect(here.lookup.fresh('u1', markers)).rejects.toMatchObject({ code: 'revocation_unknown' })
  })

  it('keeps nothing else from being repeated while Redis refuses its marker', async () => {
    const { here, there, change, clock } = await start()
    here.store.down = true
    change()
    await here.unconfirmed(here.revoke('session:s1', { seconds: 600 }))
    await here.unconfirmed(here.lookup.invalidate('u1'))
    await here.unconfirmed(here.revoke('session:s2', { seconds: 600 }))
    const { mark } = here.store
    here.store.mark = async (key, ...rest) => {
      if (key.includes('s1')) throw new LookupError('store_unavailable', 'refused')
      return mark(key, ...rest)
    }
    here.store.down = false
    await clock.advance(2000)
    expect(await there.lookup('u1')).toBe('u1 2')
    expect(await here.lookup.peek('u1')).toBe('u1 2')
    await expect(there.lookup.fresh('u1', { revocationMarkers: ['session:s2'] })).rejects.toMatchObject(
      revoked,
    )
    await expect(here.lookup.fresh('u1', markers)).rejects.toMatchObject({ code: 'revocation_unknown' })
    here.store.mark = mark
    await clock.advance(2000)
    await expect(there.lookup.fresh('u1', markers)).rejects.toMatchObject(revoked)
    const last = here.events.findLast((event) => event.type === 'unconfirmed')
    expect(last).toEqual({ type: 'unconfirmed', pending: 0, givenUp: 0 })
  })

  it('invalidates its tags everywhere although Redis refuses its marker', async () => {
    const { here, change } = await start()
    const told: string[] = []
    here.state.connect({ epoch: () => 1, announce: async (tags) => void told.push(...tags) })
    here.store.failing.add('mark')
    change()
    await here.unconfirmed(here.revoke('session:s1', { seconds: 600, tags: ['user:u1'] }))
    expect(told).toEqual(['user:u1'])
    expect(await here.lookup('u1')).toBe('u1 2')
    expect(await here.lookup.peek('u1')).toBe('u1 2')
  })

  it('is repeated without a read, for 10 minutes at most', async () => {
    const { here, there, clock } = await start()
    here.store.down = true
    await here.unconfirmed(here.revoke('session:s1', { seconds: 86_400 }))
    here.store.down = false
    await clock.advance(2000)
    await expect(there.lookup.fresh('u1', markers)).rejects.toMatchObject(revoked)
    await clock.advance(600_000)
    expect(await there.lookup.fresh('u1', markers)).toBe('u1 1')
  })

  it('does not replace a longer one that was set meanwhile', async () => {
    const { here, there, clock } = await start()
    here.store.down = true
    await here.unconfirmed(here.revoke('session:s1', { seconds: 60 }))
    await there.revoke('session:s1', { seconds: 86_400 })
    here.store.down = false
    await clock.advance(3_600_000)
    await expect(here.lookup.fresh('u1', markers)).rejects.toMatchObject(revoked)
  })

  it('is not repeated once it was ended here', async () => {
    const { here, store, there, clock } = await start()
    here.store.failing.add('mark')
    await here.unconfirmed(here.revoke('session:s1', { seconds: 600 }))
    // Redis had done it.
    store.cells.set('t:g:session:s1', { text: 'done', until: clock.now() + 600_000 })
    await here.restore('session:s1', 'done')
    here.store.failing.clear()
    await clock.advance(10_000)
    expect(await here.lookup.fresh('u1', markers)).toBe('u1 1')
    expect(await there.lookup.fresh('u1', markers)).toBe('u1 1')
  })
})
