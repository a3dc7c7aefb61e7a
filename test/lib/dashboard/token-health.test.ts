import { expect, test } from 'vitest'
import { tokenHealth } from '@/lib/dashboard/token-health'

let ids = 0
const record = (action: string, subject: string, outcome: string, target = 'google') => ({
  ...{ id: String(++ids), at: ids, actor: 'system', action, subject, outcome, target },
})
const read = (subject: string, outcome: string, target?: string) =>
  record('token.read', subject, outcome, target)

const google = (...newestFirst: Parameters<typeof tokenHealth>[0]) => tokenHealth(newestFirst).get('google')

test('a user who has to reconnect is not a failure of Clerk or Redis, and is counted once for each read', () => {
  expect(
    google(
      read('user_ruth', 'reconnect_required'),
      record('token.refresh', 'user_ruth', 'oauth_missing_refresh_token'),
      read('user_ruth', 'reconnect_required'),
    ),
  ).toEqual({ reads: 2, ok: 0, failed: 0, users: [{ id: 'user_ruth', outcome: 'reconnect_required' }] })
})

test('a refresh is not counted beside the read that it belongs to', () => {
  expect(
    google(read('user_a', 'ok', 'google:eac_1'), record('token.refresh', 'user_a', 'ok', 'google:eac_1')),
  ).toEqual({ reads: 1, ok: 1, failed: 0, users: [] })
})

test('an outage is a failure', () => {
  const health = google(read('user_a', 'unavailable'), read('user_b', 'rate_limited'), read('user_c', 'ok'))
  expect(health).toEqual({ reads: 3, ok: 1, failed: 2, users: [] })
})

test('users who never connected an account, or were deleted, are neither a failure nor someone who has to act', () => {
  expect(google(read('user_a', 'not_connected'), read('user_b', 'revoked'))).toEqual({
    ...{ reads: 0, ok: 0, failed: 0, users: [] },
  })
})

test('a user who has reconnected since is not listed', () => {
  expect(google(read('user_a', 'ok'), read('user_a', 'reconnect_required'))?.users).toEqual([])
  expect(
    google(read('user_a', 'ok', 'google:eac_2'), read('user_a', 'scope_missing', 'google:eac_1'))?.users,
  ).toEqual([{ id: 'user_a', outcome: 'scope_missing' }])
})

test('each provider is counted by itself', () => {
  const health = tokenHealth([read('user_a', 'ok'), read('user_a', 'unavailable', 'github')])
  expect(health.get('github')).toMatchObject({ reads: 1, failed: 1 })
  expect(health.get('google')).toMatchObject({ reads: 1, failed: 0 })
})
