import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { GET as statistics } from '@/app/api/admin/cache/stats/route'
import { invalidate, refreshToken, warm } from '@/app/dashboard/actions'
import { searchUser } from '@/app/dashboard/search-action'
import { signedInAdmin } from '@/lib/auth/page-access.server'
import {
  getCurrentUser,
  getUserRoles,
  hasRole,
  requireAdmin,
  requireUser,
  updateUserRole,
} from '@/lib/auth/roles.server'
import { onAudit } from '@/lib/cache/audit-events'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { invalidateUserCache } from '@/lib/cache/clerk-cache-utils'
import { redis } from '@/lib/config'
import { selectedUser, tokenHealth } from '@/lib/dashboard/panels.server'
import { requireOrganizationMember } from '@/lib/organizations/roles.server'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'
import { sessionOf } from '../../support/session'

const services = useServices({ env: { LOG_LEVEL: 'silent' } })
let signedIn: string | null
let session: string | undefined
const refuse = (code: string): never => {
  throw Object.assign(new Error(code), { code })
}
vi.mock('next/server', () => ({ after: () => undefined, connection: async () => undefined }))
vi.mock('@clerk/nextjs/server', () => ({
  auth: async () => ({
    ...sessionOf(signedIn, session),
    redirectToSignIn: () => refuse('unauthenticated'),
  }),
}))

beforeEach(async () => {
  signedIn = people.admin
  session = undefined
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

  test('is recorded so that no role is hidden by another', async () => {
    signedIn = people.admin
    const targets: unknown[] = []
    const off = onAudit('test', ({ target }) => targets.push(target))
    await updateUserRole(people.member, ['viewer admin'])
    await updateUserRole(people.member, ['viewer', 'admin'])
    expect(targets).toEqual(['viewer%20admin', 'viewer admin'])
    const before = writes().length
    await expect(updateUserRole(people.member, ['x'.repeat(200), 'admin'])).rejects.toThrow(RangeError)
    expect(writes().length).toBe(before)
    off()
  })

  test('is refused while Redis cannot say whether the admin’s session was revoked, and nothing is written', async () => {
    services.upstash.faults.set({ reset: 'before' })
    await expect(updateUserRole(people.member, ['admin'])).rejects.toMatchObject({
      code: 'revocation_unknown',
    })
    expect(writes()).toEqual([])
  })
})

async function readStats() {
  const answer = await statistics(new Request('http://localhost/api/admin/cache/stats'))
  return answer.ok ? answer : refuse((await answer.json()).error.code)
}

let organization: string

/** What a role opens: each asks by itself whether the signed-in user has it. */
const opened = [
  ['what needs an admin', () => requireAdmin()],
  ['the route of statistics', readStats],
  ['a panel', () => tokenHealth()],
  ['the page of a person', () => selectedUser(people.member)],
  ['every page of the dashboard', async () => (await signedInAdmin()) ?? refuse('forbidden')],
  ['what needs a member of an organization', () => requireOrganizationMember(organization)],
] as const

describe.each(opened)('while Redis is out, %s', (_, open) => {
  const begin = async () => {
    const { sessionId } = await services.clerk.issueSession(people.admin)
    session = sessionId
    organization = services.clerk.organizations.create({ name: 'Acme', createdBy: people.admin }).id
    services.upstash.faults.set({ reset: 'before' })
  }
  afterEach(() => {
    services.upstash.faults.clear()
    services.clerk.updateUser(people.admin, { publicMetadata: { role: 'admin' } })
  })

  test('is open to an admin whom Clerk says to be signed in', async () => {
    await begin()
    await expect(open()).resolves.toBeDefined()
  })

  test('is closed to an admin whose session was revoked', async () => {
    await begin()
    services.clerk.endSession(session ?? '', 'revoked')
    await expect(open()).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test('is closed to a session that is another user’s, or nobody’s', async () => {
    await begin()
    session = (await services.clerk.issueSession(people.member)).sessionId
    await expect(open()).rejects.toMatchObject({ code: 'unauthenticated' })
    session = 'sess_nobody'
    await expect(open()).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test('is closed while Clerk cannot say it either', async () => {
    await begin()
    services.clerk.faults.add({ route: 'GET /v1/sessions/{session_id}', status: 500, times: 9 })
    await expect(open()).rejects.toMatchObject({ code: expect.stringMatching(/unavailable$/) })
    services.clerk.faults.clear()
  })

  test('is closed to an admin whose role was taken', async () => {
    await begin()
    services.clerk.updateUser(people.admin, { publicMetadata: { role: 'member' } })
    services.clerk.organizations.removeMember(organization, people.admin)
    await expect(open()).rejects.toMatchObject({ code: 'forbidden' })
  })
})

test('while Redis is out, a page of twenty panels asks Clerk about the session twice at most', async () => {
  session = (await services.clerk.issueSession(people.admin)).sessionId
  services.upstash.faults.set({ reset: 'before' })
  services.clerk.resetRequests()
  await Promise.all(Array.from({ length: 20 }, () => requireAdmin()))
  expect(services.clerk.requests().byRoute['GET /v1/sessions/{session_id}']).toBeLessThanOrEqual(2)
  services.upstash.faults.clear()
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
