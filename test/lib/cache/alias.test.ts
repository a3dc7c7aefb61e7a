import { beforeEach, describe, expect, it } from 'vitest'
import { createAlias, createHints } from '@/lib/cache/alias'
import { createFleet, user } from '../lookup/in-process-fleet'

interface Person {
  id: string
  name: string
}

describe('an alias', () => {
  let people: Person[]
  let calls: string[]
  const fleet = () => {
    const { join, clock } = createFleet()
    const create = () => {
      const process = join()
      const byId = process.defineLookup(
        user<Person>(async (id) => {
          calls.push(`id ${id}`)
          return people.find((person) => person.id === id) ?? null
        }),
      )
      const names = process.defineLookup({
        name: 'username',
        version: 1,
        key: (name: string) => name,
        tags: (name) => [`username:${name}`],
        ttl: 300,
        memo: false,
        load: async (name) => {
          calls.push(`name ${name}`)
          return people.find((person) => person.name === name)?.id ?? null
        },
      })
      const byName = createAlias({
        id: 'username',
        key: (name: string) => name,
        idByName: names,
        valueById: byId,
        verify: (person, name) => person.name === name,
        hints: createHints(),
      })
      return { ...process, byId, names, byName }
    }
    return { create, clock }
  }
  beforeEach(() => {
    calls = []
    people = [
      { id: 'u1', name: 'ada' },
      { id: 'u2', name: 'bob' },
    ]
  })

  it('leads to the value under its own key, which is shared with reads by that key', async () => {
    const { byName, byId } = fleet().create()
    expect(await byName('ada')).toEqual({ id: 'u1', name: 'ada' })
    expect(await byId('u1')).toEqual({ id: 'u1', name: 'ada' })
    expect(calls).toEqual(['name ada', 'id u1'])
  })

  it('costs two commands when cached, and one with a hint in the process', async () => {
    const { create } = fleet()
    await create().byName('ada')
    const { byName, store } = create()
    await byName('ada')
    expect(store.commands).toEqual(['read', 'read'])
    store.commands.length = 0
    await byName('ada')
    expect(store.commands).toEqual(['read'])
  })

  it('returns null for a name that no user has', async () => {
    const { byName } = fleet().create()
    expect([await byName('eve'), await byName('eve')]).toEqual([null, null])
    expect(calls).toEqual(['name eve'])
  })

  it('never returns the previous owner after the invalidation of a user who was renamed', async () => {
    const { create } = fleet()
    const [here, there] = [create(), create()]
    await here.byName('ada')
    await there.byName('ada')
    people = [
      { id: 'u1', name: 'lovelace' },
      { id: 'u2', name: 'ada' },
    ]
    await there.byId.invalidate('u1')
    expect(await here.byName('ada')).toEqual({ id: 'u2', name: 'ada' })
    expect(await here.byName('lovelace')).toEqual({ id: 'u1', name: 'lovelace' })
  })

  it('resolves a name again after an invalidation of the name itself', async () => {
    const { create } = fleet()
    const [here, there] = [create(), create()]
    await here.byName('ada')
    people = [{ id: 'u2', name: 'ada' }]
    await there.names.invalidate('ada')
    expect(await here.byName('ada')).toEqual({ id: 'u2', name: 'ada' })
  })

  it('returns null when its user was deleted', async () => {
    const { byName, byId } = fleet().create()
    await byName('ada')
    people = []
    await byId.invalidate('u1')
    expect(await byName('ada')).toBeNull()
  })
})
