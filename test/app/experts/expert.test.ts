import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expertOf, isExpert } from '@/app/experts/expert'
import { toCachedUser } from '@/lib/cache/cached-user'

const user = (fields: object = {}) =>
  toCachedUser({ id: 'user_1', username: 'ada', created_at: 1e12, ...fields })
const withMetadata = (metadata: unknown) => expertOf(user({ public_metadata: metadata }))

describe('an expert as the pages show them', () => {
  test('a rate is shown in its currency, and in dollars without one', () => {
    expect(withMetadata({ hourlyRate: 90, currency: 'EUR' }).rate).toBe('€90')
    expect(withMetadata({ hourlyRate: 90 }).rate).toBe('$90')
  })

  test.each(['a1b', 'usd', 'EURO', '', 7, null, '€€€'])(
    'a rate in the currency %j is left out',
    (currency) => {
      expect(withMetadata({ hourlyRate: 90, currency }).rate).toBeNull()
    },
  )

  test('a field of another type is left out, and the others stay', () => {
    const expert = withMetadata({ headline: 7, bio: 'Ships', specialties: ['a', 1], hourlyRate: '90' })
    expect(expert).toMatchObject({ headline: '', bio: 'Ships', specialties: [], rate: null })
  })

  test('a specialty that is listed twice is shown once', () => {
    expect(withMetadata({ specialties: ['a', 'b', 'a'] }).specialties).toEqual(['a', 'b'])
  })

  test.each([0, Number.NaN, 1e300, undefined])('the time of joining %j is left out', (created_at) => {
    expect(expertOf(user({ created_at })).memberSince).toBeNull()
  })

  const odd = fc.oneof(
    fc.jsonValue(),
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.double(),
    fc.constant('\ud800'),
  )

  test('whatever Clerk sends, nothing throws', () => {
    const metadata = fc.oneof(
      odd,
      fc.record(
        {
          ...{ headline: odd, bio: odd, specialties: fc.oneof(odd, fc.array(odd)), role: odd },
          ...{ hourlyRate: odd, currency: fc.oneof(odd, fc.string({ minLength: 3, maxLength: 3 })) },
        },
        { requiredKeys: [] },
      ),
    )
    fc.assert(
      fc.property(metadata, odd, odd, odd, (public_metadata, username, created_at, first_name) => {
        const odd = user({ public_metadata, username, created_at, first_name })
        expect(isExpert(odd)).toBeTypeOf('boolean')
        expect(expertOf(odd).name).toBeTypeOf('string')
      }),
    )
  })
})

describe('who has a public page', () => {
  test.each([
    ['expert', true],
    [['admin', 'expert'], true],
    ['admin', false],
    [undefined, false],
    ['experts', false],
    [{ expert: true }, false],
  ])('role %j: %s', (role, expected) => {
    expect(isExpert(user({ public_metadata: { role } }))).toBe(expected)
  })
})
