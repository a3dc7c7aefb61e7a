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

  it('finds a renamed user whose entry is still cached by the new name at once, without an invalidation', async () => {
    const { byName, byId } = fleet().create()
    await byId('u1')
    people = [{ id: 'u1', name: 'lovelace' }]
    calls = []
    expect(await byName('lovelace')).toEqual({ id: 'u1', name: 'lovelace' })
    expect(await byId('u1')).toEqual({ id: 'u1', name: 'lovelace' })
    const first = calls.length
    expect(first).toBeLessThanOrEqual(3)
    for (let i = 0; i < 20; i++) expect(await byName('lovelace')).toEqual({ id: 'u1', name: 'lovelace' })
    expect(calls).toHaveLength(first)
  })

  it('finds one who was created after the ID was cached as "not found"', async () => {
    const { byName, byId } = fleet().create()
    expect(await byId('u3')).toBeNull()
    people.push({ id: 'u3', name: 'cleo' })
    expect(await byName('cleo')).toEqual({ id: 'u3', name: 'cleo' })
  })

  it('costs one load of the name for 20 visits of a name that its user gave up', async () => {
    const { byName, byId } = fleet().create()
    await byName('ada')
    people = [{ id: 'u1', name: 'lovelace' }]
    await byId.invalidate('u1')
    calls = []
    for (let i = 0; i < 20; i++) expect(await byName('ada')).toBeNull()
    expect(calls).toEqual(['id u1', 'name ada'])
  })

  it('costs a bounded number of loads when the upstream contradicts itself', async () => {
    const { create } = fleet()
    const { byId, defineLookup } = create()
    let resolved = 0
    const byName = createAlias({
      id: 'username',
      key: (name: string) => name,
      idByName: defineLookup({
        ...{ name: 'odd', version: 1, ttl: 300, memo: false, key: (name: string) => name },
        tags: () => ['odd'],
        async load() {
          resolved++
          return 'u1'
        },
      }),
      valueById: byId,
      verify: (person, name) => person.name === name,
      hints: createHints(),
    })
    for (let i = 0; i < 20; i++) expect(await byName('nobody')).toBeNull()
    expect(resolved + calls.length).toBeLessThanOrEqual(8)
  })

  it.each([[['u1']], [['u2']], [['u1', 'u2']], [[]]])(
    'finds both owners of two names that were swapped, whichever of them was invalidated: %j',
    async (invalidated) => {
      const { create } = fleet()
      const [here, there] = [create(), create()]
      for (const name of ['ada', 'bob']) {
        await here.byName(name)
        await there.byName(name)
      }
      people = [
        { id: 'u1', name: 'bob' },
        { id: 'u2', name: 'ada' },
      ]
      for (const id of invalidated) await there.byId.invalidate(id)
      const names = await Promise.all([here.byName('ada'), here.byName('bob')])
      expect(names.map((person) => person?.name)).toEqual(['ada', 'bob'])
      // An entry that was not invalidated may still be the old one.
      if (invalidated.length === 2) expect(names.map((person) => person?.id)).toEqual(['u2', 'u1'])
    },
  )

  it('never returns null for a name that always has an owner, while names are swapped', async () => {
    const { create, clock } = fleet()
    const fleetOf4 = [create(), create(), create(), create()]
    const wrong: unknown[] = []
    const reads: Promise<void>[] = []
    for (let i = 0; i < 60; i++) {
      for (const one of fleetOf4)
        reads.push(
          one.byName('ada').then((person) => {
            if (person?.name !== 'ada') wrong.push(person)
          }),
        )
      if (i % 3 === 0) {
        people = people.map((person) => ({ ...person, name: person.name === 'ada' ? 'bob' : 'ada' }))
        void fleetOf4[i % 4]?.byId.invalidate(people[i % 2]?.id ?? '')
      }
      await clock.advance(20)
    }
    await clock.advance(5000)
    await Promise.all(reads)
    expect(wrong).toEqual([])
  })

  it('returns null when its user was deleted', async () => {
    const { byName, byId } = fleet().create()
    await byName('ada')
    people = []
    await byId.invalidate('u1')
    expect(await byName('ada')).toBeNull()
  })
})
