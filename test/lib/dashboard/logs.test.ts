import { expect, test } from 'vitest'
import { lineOf } from '@/lib/dashboard/logs'

test.each([
  ['token.read', 'google', 'Google'],
  ['token.refresh', 'google:eac_1', 'Google'],
  ['integration.disconnect', 'oauth_custom_my_crm:eac_1', 'My crm'],
  ['role.update', 'admin expert', 'admin expert'],
  ['role.update', '', 'no role'],
  ['dashboard.export', 'csv', undefined],
  ['token.read', undefined, undefined],
])('a line about %s with the target %s says %s', (action, target, detail) => {
  const record = { id: 'r-1', at: 1, action, actor: 'user_1', subject: 'user_2', outcome: 'ok' }
  expect(lineOf({ ...record, ...(target !== undefined && { target }) }).detail).toBe(detail)
})
