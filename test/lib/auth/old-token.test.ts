import { describe, expect, test, vi } from 'vitest'
import { requireCaller } from '@/lib/auth/caller.server'
import { requireAdmin, requireUser } from '@/lib/auth/roles.server'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

useServices()
/** Seconds since the session token was made. */
let age: number
vi.mock('@clerk/nextjs/server', () => ({
  auth: async () => ({
    ...{ userId: people.admin, sessionId: 'sess_1' },
    sessionClaims: { iat: Math.floor(Date.now() / 1000) - age },
  }),
}))

describe.each([
  ['requireCaller', requireCaller],
  ['requireUser', requireUser],
  ['requireAdmin', requireAdmin],
])('%s', (_, require) => {
  test.each([0, 60, 8 * 60])(
    'admits a session token of %i s, which no revocation can be older than',
    async (seconds) => {
      age = seconds
      await expect(require()).resolves.toBeDefined()
    },
  )

  // Clerk accepts it if it was made with a longer life, and the marker of a revocation is kept for ten minutes.
  test.each([10 * 60, 24 * 60 * 60])(
    'refuses a session token of %i s: the marker of a revocation may have expired',
    async (seconds) => {
      age = seconds
      await expect(require()).rejects.toMatchObject({ code: 'unauthenticated' })
    },
  )
})
