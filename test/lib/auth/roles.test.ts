import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { invalidate, refreshToken, warm } from '@/app/dashboard/actions'
import { searchUser } from '@/app/dashboard/search-action'
import {
  getCurrentUser,
  getUserRoles,
  hasRole,
  requireAdmin,
  requireUser,
  updateUserRole,
} from '@/lib/auth/roles.server'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { invalidateUserCache } from '@/lib/cache/clerk-cache-utils'
import { redis } from '@/lib/config'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'
import { sessionOf } from '../../support/session'

const services = useServices({ env: { LOG_LEVEL: 'silent' } })
let signedIn: string | null
vi.mock('@clerk/nextjs/server', () => ({ auth: async () => sessionOf(signedIn) }))

beforeEach(async () => {
  signedIn = people.admin
  for (const id of [people.admin, people.member]) await invalidateUserCache(id)
  services.clerk.resetRequests()
})

const roleOf = (id: string) =>
  services.clerk.users().find((user) => user.id === id)?.publicMetadata.role ?? null
const writes = () =>
  Object.keys(services.clerk.requests().byRoute).filter((route) => route.startsWith('PATCH'))

describe.each(['banned', 'locked', 'deprovisioned'] as const)('a user who is %s', (flag) => {
  const set = async (value: boolean) => {
    services.clerk.updateUser(people.admin, { [flag]: value })
    await invalidateUserCache(people.admin)
  }
  afterEach(() => set(false))

  test('has no roles, and is not shown as signed in', async () => {
    expect(await getUserRoles(people.admin)).toEqual(['admin'])
    expect((await getCurrentUser())?.id).toBe(people.admin)
    await set(true)
    expect(await getUserRoles(people.admin)).toEqual([])
    expect(await hasRole(people.admin, 'admin')).toBe(false)
    expect(await getCurrentUser()).toBeNull()
  })
})

test('somebody who does not exist has no roles', async () => {
  expect(await getUserRoles('user_2nobody')).toEqual([])
})

describe('a user who has expired while Clerk is not responding', () => {
  beforeEach(async () => {
    await getCachedUserById(people.admin)
    const [hard = ''] = await redis().run('keys', (client) => client.keys(`ck:h:user.*:${people.admin}`))
    await redis().run('unlink', (client) => client.unlink(hard, hard.replace(':h:', ':s:')))
    services.clerk.faults.add({ status: 500 })
  })

  test('is shown, and has no role that anything could be based on', async () => {
    expect((await getCurrentUser())?.id).toBe(people.admin)
    for (const read of [
      getUserRoles(people.admin),
      hasRole(people.admin, 'admin'),
      requireAdmin(),
      requireUser(),
    ])
      await expect(read).rejects.toMatchObject({ code: 'clerk_unavailable' })
  })

  test('is not admitted either when Redis answers only the second time', async () => {
    const { faults } = services.upstash
    faults.set({ reset: 'before', only: ['mget'], before: () => faults.clear() })
    await expect(requireUser()).rejects.toMatchObject({ code: 'clerk_unavailable' })
  })
})

describe('giving roles', () => {
  afterEach(() => void services.clerk.updateUser(people.member, { publicMetadata: { role: 'member' } }))

  test('is for admins', async () => {
    signedIn = people.member
    await expect(updateUserRole(people.member, ['admin'])).rejects.toMatchObject({ code: 'forbidden' })
    signedIn = null
    await expect(updateUserRole(people.member, ['admin'])).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(writes()).toEqual([])
    signedIn = people.admin
    await updateUserRole(people.member, ['expert'])
    expect(roleOf(people.member)).toBe('expert')
    expect(await getUserRoles(people.member)).toEqual(['expert'])
  })

  test('is refused while Redis cannot say whether the admin’s session was revoked, and nothing is written', async () => {
    services.upstash.faults.set({ reset: 'before' })
    await expect(updateUserRole(people.member, ['admin'])).rejects.toMatchObject({
      code: 'revocation_unknown',
    })
    expect(writes()).toEqual([])
  })
})

describe('while Redis cannot say whether the admin’s session was revoked', () => {
  const form = (fields: Record<string, string>) => {
    const data = new FormData()
    for (const [name, value] of Object.entries(fields)) data.set(name, value)
    return data
  }

  test.each([
    ['warming', warm, { userId: people.member }],
    ['invalidating', invalidate, { userId: people.member }],
    ['refreshing a token', refreshToken, { userId: people.member, provider: 'google' }],
    ['a search', searchUser, { word: 'mia@example.com' }],
  ])('%s from the dashboard is refused, and Clerk is not asked', async (_, action, fields) => {
    services.upstash.faults.set({ reset: 'before' })
    expect(await action(null, form(fields))).toMatchObject({ status: 'failed' })
    expect(services.clerk.requests().total).toBe(0)
  })
})
