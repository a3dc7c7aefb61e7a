import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import { createFleet, createUpstream, user } from './in-process-fleet'

const many = (loadMany: (ids: string[]) => Promise<(string | null | undefined | Error)[]>, max = 100) => {
  const { load: _, ...declaration } = user<string>(async () => null)
  return { ...declaration, loadMany, batch: { max } }
}

describe('a batched load', () => {
  it('is one call for the lookups of one tick, in chunks of the upstream’s limit', async () => {
    const { join } = createFleet()
    const calls: string[][] = []
    const lookup = join().defineLookup(
      many(async (ids) => {
        calls.push(ids)
        return ids
      }, 2),
    )
    expect(await Promise.all(['a', 'b', 'c'].map((id) => lookup(id)))).toEqual(['a', 'b', 'c'])
    expect(calls).toEqual([['a', 'b'], ['c']])
  })

  it('treats a missing answer as "not found", and an error in the list as the failure of that argument', async () => {
    const { join } = createFleet()
    const lookup = join().defineLookup(many(async () => ['a', undefined, new Error('no c')]))
    const results = await Promise.allSettled(['a', 'b', 'c'].map((id) => lookup(id)))
    expect(results).toMatchObject([{ value: 'a' }, { value: null }, { reason: { message: 'no c' } }])
  })

  it('is split when one argument is bad, so that the others do not fail', async () => {
    const { join } = createFleet()
    let calls = 0
    const lookup = join().defineLookup(
      many(async (ids) => {
        calls++
        if (ids.includes('bad')) throw Object.assign(new Error('bad id'), { status: 422 })
        return ids
      }),
    )
    const results = await Promise.allSettled(['a', 'b', 'bad', 'd'].map((id) => lookup(id)))
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(calls).toBe(5)
  })

  it('that is split ends with the timeout of the whole batch', async () => {
    const { join, clock, settle } = createFleet()
    const started: number[] = []
    const aborted: number[] = []
    const lookup = join().defineLookup({
      ...{ name: 'user', version: 1, key: (id: string) => id, tags: () => ['all'], ttl: 60 },
      ...{ timeout: 2, lease: 2.5 },
      loadMany(_: string[], { signal }: { signal: AbortSignal }) {
        started.push(clock.now())
        signal.addEventListener('abort', () => aborted.push(clock.now()))
        return new Promise<string[]>((_, reject) => {
          clock.timer(900, () => reject(Object.assign(new Error('bad id'), { status: 422 })))
        })
      },
    })
    const begun = clock.now()
    const ids = Array.from({ length: 16 }, (_, i) => `u${i}`)
    const reads = Promise.allSettled(ids.map((id) => lookup(id)))
    await clock.advance(2000)
    await settle()
    const outcomes = await reads
    expect(outcomes.every((outcome) => outcome.status === 'rejected')).toBe(true)
    expect(Math.max(...started) - begun).toBeLessThan(2000)
    expect(new Set(aborted)).toEqual(new Set([begun + 2000]))
  })

  it('is not repeated for an outage', async () => {
    const { join } = createFleet()
    let calls = 0
    const lookup = join().defineLookup(
      many(async () => {
        calls++
        throw Object.assign(new Error('down'), { status: 503 })
      }),
    )
    await Promise.allSettled(['a', 'b', 'c'].map((id) => lookup(id)))
    expect(calls).toBe(1)
  })
})

describe('an answer of loadMany that is not one value for each argument', () => {
  const wrong: [string, unknown][] = [
    ['a list that leaves one out', ['b', 'c']],
    ['a list with one too many', ['a', 'b', 'c', 'd']],
    ['a string', 'abc'],
    ['a Map', new Map([['a', 'a']])],
    ['a Set', new Set(['a', 'b', 'c'])],
    ['an object that looks like a list', { length: 3, 0: 'a', 1: 'b', 2: 'c' }],
    ['nothing', undefined],
    ['null', null],
    ['a list with a hole', Object.assign(new Array(3), { 0: 'a', 2: 'c' })],
  ]
  it.each(wrong)('is refused, and nothing is cached: %s', async (_, answer) => {
    const { join, store } = createFleet()
    const answers: { value: unknown } = { value: answer }
    // What a loader without types may return.
    const loadMany: (ids: string[]) => Promise<string[]> = async () =>
      JSON.parse('0') || Object(answers).value
    const lookup = join().defineLookup(many(loadMany))
    const results = await Promise.allSettled(['a', 'b', 'c'].map((id) => lookup(id)))
    for (const result of results)
      expect(result).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'bad_value',
          message: expect.stringContaining('Lookup "user": loadMany must return a list of 3'),
        },
      })
    expect([...store.cells.keys()].filter((key) => key.startsWith('t:e:'))).toEqual([])
  })

  it('fails only its argument, if it is a promise in the list', async () => {
    const { join } = createFleet()
    const lookup = join().defineLookup(
      many(async () => ['a', Object(Promise.reject(new Error('nobody waits for it'))), 'c']),
    )
    expect(await Promise.allSettled(['a', 'b', 'c'].map((id) => lookup(id)))).toMatchObject([
      { value: 'a' },
      { reason: { code: 'bad_value', message: expect.stringContaining('promise') } },
      { value: 'c' },
    ])
  })

  it.each([
    ['text', 'down'],
    ['nothing', undefined],
    ['null', null],
  ])('passes a rejection with %s on as it is', async (_, reason) => {
    const { join } = createFleet()
    const lookup = join().defineLookup(many(() => Promise.reject(reason)))
    expect(await Promise.allSettled([lookup('a'), lookup('b')])).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ])
  })
})

describe('a load', () => {
  it('does not run in the context of the request that started it', async () => {
    const { join } = createFleet()
    const request = new AsyncLocalStorage<string>()
    const seen: (string | undefined)[] = []
    const load = async (id: string) => {
      seen.push(request.getStore())
      return id
    }
    const process = join()
    const one = process.defineLookup(user(load))
    const batched = process.defineLookup({ ...many((ids) => Promise.all(ids.map(load))), name: 'many' })
    await request.run('request', () => Promise.all([one('a'), batched('b')]))
    process.store.down = true
    await request.run('request', () => one('c'))
    expect(seen).toEqual([undefined, undefined, undefined])
  })

  it('waits for its turn when too many run', async () => {
    const { join, settle } = createFleet()
    const { calls, load } = createUpstream<string>()
    const lookup = join({ concurrency: 2 }).defineLookup(user(load))
    const reads = lookup.many(['a', 'b', 'c', 'd'])
    await settle()
    expect(calls).toHaveLength(2)
    calls[0]?.answer('a')
    await settle()
    expect(calls).toHaveLength(3)
    calls[1]?.answer('b')
    await settle()
    for (const call of calls.slice(2)) call.answer(call.arg)
    expect(await reads).toEqual(['a', 'b', 'c', 'd'])
  })

  it('passes values through the codec, sealed with the full key', async () => {
    const { join, store } = createFleet()
    const codec = {
      encode: (value: string, key: string) => JSON.stringify([key, [...value].reverse().join('')]),
      decode: (text: string, key: string) => {
        const [boundTo, value]: string[] = JSON.parse(text)
        if (boundTo !== key || value === undefined) throw new Error('sealed for another key')
        return [...value].reverse().join('')
      },
    }
    const lookup = join().defineLookup({ ...user(async () => 'token'), codec })
    expect([await lookup('u1'), await lookup('u1')]).toEqual(['token', 'token'])
    expect(store.cells.get('t:e:user.1:u1')?.text).toMatch(/"t:e:user\.1:u1","nekot"/)
  })
})
