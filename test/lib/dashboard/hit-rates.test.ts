import { describe, expect, test } from 'vitest'
import { avoidedCalls, minutesOf } from '@/lib/dashboard/hit-rates'
import type { LookupHealth } from '@/lib/dashboard/snapshot-schema'

const lookup = (name: string, redis: number, misses: number, request = 0): LookupHealth => ({
  ...{ name, misses, reads: redis + misses + request, hits: { request, process: 0, redis } },
  ...{ hitRate: null, minutes: [] },
})

describe('minutesOf', () => {
  test('adds up the caches of one lookup, and leaves a minute without reads empty', () => {
    const count = (lookup: string, layer: string, value: number) => ({
      ...{ name: 'lookups_total', labels: { lookup, layer }, value },
    })
    const busy = [
      ...[count('user', 'redis', 8), count('user', 'request', 1), count('user', 'none', 1)],
      count('username', 'redis', 5),
    ]
    expect(minutesOf('user', [[], busy])).toEqual([
      { reads: 0, hits: 0 },
      { reads: 10, hits: 9 },
    ])
  })
})

describe('avoidedCalls', () => {
  test('does not count the request memo, nor names that lead to a user', () => {
    expect(avoidedCalls([lookup('user', 9, 1, 50), lookup('username', 9, 1)])).toEqual({
      calls: 9,
      share: 0.9,
    })
  })

  test('without traffic there is no hit rate, which is not a rate of 0', () => {
    expect(avoidedCalls([]).share).toBeNull()
  })
})
