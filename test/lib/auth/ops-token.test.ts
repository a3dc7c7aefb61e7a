import { beforeEach, expect, test } from 'vitest'
import { carriesOpsToken } from '@/lib/auth/ops-token'
import { type AuditEvent, onAudit } from '@/lib/cache/audit-events'
import { setVariables } from '@/lib/env'

const token = 'an ops token of this test'
setVariables({ OPS_TOKEN: token })

let events: AuditEvent[]
beforeEach(() => {
  events = []
  return onAudit('test', (event) => events.push(event))
})

const sent = (authorization?: string) =>
  carriesOpsToken(
    new Request('http://localhost/api/metrics?secret=1', { headers: authorization ? { authorization } : {} }),
  )

test('the right token is admitted, and is no record', () => {
  expect(sent(`Bearer ${token}`)).toBe(true)
  expect(events).toEqual([])
})

test('a request without a token is refused, and is no record: nobody guesses', () => {
  expect(sent()).toBe(false)
  expect(events).toEqual([])
})

test('the session token of an admin is not a guess', () => {
  expect(sent(`Bearer ${['eyJhbGciOiJSUzI1NiJ9', 'eyJzdWIiOiJ1c2VyXzIifQ', 'c2ln_bm-F0'].join('.')}`)).toBe(
    false,
  )
  expect(events).toEqual([])
})

test('a wrong token is a record with the path, and without the token', () => {
  expect(sent('Bearer a guess')).toBe(false)
  expect(events).toEqual([
    {
      ...{ action: 'ops.token', actor: 'anonymous', subject: 'ops' },
      ...{ target: '/api/metrics', outcome: 'refused' },
    },
  ])
})

test('whoever guesses on and on causes twenty-one records a minute', () => {
  for (let i = 0; i < 1000; i++) sent(`Bearer guess ${i}`)
  expect(events.length).toBeLessThanOrEqual(21)
})
