import { describe, expect, it } from 'vitest'
import { createFleet, user } from './in-process-fleet'

describe('a loader that calls other lookups', () => {
  it.each([1, 50])('needs no setting, whatever the concurrency limit: %s places', async (concurrency) => {
    const process = createFleet().join({ concurrency })
    const part = process.defineLookup({ ...user(async (id) => id), name: 'part' })
    const whole = process.defineLookup({
      ...user(async (id) => `${await part(`${id}1`)} ${await part(`${id}2`)}`),
      name: 'whole',
    })
    const ids = Array.from({ length: 200 }, (_, i) => `u${i}`)
    expect(await whole.many(ids)).toEqual(ids.map((id) => `${id}1 ${id}2`))
  })

  it.each(['fresh', 'many', 'reload', 'warm'] as const)('may also use %s', async (how) => {
    const process = createFleet().join({ concurrency: 1 })
    const part = process.defineLookup({ ...user(async (id) => id), name: 'part' })
    const whole = process.defineLookup({
      ...user(async (id) => {
        if (how === 'many') return (await part.many([id]))[0] ?? null
        if (how === 'warm') await part.warm([id])
        return how === 'reload' ? part.reload(id) : part.fresh(id)
      }),
      name: 'whole',
    })
    expect(await whole.many(['a', 'b'])).toEqual(['a', 'b'])
  })

  it('works without Redis as well', async () => {
    const process = createFleet().join({ concurrency: 1 })
    process.store.down = true
    const part = process.defineLookup({ ...user(async (id) => id), name: 'part' })
    const whole = process.defineLookup({ ...user((id) => part(id)), name: 'whole' })
    expect(await whole.many(['a', 'b'])).toEqual(['a', 'b'])
  })

  it('may call its own lookup with another argument', async () => {
    const process = createFleet().join({ concurrency: 1 })
    const depth: ReturnType<typeof process.defineLookup<string, number>> = process.defineLookup(
      user(async (id): Promise<number> => (id === '' ? 0 : 1 + ((await depth(id.slice(1))) ?? 0))),
    )
    expect(await depth('abc')).toBe(3)
  })

  it('is refused at once when it asks for what it is loading', async () => {
    const process = createFleet().join()
    const self: ReturnType<typeof process.defineLookup<string, string>> = process.defineLookup(
      user((id): Promise<string | null> => self(id)),
    )
    await expect(self('u1')).rejects.toMatchObject({
      code: 'bad_declaration',
      message: expect.stringContaining('Lookup "user"'),
    })
  })

  it('is refused at once when one of a batch asks for another of the same batch', async () => {
    const process = createFleet().join()
    const self: ReturnType<typeof process.defineLookup<string, string>> = process.defineLookup({
      ...{ name: 'user', version: 1, ttl: 60, key: (id: string) => id, tags: (id: string) => [id] },
      loadMany: async (ids: string[]): Promise<(string | null)[]> =>
        Promise.all(ids.map((id) => (id === 'a' ? self('b') : id))),
    })
    const results = await Promise.allSettled([self('a'), self('b')])
    expect(results).toMatchObject([
      { reason: { code: 'bad_declaration' } },
      { reason: { code: 'bad_declaration' } },
    ])
  })

  it('is refused at once when two lookups wait for each other', async () => {
    const process = createFleet().join()
    const one: ReturnType<typeof process.defineLookup<string, string>> = process.defineLookup({
      ...user((id): Promise<string | null> => other(id)),
      name: 'one',
    })
    const other = process.defineLookup({ ...user((id) => one(id)), name: 'other' })
    await expect(one('u1')).rejects.toMatchObject({ code: 'bad_declaration' })
  })

  it('is not refused when it reads its own value after it has ended', async () => {
    const process = createFleet().join()
    const later: Promise<unknown>[] = []
    const self: ReturnType<typeof process.defineLookup<string, string>> = process.defineLookup(
      user(async (id) => {
        later.push(new Promise((resolve) => setImmediate(resolve)).then(() => self(id)))
        return id
      }),
    )
    expect(await self('u1')).toBe('u1')
    expect(await Promise.all(later)).toEqual(['u1'])
  })
})
