import { describe, expect, test } from 'vitest'
import { avoidedCalls, type LookupHealth, minutesOf } from '@/lib/dashboard/hit-rates'

const lookup = (name: string, redis: number, misses: number, request = 0): LookupHealth => ({
  ...{ name, misses, reads: redis + misses + request, hits: { request, process: 0, redis } },
  ...{ hitRate: null, minutes: [] },
})

describe('minutesOf', () => {
  test('adds up the layers of one lookup, and leaves a minute without reads empty', () => {
    const busy = new Map([
      ['lookups_total lookup=user layer=redis', 8],
      ['lookups_total lookup=user layer=request', 1],
      ['lookups_total lookup=user layer=none', 1],
      ['lookups_total lookup=username layer=redis', 5],
    ])
    expect(minutesOf('user', [new Map(), busy])).toEqual([
      { reads: 0, hits: 0 },
      { reads: 10, hits: 9 },
    ])
  })
})

describe('avoidedCalls', () => {
  test('counts neither the memo of a request nor names that lead to a user', () => {
    expect(avoidedCalls([lookup('user', 9, 1, 50), lookup('username', 9, 1)])).toEqual({
      calls: 9,
      share: 0.9,
    })
  })

  test('no traffic is no share, not none of it', () => {
    expect(avoidedCalls([]).share).toBeNull()
  })
})
