import { expect, test } from 'vitest'
import { tokenHealth } from '@/lib/dashboard/token-health'

let ids = 0
const record = (action: string, subject: string, outcome: string, target = 'google') => ({
  ...{ id: String(++ids), at: 1000 - ids, actor: 'system', action, subject, outcome, target },
})
const read = (subject: string, outcome: string, target?: string) =>
  record('token.read', subject, outcome, target)

const google = (...newestFirst: Parameters<typeof tokenHealth>[0]) => tokenHealth(newestFirst).get('google')

test('a user who has to reconnect is not a failure of Clerk or Redis, and is counted once', () => {
  expect(
    google(
      read('user_ruth', 'reconnect_required'),
      record('token.refresh', 'user_ruth', 'reconnect_required'),
      read('user_ruth', 'reconnect_required'),
    ),
  ).toMatchObject({ works: 0, failing: [], users: [{ id: 'user_ruth', outcome: 'reconnect_required' }] })
})

test('people are counted, not records', () => {
  expect(google(read('user_a', 'ok'), read('user_a', 'ok'), read('user_b', 'ok'))).toMatchObject({ works: 2 })
})

test('a refresh is not counted beside the read that it belongs to', () => {
  expect(
    google(read('user_a', 'ok', 'google:eac_1'), record('token.refresh', 'user_a', 'ok', 'google:eac_1')),
  ).toMatchObject({ works: 1, failing: [], users: [] })
})

test('a refresh is not counted although it is the newest record', () => {
  expect(google(record('token.refresh', 'user_a', 'reconnect_required'), read('user_a', 'ok'))).toMatchObject(
    { works: 1, failing: [], users: [] },
  )
})

test('an outage is a failure, until the next read of that person works', () => {
  expect(
    google(read('user_a', 'unavailable'), read('user_b', 'rate_limited'), read('user_c', 'ok')),
  ).toMatchObject({ works: 1, failing: ['user_a', 'user_b'] })
  expect(google(read('user_a', 'ok'), read('user_a', 'unavailable'))).toMatchObject({ works: 1, failing: [] })
})

test('who never connected an account is told apart from who has to act, and neither is a failure', () => {
  expect(google(read('user_a', 'not_connected'), read('user_b', 'scope_missing'))).toMatchObject({
    ...{ notConnected: 1, failing: [], users: [{ id: 'user_b', outcome: 'scope_missing' }] },
  })
})

test('a deleted user says nothing about the provider', () => {
  expect(google(read('user_a', 'revoked'))).toBeUndefined()
})

test('a user who has reconnected since is not listed', () => {
  expect(google(read('user_a', 'ok'), read('user_a', 'reconnect_required'))?.users).toEqual([])
  expect(
    google(read('user_a', 'ok', 'google:eac_2'), read('user_a', 'scope_missing', 'google:eac_1'))?.users,
  ).toEqual([{ id: 'user_a', outcome: 'scope_missing' }])
})

test('repetitions count from when the last one happened, and not from when they were written', () => {
  const repeated = { ...read('user_a', 'ok'), at: 2000, repeats: 3, lastAt: 1000 }
  const since = { ...read('user_a', 'reconnect_required'), at: 1500 }
  expect(google(repeated, since)).toMatchObject({ works: 0, users: [{ id: 'user_a' }] })
  expect(google({ ...repeated, lastAt: 1900 }, since)).toMatchObject({ works: 1, users: [] })
})

test('the order of people does not depend on who came last', () => {
  const reads = ['user_c', 'user_a', 'user_b'].map((id) => read(id, 'reconnect_required'))
  const order = google(...reads)?.users.map(({ id }) => id)
  expect(order).toEqual(['user_a', 'user_b', 'user_c'])
  expect(google(...reads.toReversed())?.users.map(({ id }) => id)).toEqual(order)
})

test('each provider is counted by itself', () => {
  const health = tokenHealth([read('user_a', 'ok'), read('user_a', 'unavailable', 'github')])
  expect(health.get('github')).toMatchObject({ works: 0, failing: ['user_a'] })
  expect(health.get('google')).toMatchObject({ works: 1, failing: [] })
})
