import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { userOfSession } from '@/lib/auth/session-user'
import { type AuditEvent, onAudit } from '@/lib/cache/audit-events'
import { userById } from '@/lib/cache/clerk-cache'
import { invalidateUserCache } from '@/lib/cache/clerk-cache-utils'
import { blockUser, restoreUser, revocationOfUser, revokeSession, revokeUser } from '@/lib/cache/revocations'
import { redis } from '@/lib/config'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

const services = useServices()
let audited: AuditEvent[] = []
const mia = { userId: people.member, sessionId: 'sess_1' }

beforeEach(async () => {
  audited = []
  const stop = onAudit('test', (event) => audited.push(event))
  await userOfSession(mia)
  services.clerk.resetRequests()
  services.upstash.resetCounts()
  return stop
})

afterEach(() => services.upstash.faults.clear())

describe('the user of a session', () => {
  test('costs one MGET, revocation markers included', async () => {
    expect((await userOfSession(mia))?.id).toBe(people.member)
    expect(services.upstash.counts().byCommand).toEqual({ mget: 1 })
    expect(audited).toEqual([])
  })

  test('is null once the session was revoked, with an audit event; another session continues', async () => {
    await revokeSession(mia.sessionId)
    expect(await userOfSession(mia)).toBeNull()
    expect(audited).toEqual([
      {
        action: 'session.use',
        actor: people.member,
        subject: people.member,
        target: 'sess_1',
        outcome: 'revoked',
      },
    ])
    expect((await userOfSession({ ...mia, sessionId: 'sess_2' }))?.id).toBe(people.member)
  })

  test('is null in every session once the user was deleted', async () => {
    await revokeUser(people.member)
    expect(await userOfSession(mia)).toBeNull()
    expect(await userOfSession({ ...mia, sessionId: 'sess_2' })).toBeNull()
  })

  test('is null when Clerk no longer has the user, even before its webhook', async () => {
    expect(await userOfSession({ userId: 'user_2nobody', sessionId: 'sess_1' })).toBeNull()
    expect(audited).toMatchObject([{ outcome: 'user_gone' }])
  })
})

/** A session in which somebody impersonates Mia who has been deleted since. */
async function byDeleted() {
  const { id } = services.clerk.createUser({ emails: [`gone${services.clerk.users().length}@example.com`] })
  const session = { ...mia, sessionId: 'sess_4', impersonator: id }
  expect((await userOfSession(session))?.id).toBe(people.member)
  services.clerk.deleteUser(id)
  await revokeUser(id)
  return session
}

describe('the user of an impersonated session', () => {
  const byAda = { ...mia, sessionId: 'sess_3', impersonator: people.admin }
  afterEach(async () => {
    const revocation = await revocationOfUser(people.admin)
    if (revocation) await restoreUser(people.admin, revocation)
  })

  test('costs one MGET, too', async () => {
    await userOfSession(byAda)
    services.upstash.resetCounts()
    expect((await userOfSession(byAda))?.id).toBe(people.member)
    expect(services.upstash.counts().byCommand).toEqual({ mget: 1 })
  })

  test.each([
    ['banned', () => blockUser(people.admin)],
    ['deleted', () => revokeUser(people.admin)],
  ])('is null once whoever impersonates them was %s, and users themselves continue', async (_, revoke) => {
    await revoke()
    expect(await userOfSession(byAda)).toBeNull()
    expect(audited).toMatchObject([{ actor: people.admin, impersonating: people.member, outcome: 'revoked' }])
    expect((await userOfSession(mia))?.id).toBe(people.member)
  })

  test('is null once Clerk says that whoever impersonates them is banned, without a webhook about it', async () => {
    expect((await userOfSession(byAda))?.id).toBe(people.member)
    services.clerk.updateUser(people.admin, { banned: true })
    try {
      await invalidateUserCache(people.admin)
      expect(await userOfSession(byAda)).toBeNull()
      expect(audited).toMatchObject([{ actor: people.admin, outcome: 'blocked' }])
      expect((await userOfSession(mia))?.id).toBe(people.member)
    } finally {
      services.clerk.updateUser(people.admin, { banned: false })
      await invalidateUserCache(people.admin)
    }
  })

  test('is there for somebody who impersonates from Clerk’s dashboard, and is no user of the app', async () => {
    const byDashboard = { ...byAda, impersonator: 'user_2ofTheDashboard', fromDashboard: true }
    expect((await userOfSession(byDashboard))?.id).toBe(people.member)
  })

  test('is there for an impersonator whose ID the app has given, and Clerk knows nothing of', async () => {
    expect((await userOfSession({ ...byAda, impersonator: 'support-desk-7' }))?.id).toBe(people.member)
  })

  test('is null after whoever impersonates them was deleted, although Redis has lost the revocation marker', async () => {
    const session = await byDeleted()
    await redis().run('unlink', (client) => client.unlink(`ck:g:user:${session.impersonator}`))
    expect(await userOfSession(session)).toBeNull()
  })

  test('is null for a banned impersonator of whom somebody wrote "not found" to Redis', async () => {
    const { id } = services.clerk.createUser({ emails: ['planted@example.com'] })
    const session = { ...mia, sessionId: 'sess_5', impersonator: id }
    await userOfSession(session)
    services.clerk.updateUser(id, { banned: true })
    const [key] = await redis().run('keys', (client) => client.keys(`ck:e:user.*:${id}`))
    const version = await redis().run('get', (client) => client.get<string>(`ck:f:user:${id}`))
    await redis().run('set', (client) => client.set(key ?? '', `${version}|${key}|planted|n0|`))
    expect(await userById.peek(id)).toBeNull()
    expect(await userOfSession(session)).toBeNull()
  })

  test('is null for as long as such a session can be renewed after whoever impersonates them was deleted', async () => {
    await revokeUser(people.admin)
    const left = await redis().run('ttl', (client) => client.ttl(`ck:g:user:${people.admin}`))
    expect(left).toBeGreaterThan(24 * 60 * 60)
  })
})

