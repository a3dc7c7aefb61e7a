import { beforeEach, describe, expect, test, vi } from 'vitest'
import { requireCaller } from '@/lib/auth/caller.server'
import { getCurrentUser, requireAdmin, requireUser } from '@/lib/auth/roles.server'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

useServices()
/** The claims of the session token, which Clerk's SDK has verified and whose types it takes for granted. */
let claims: Record<string, unknown>
vi.mock('@clerk/nextjs/server', () => ({
  auth: async () => ({ userId: claims.sub, sessionId: claims.sid, sessionClaims: claims }),
}))

const now = () => Math.floor(Date.now() / 1000)
/** A session token that was made `age` seconds ago, and has the usual life. */
const madeAgo = (age: number) => {
  claims = {
    azp: process.env.APP_ORIGINS,
    sub: people.admin,
    sid: 'sess_1',
    iat: now() - age,
    exp: now() - age + 60,
  }
}
beforeEach(() => madeAgo(0))

/** Clerk accepts an older token if it was made with a longer life. */
const madeToLast = (age: number) => {
  madeAgo(age)
  claims.exp = now() + 60
}

describe.each([
  ['requireCaller', requireCaller],
  ['requireUser', requireUser],
  ['requireAdmin', requireAdmin],
])('%s', (_, require) => {
  test.each([0, 60, 8 * 60, -30])(
    'admits a session token of %i s, which no revocation can be older than',
    async (seconds) => {
      madeToLast(seconds)
      await expect(require()).resolves.toBeDefined()
    },
  )

  // The marker of a revocation is kept for ten minutes.
  test.each([10 * 60, 24 * 60 * 60])(
    'refuses a session token of %i s: the marker of a revocation may have expired',
    async (seconds) => {
      madeToLast(seconds)
      await expect(require()).rejects.toMatchObject({ code: 'unauthenticated' })
    },
  )

  const oddTimes = [undefined, null, '1', Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const oddTexts = [undefined, null, '', 1, {}, ['sess_1'], true]
  test.each([
    ...oddTimes.map((value) => ['iat', value]),
    ...oddTimes.slice(0, 4).map((value) => ['exp', value]),
    ...oddTexts.map((value) => ['sid', value]),
    ...oddTexts.map((value) => ['sub', value]),
    ['iat', String(now())],
    ['exp', String(now() + 60)],
  ])('refuses a token whose %s is %j', async (name, value) => {
    claims[String(name)] = value
    await expect(require()).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test('refuses a token from the future, and one that has expired', async () => {
    for (const [iat, exp] of [
      [now() + 3600, now() + 3660],
      [now() - 300, now() - 240],
    ]) {
      claims = { ...claims, iat, exp }
      await expect(require()).rejects.toMatchObject({ code: 'unauthenticated' })
    }
  })
})

test('a token that admits nobody is not shown as somebody either', async () => {
  expect((await getCurrentUser())?.id).toBe(people.admin)
  madeToLast(24 * 60 * 60)
  expect(await getCurrentUser()).toBeNull()
})
