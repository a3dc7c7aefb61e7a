import { describe, expect, test, vi } from 'vitest'
import { type AuditEvent, onAudit } from '@/lib/cache/audit-events'
import { setImpersonator } from '@/lib/cache/impersonator'
import { getCachedOAuthToken } from '@/lib/cache/token-cache'
import { batchRefreshTokens } from '@/lib/integrations/batch-refresh-tokens'
import { disconnectIntegration, getConnectedIntegrations } from '@/lib/integrations/integrations.service'
import { handleClerkEvent } from '@/lib/webhooks/handle-clerk-event'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

const CALENDAR = 'https://www.googleapis.com/auth/calendar.readonly'
const EVENTS = 'https://www.googleapis.com/auth/calendar.events'

const services = useServices({ performanceClock: true })

const calls = () => services.clerk.requests().total

async function google(userId: string) {
  const [found] = await getConnectedIntegrations(userId)
  if (!found) throw new Error('Google is not among the providers')
  return found
}

const connected = (...scopes: string[]) => {
  const { id } = services.clerk.createUser({ emails: [`${Math.random()}@example.com`] })
  const account = services.clerk.connect(id, { scopes })
  return { id, account }
}

describe('the status of an integration', () => {
  test('of a working account is connected, with its time and no action', async () => {
    const { id, account } = connected(CALENDAR, EVENTS)
    expect(await google(id)).toEqual({
      id: 'google',
      name: 'Google',
      icon: expect.stringMatching(/^M/),
      status: 'connected',
      since: account.createdAt,
      checkedAt: expect.any(Number),
      expiresAt: expect.any(Number),
      retryAt: null,
      missing: [],
      optionalMissing: [],
      action: null,
      accounts: [
        expect.objectContaining({
          externalAccountId: account.id,
          label: account.email,
          since: account.createdAt,
          status: 'connected',
        }),
      ],
    })
  })

  test.each([
    [people.neverConnected, 'not_connected'],
    [people.tooFewScopes, 'scope_missing'],
    [people.needsReconnecting, 'reconnect_required'],
  ])('of %s is %s, and the action leads to the account page', async (userId, status) => {
    expect(await google(userId)).toMatchObject({ status, action: { href: '/account' } })
  })

  test('has the missing scopes, required and optional', async () => {
    expect(await google(people.tooFewScopes)).toMatchObject({
      missing: [CALENDAR],
      action: { scopes: [CALENDAR] },
    })
    expect(await google(connected(CALENDAR).id)).toMatchObject({
      status: 'connected',
      optionalMissing: [EVENTS],
    })
  })

  test.each([
    ['https://www.googleapis.com/auth/calendar', []],
    [EVENTS, []],
    ['https://www.googleapis.com/auth/calendar.events.readonly', [EVENTS]],
    ['https://www.googleapis.com/auth/calendar.events.owned', [EVENTS]],
  ])('with %s, which reads events too, is connected', async (scope, optionalMissing) => {
    expect(await google(connected(scope).id)).toMatchObject({
      ...{ status: 'connected', missing: [], action: null, optionalMissing },
    })
  })

  test('is expiring in the last five minutes of a token', async () => {
    const { id } = connected(CALENDAR)
    const end = Date.now() + 4 * 60_000
    services.clerk.expireToken(id, end)
    expect(await google(id)).toMatchObject({ status: 'expiring', expiresAt: end, retryAt: end })
  })

  test('is degraded while Clerk is down, and is not checked again before `retryAt`', async () => {
    services.clerk.faults.add({ status: 429, retryAfter: 7 })
    const before = Date.now()
    const found = await google(people.member)
    expect(found).toMatchObject({ status: 'degraded', action: null })
    expect(found.retryAt).toBeGreaterThanOrEqual(before + 7000)
    services.clerk.faults.clear()
    vi.advanceTimersByTime(60_000)
    expect(await google(people.member)).toMatchObject({ status: 'degraded' })
    const key = await services.engine.connect()
    const [ttl] = await key.run([['PTTL', `ck:e:integrations.1:${people.member}`]])
    key.close()
    expect(Number(ttl)).toBeLessThanOrEqual(7000)
    expect(Number(ttl)).toBeGreaterThan(0)
  })

  test('with several accounts is that of the one that works best, and lists each', async () => {
    const { id, account } = connected()
    const other = services.clerk.connect(id, { email: 'work@example.com', scopes: [CALENDAR] })
    const found = await google(id)
    expect(found).toMatchObject({ status: 'connected', since: other.createdAt })
    expect(found.accounts.map(({ externalAccountId, status }) => [externalAccountId, status])).toEqual([
      [account.id, 'scope_missing'],
      [other.id, 'connected'],
    ])
  })

  test('never has the token in it, in Redis or in the result', async () => {
    const { id } = connected(CALENDAR)
    const result = await getCachedOAuthToken(id, 'google')
    const token = result.status === 'ok' ? result.token.reveal() : 'none'
    const answer = await google(id)
    const connection = await services.engine.connect()
    const [entry] = await connection.run([['GET', `ck:e:integrations.1:${id}`]])
    connection.close()
    expect(String(entry)).toContain('connected')
    expect(`${entry} ${JSON.stringify(answer)}`).not.toContain(token)
  })
})