describe('a banned user', () => {
  async function setBanned(banned: boolean) {
    services.clerk.updateUser(people.member, { banned })
    await invalidateUserCache(people.member)
  }
  afterEach(() => setBanned(false))

  test('is refused in every session, with an audit event, and admitted again without the ban', async () => {
    await setBanned(true)
    expect(await userOfSession(mia)).toBeNull()
    expect(await userOfSession({ ...mia, sessionId: 'sess_2' })).toBeNull()
    expect(audited).toMatchObject([{ outcome: 'blocked' }, { outcome: 'blocked' }])
    await setBanned(false)
    expect((await userOfSession(mia))?.id).toBe(people.member)
  })

  test('is refused while Redis is out, too', async () => {
    await setBanned(true)
    services.upstash.faults.set({ reset: 'before' })
    expect(await userOfSession(mia)).toBeNull()
    expect(audited).toMatchObject([{ action: 'session.use', subject: people.member, outcome: 'blocked' }])
    services.upstash.faults.clear()
  })
})

describe('a signed-in user whom Clerk could not read yet', () => {
  let users = 0

  /** A session of a user who is cached as "not found", and exists since. */
  async function newUser() {
    const id = `user_2new${++users}`
    expect(await userById.fresh(id)).toBeNull()
    services.clerk.resetRequests()
    return {
      userId: id,
      sessionId: 'sess_1',
      exists: () => services.clerk.createUser({ id, emails: [`n${users}@example.com`] }),
    }
  }

  test('is admitted as soon as Clerk can read them, without a webhook', async () => {
    const session = await newUser()
    session.exists()
    expect((await userOfSession(session))?.id).toBe(session.userId)
    expect((await userById.fresh(session.userId))?.id).toBe(session.userId)
    expect(services.clerk.requests().total).toBe(1)
  })

  test('costs one request for any number of callers in a second', async () => {
    const session = await newUser()
    const read = () => userOfSession(session)
    expect(await Promise.all(Array.from({ length: 20 }, read))).toEqual(Array(20).fill(null))
    expect(services.clerk.requests().total).toBe(1)
  })

  test('is still refused once their session was revoked', async () => {
    const session = await newUser()
    session.exists()
    await revokeSession('sess_1')
    expect(await userOfSession(session)).toBeNull()
    expect(audited).toMatchObject([{ outcome: 'revoked' }])
  })
})

describe('while Redis is not responding', () => {
  beforeEach(() => services.upstash.faults.set({ reset: 'before' }))

  test('a page still shows the user, read from Clerk', async () => {
    expect((await userOfSession(mia))?.id).toBe(people.member)
    expect(services.clerk.requests().total).toBe(1)
  })

  test('code that returns tokens or checks rights refuses, with an audit event', async () => {
    await expect(userOfSession(mia, { failClosed: true })).rejects.toMatchObject({
      code: 'revocation_unknown',
    })
    expect(audited).toMatchObject([{ action: 'session.use', outcome: 'revocation_unknown' }])
  })
})

test('a revocation that Redis did not confirm is an error', async () => {
  services.upstash.faults.set({ only: ['set'], reset: 'before' })
  await expect(revokeSession('sess_9')).rejects.toMatchObject({ code: 'invalidation_unconfirmed' })
})

// Last: it opens the breaker.
test('whoever impersonates somebody and was deleted is refused while Redis is out, too', async () => {
  const session = await byDeleted()
  services.upstash.faults.set({ reset: 'before' })
  expect(await userOfSession(session)).toBeNull()
  expect(audited).toMatchObject([{ actor: session.impersonator, outcome: 'blocked' }])
})
