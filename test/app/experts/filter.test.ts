import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expertOf } from '@/app/experts/expert'
import { filterOf, matches, optionsOf } from '@/app/experts/filter'
import { toCachedUser } from '@/lib/cache/cached-user'

const expert = (hourlyRate: number | null, specialties: string[] = [], currency = 'EUR') =>
  expertOf(toCachedUser({ id: 'user_1', public_metadata: { hourlyRate, currency, specialties } }))

const kafka = expert(180, ['kafka', 'data'])
const design = expert(160, ['design'])
const dollars = expert(100, ['design'], 'USD')
const unpriced = expert(null, ['kafka'])
const all = [kafka, design, dollars, unpriced]

const found = (params: Record<string, string | string[]>) =>
  all.filter((one) => matches(one, filterOf(params)))

describe('a filter of experts', () => {
  test('by specialty leaves those who have it', () => {
    expect(found({ specialty: 'kafka' })).toEqual([kafka, unpriced])
    expect(found({ specialty: 'kaf' })).toEqual([])
  })

  test('by price leaves those who cost at most so much in that currency', () => {
    expect(found({ price: 'EUR-170' })).toEqual([design])
    expect(found({ price: 'EUR-180' })).toEqual([kafka, design])
    expect(found({ price: 'USD-180' })).toEqual([dollars])
  })

  test('by both leaves those who fit both', () => {
    expect(found({ specialty: 'design', price: 'USD-100' })).toEqual([dollars])
  })

  test.each([
    {},
    { price: '100' },
    { price: 'EUR-' },
    { price: ['EUR-1', 'EUR-2'] },
    { specialty: ['a', 'b'] },
  ])('that is none leaves everybody: %j', (params) => {
    expect(found(params)).toEqual(all)
  })
})

describe('the options', () => {
  test('are each specialty once, in order, and rounded prices of each currency', () => {
    expect(optionsOf(all)).toEqual({
      specialties: ['data', 'design', 'kafka'],
      prices: [
        { value: 'EUR-160', label: 'Up to €160' },
        { value: 'EUR-180', label: 'Up to €180' },
        { value: 'USD-100', label: 'Up to $100' },
      ],
    })
  })

  test('have what is chosen, where an address chose something else', () => {
    const { specialties, prices } = optionsOf(all, filterOf({ specialty: 'go', price: 'EUR-100' }))
    expect(specialties).toEqual(['data', 'design', 'go', 'kafka'])
    expect(prices[0]).toEqual({ value: 'EUR-100', label: 'Up to €100' })
    expect(optionsOf(all, filterOf({ specialty: 'kafka', price: 'EUR-160' }))).toEqual(optionsOf(all))
    expect(optionsOf(all, filterOf({ price: '100' }))).toEqual(optionsOf(all))
  })

  test('each leave somebody, whatever experts cost', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer(), fc.double(), fc.integer({ min: 1, max: 500 }))),
        (rates) => {
          const experts = rates.map((rate) => expert(rate))
          for (const { value } of optionsOf(experts).prices)
            expect(experts.some((one) => matches(one, filterOf({ price: value })))).toBe(true)
        },
      ),
    )
  })
})
