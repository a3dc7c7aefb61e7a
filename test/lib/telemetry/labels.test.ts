import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLabel, withoutIds } from '@/lib/telemetry/labels'

test.each([
  ['GET /users', 'GET /users'],
  [
    'GET /users/user_2abcDEFghi/oauth_access_tokens/oauth_google',
    'GET /users/:id/oauth_access_tokens/oauth_google',
  ],
  ['POST /sessions/sess_2abcDEFghi/revoke', 'POST /sessions/:id/revoke'],
  ['oauth_access_tokens', 'oauth_access_tokens'],
  ['updateUserMetadata', 'updateUserMetadata'],
])('the label of %j is %j', (text, label) => {
  expect(withoutIds(text)).toBe(label)
})

test('a label has few and short values, whatever is counted', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 200 }), { minLength: 200, maxLength: 400 }), (texts) => {
      const labelOf = createLabel()
      const labels = new Set(texts.map(labelOf))
      expect(labels.size).toBeLessThanOrEqual(101)
      for (const label of labels) expect(label.length).toBeLessThanOrEqual(64)
    }),
    { numRuns: 50 },
  )
})

test('a label that was returned before is returned again, however many came since', () => {
  const labelOf = createLabel()
  labelOf('first')
  for (let i = 0; i < 500; i++) labelOf(`operation ${i}`)
  expect([labelOf('first'), labelOf('new')]).toEqual(['first', 'other'])
})
