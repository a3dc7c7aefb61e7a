import { describe, expect, it } from 'vitest'
import { createFleet, createUpstream, user } from './in-process-fleet'

const owned = <T extends object>(declaration: T) => ({ ...declaration, owner: (id: string) => id })

describe('what is stored for an owner', () => {
  it('is removed from every lookup that names one, whichever process stored it', async () => {
    const { join, store } = createFleet()
    const [one, other] = [join(), join()]
    await one.defineLookup(owned(user(async (id) => ({ id }))))('u1')
    const names = one.defineLookup({
      ...{ ...user(async () => 'u1'), name: 'name', tags: () => ['names'] },
      owner: (_: string, id: string | null) => id ?? undefined,
    })
    await names('ada')
    await one.defineLookup({ ...user(async (id) => ({ id })), name: 'nobody-s' })('u1')
    await one.defineLookup(owned({ ...user(async (id) => ({ id })), name: 'plan' }))('u2')
    await other.invalidateTags(['user:u1'])
    expect((await other.remove('u1')).toSorted()).toEqual(['name', 'user'])
    const left = [...store.cells.keys()].filter((key) => /^t:[esh]:/.test(key))
    expect(left.toSorted()).toEqual(
      ['t:e:nobody-s.1:u1', 't:e:plan.1:u2', 't:s:nobody-s.1:u1', 't:s:plan.1:u2'].toSorted(),
    )
  })

  it('is not listed for a value that has no owner', async () => {
    const { join } = createFleet()
    const process = join()
    const lookup = process.defineLookup({
      ...user<string>(async () => null),
      owner: (_: string, id: string | null) => id ?? undefined,
    })
    await lookup('ada')
    expect(await process.remove('ada')).toEqual([])
  })

  it('does not come back with a load that began before', async () => {
    const { join, settle, store } = createFleet()
    const process = join()
    const { calls, load } = createUpstream<{ id: string }>()
    const read = process.defineLookup(owned(user(load)))('u1')
    await settle()
    await process.invalidateTags(['user:u1'])
    await process.remove('u1')
    calls[0]?.answer({ id: 'u1' })
    expect(await read).toEqual({ id: 'u1' })
    expect([...store.cells.keys()].filter((key) => /^t:[esh]:/.test(key))).toEqual([])
  })

  it('is an error if the store did not confirm its removal', async () => {
    const { clock, join } = createFleet()
    const process = join()
    process.store.failing.add('remove')
    const removed = process.remove('u1')
    const failed = expect(removed).rejects.toMatchObject({ code: 'invalidation_unconfirmed' })
    await clock.advance(10_000)
    await failed
  })
})
