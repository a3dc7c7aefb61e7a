import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { userOfSession } from '@/lib/auth/session-user'
import { type AuditEvent, onAudit } from '@/lib/cache/audit-events'
import { revokeSession, revokeUser } from '@/lib/cache/revocations'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

const services = useServices()
let told: AuditEvent[] = []
const mia = { userId: people.member, sessionId: 'sess_1' }

beforeEach(async () => {
  told = []
  const stop = onAudit('test', (event) => told.push(event))
  await userOfSession(mia)
  services.clerk.resetRequests()
  services.upstash.resetCounts()
  return stop
})

afterEach(() => services.upstash.faults.clear())

describe('the user of a session', () => {
  test('costs one MGET, guards included', async () => {
    expect((await userOfSession(mia))?.id).toBe(people.member)
    expect(services.upstash.counts().byCommand).toEqual({ mget: 1 })
    expect(told).toEqual([])
  })

  test('is nobody as soon as the session was revoked, which is told; another session goes on', async () => {
    await revokeSession(mia.sessionId)
    expect(await userOfSession(mia)).toBeNull()
    expect(told).toEqual([
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

  test('is nobody in any session as soon as the user was deleted', async () => {
    await revokeUser(people.member)
    expect(await userOfSession(mia)).toBeNull()
    expect(await userOfSession({ ...mia, sessionId: 'sess_2' })).toBeNull()
  })

  test('is nobody when Clerk no longer knows them, whether or not it has said so', async () => {
    expect(await userOfSession({ userId: 'user_2nobody', sessionId: 'sess_1' })).toBeNull()
    expect(told).toMatchObject([{ outcome: 'user_gone' }])
  })
})

describe('while Redis does not answer', () => {
  beforeEach(() => services.upstash.faults.set({ reset: 'before' }))

  test('a page lets the user in, read from Clerk', async () => {
    expect((await userOfSession(mia))?.id).toBe(people.member)
    expect(services.clerk.requests().total).toBe(1)
  })

  test('what hands out tokens or rights refuses, and tells', async () => {
    await expect(userOfSession(mia, { failClosed: true })).rejects.toMatchObject({
      code: 'revocation_unknown',
    })
    expect(told).toMatchObject([{ action: 'session.use', outcome: 'revocation_unknown' }])
  })
})

test('a revocation that Redis did not confirm says so', async () => {
  services.upstash.faults.set({ only: ['set'], reset: 'before' })
  await expect(revokeSession('sess_9')).rejects.toMatchObject({ code: 'invalidation_unconfirmed' })
})
