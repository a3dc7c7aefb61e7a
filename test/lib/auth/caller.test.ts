import { expect, test, vi } from 'vitest'
import { currentCaller } from '@/lib/auth/caller.server'

let act: Record<string, unknown> | undefined
vi.mock('@clerk/nextjs/server', () => {
  const now = Math.floor(Date.now() / 1000)
  const claims = { sub: 'user_1', sid: 'sess_1', iat: now, exp: now + 60 }
  return { auth: async () => ({ userId: 'user_1', sessionId: 'sess_1', sessionClaims: claims, actor: act }) }
})

test.each([
  ['nobody', undefined, null, false],
  ['a user of the app', { sub: 'user_2' }, 'user_2', false],
  ['a person of Clerk’s dashboard', { sub: 'user_3', iss: 'https://dashboard.clerk.com' }, 'user_3', true],
  [
    'somebody from another place',
    { sub: 'user_4', iss: 'https://dashboard.clerk.com.evil' },
    'user_4',
    false,
  ],
  ['somebody without an ID', {}, 'unknown', false],
])('the caller names who impersonates the user: %s', async (_, claim, impersonator, fromDashboard) => {
  act = claim
  expect(await currentCaller()).toMatchObject({ userId: 'user_1', impersonator, fromDashboard })
})