describe('the cache of the status', () => {
  test('loads the user and each token from Clerk once, and then costs one Redis command', async () => {
    const { id } = connected(CALENDAR)
    await google(id)
    expect(calls()).toBe(2)
    services.upstash.resetCounts()
    await google(id)
    expect(calls()).toBe(2)
    expect(services.upstash.counts().byCommand).toEqual({ mget: 1 })
  })

  test('keeps users apart', async () => {
    const [yes, no] = await Promise.all([google(people.member), google(people.neverConnected)])
    expect([yes.status, no.status]).toEqual(['connected', 'not_connected'])
  })

  test('is dropped by a connect and a disconnect, which arrive as user.updated', async () => {
    const { id } = services.clerk.createUser({ emails: ['connects@example.com'] })
    expect((await google(id)).status).toBe('not_connected')
    const account = services.clerk.connect(id, { scopes: [CALENDAR] })
    await handleClerkEvent({ type: 'user.updated', data: { id } })
    expect((await google(id)).status).toBe('connected')
    services.clerk.disconnect(id, account.id)
    await handleClerkEvent({ type: 'user.updated', data: { id } })
    expect((await google(id)).status).toBe('not_connected')
  })

  test('is dropped by a refresh of the tokens', async () => {
    const { id } = connected(CALENDAR)
    await google(id)
    services.clerk.revokeAtProvider(id)
    services.clerk.expireToken(id)
    expect((await google(id)).status).toBe('connected')
    await batchRefreshTokens([{ userId: id, provider: 'google' }])
    expect((await google(id)).status).toBe('reconnect_required')
  })

  test('is read by 60 users at once: a status that waits for tokens does not block loading them', async () => {
    const ids = Array.from({ length: 60 }, () => connected(CALENDAR).id)
    const found = await Promise.all(ids.map(google))
    expect(found.every(({ status }) => status === 'connected')).toBe(true)
  })
})

describe('disconnecting', () => {
  test('removes the account at Clerk, the next read does not have it, and an audit event says so', async () => {
    const events: AuditEvent[] = []
    const stop = onAudit('test', (event) => events.push(event))
    const { id, account } = connected(CALENDAR)
    await google(id)
    await disconnectIntegration(id, 'google')
    stop()
    expect(services.clerk.users().find((user) => user.id === id)?.accounts).toEqual([])
    expect((await google(id)).status).toBe('not_connected')
    expect(await getCachedOAuthToken(id, 'google')).toMatchObject({ status: 'not_connected' })
    expect(events.filter(({ action }) => action === 'integration.disconnect')).toEqual([
      {
        action: 'integration.disconnect',
        actor: id,
        subject: id,
        target: `google:${account.id}`,
        outcome: 'ok',
      },
    ])
  })

  test.each<[string, () => Promise<string | null>, { actor?: string }, object]>([
    [
      'whoever impersonates the user',
      async () => 'user_2sam',
      {},
      { actor: 'user_2sam', impersonating: 'U' },
    ],
    [
      'whoever impersonates an admin',
      async () => 'user_2sam',
      { actor: 'user_2ada' },
      { actor: 'user_2sam', impersonating: 'user_2ada' },
    ],
    ['an impersonator who is named', async () => 'user_2sam', { actor: 'user_2sam' }, { actor: 'user_2sam' }],
    [
      'nobody who is known',
      () => Promise.reject(new Error('no session')),
      {},
      { actor: 'unknown', impersonating: 'U' },
    ],
    ['a job', () => Promise.reject(new Error('no session')), { actor: 'system' }, { actor: 'system' }],
  ])('by %s names in the trail who it was', async (_, find, options, expected) => {
    const events: AuditEvent[] = []
    const stop = onAudit('test', (event) => events.push(event))
    setImpersonator(find)
    const { id } = connected(CALENDAR)
    await disconnectIntegration(id, 'google', options)
    setImpersonator(async () => null)
    stop()
    const [event] = events.filter(({ action }) => action === 'integration.disconnect')
    const { actor, impersonating } = event ?? {}
    expect({ actor, impersonating }).toEqual({
      impersonating: undefined,
      ...JSON.parse(JSON.stringify(expected).replace('"U"', `"${id}"`)),
    })
  })

  test('of one of two accounts leaves the other', async () => {
    const { id, account } = connected(CALENDAR)
    const other = services.clerk.connect(id, { email: 'work@example.com', scopes: [CALENDAR] })
    await disconnectIntegration(id, 'google', { externalAccountId: account.id })
    expect((await google(id)).accounts.map(({ externalAccountId }) => externalAccountId)).toEqual([other.id])
  })

  test('twice is no error', async () => {
    const { id } = connected(CALENDAR)
    await disconnectIntegration(id, 'google')
    await disconnectIntegration(id, 'google')
    expect((await google(id)).status).toBe('not_connected')
  })

  test('that Clerk refuses is an error, and an audit event says so', async () => {
    const events: AuditEvent[] = []
    const stop = onAudit('test', (event) => events.push(event))
    const { id } = connected(CALENDAR)
    services.clerk.faults.add({
      route: 'DELETE /v1/users/{user_id}/external_accounts/{external_account_id}',
      status: 500,
    })
    await expect(disconnectIntegration(id, 'google')).rejects.toMatchObject({ code: 'clerk_unavailable' })
    stop()
    expect(events.at(-1)).toMatchObject({ action: 'integration.disconnect', outcome: 'clerk_unavailable' })
  })

  test('that Redis did not confirm is an error, and may be repeated', async () => {
    const { id } = connected(CALENDAR)
    services.upstash.faults.set({ only: ['unlink'], reset: 'before' })
    await expect(disconnectIntegration(id, 'google')).rejects.toMatchObject({ code: 'saved_but_stale' })
    services.upstash.faults.clear()
    await disconnectIntegration(id, 'google')
    expect((await google(id)).status).toBe('not_connected')
  })
})
