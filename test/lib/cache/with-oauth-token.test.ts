import { beforeEach, describe, expect, test } from 'vitest'
import { type AuditEvent, onAudit } from '@/lib/cache/audit-events'
import { getCachedOAuthToken, type OAuthToken, withOAuthToken } from '@/lib/cache/token-cache'
import { useServices } from '../../support/services'

const services = useServices()
let userId: string
const SCOPE = 'https://www.googleapis.com/auth/calendar.readonly'

beforeEach(() => {
  userId = services.clerk.createUser({ emails: [`u${services.clerk.users().length}@example.com`] }).id
  services.clerk.connect(userId, { scopes: [SCOPE] })
})

const events = (token: OAuthToken) =>
  fetch(`${services.google.url}/calendar/v3/calendars/primary/events`, {
    headers: { authorization: `Bearer ${token.reveal()}` },
  })

async function cached(): Promise<OAuthToken> {
  const result = await getCachedOAuthToken(userId, 'google')
  if (result.status !== 'ok') throw new Error(`expected a token, got ${result.status}`)
  return result.token
}

/** The provider refuses this token, and Clerk has another one when it is next asked. */
function replaceToken(token: OAuthToken) {
  services.google.revokeToken(token.reveal())
  services.clerk.expireToken(userId)
}

describe('a token that the provider accepts', () => {
  test('is used once', async () => {
    const result = await withOAuthToken(userId, 'google', events)
    expect(result).toMatchObject({ status: 'ok', value: { status: 200 } })
    expect(services.google.requests().total).toBe(1)
  })

  test('is kept after a 403, which concerns scopes', async () => {
    await cached()
    services.clerk.resetRequests()
    const result = await withOAuthToken(userId, 'google', async () => new Response(null, { status: 403 }))
    expect(result).toMatchObject({ status: 'ok', value: { status: 403 } })
    expect(services.clerk.requests().total).toBe(0)
  })

  test('is kept after an error of the callback, which is passed on', async () => {
    const broken = () => Promise.reject(new Error('mine'))
    await expect(withOAuthToken(userId, 'google', broken)).rejects.toThrow('mine')
  })
})

describe('a token that the provider refuses', () => {
  test('is replaced by the current one of Clerk, and the callback runs once more', async () => {
    const first = await cached()
    replaceToken(first)
    services.clerk.resetRequests()
    const seen: string[] = []
    const result = await withOAuthToken(userId, 'google', (token) => {
      seen.push(token.reveal())
      return events(token)
    })
    expect(result).toMatchObject({ status: 'ok', value: { status: 200 } })
    expect(seen).toEqual([first.reveal(), (await cached()).reveal()])
    expect(services.clerk.requests().total).toBe(1)
    expect(services.google.requests().total).toBe(2)
  })

  test.each([
    ['status', { status: 401 }],
    ['a response', { response: { status: 401 } }],
    ['a code as Google’s SDK has it', { code: 401 }],
    ['a code as text', { code: '401' }],
  ])('is recognized by a thrown error with %s', async (_, fields) => {
    replaceToken(await cached())
    const result = await withOAuthToken(userId, 'google', async (token) => {
      const response = await events(token)
      if (response.status === 401) throw Object.assign(new Error('refused'), fields)
      return response.status
    })
    expect(result).toEqual({ status: 'ok', value: 200 })
  })

  test.each([
    ['read', (response: Response) => void response.text()],
    ['cloned', (response: Response) => void response.clone()],
  ])('is recognized by a response whose body the callback has %s', async (_, handle) => {
    const result = await withOAuthToken(userId, 'google', async () => {
      const response = new Response('refused', { status: 401 })
      handle(response)
      return response
    })
    expect(result).toMatchObject({ status: 'reconnect_required' })
  })

  test('without another one at Clerk means reconnecting, is cached, and does not cause a loop', async () => {
    services.google.revokeToken((await cached()).reveal())
    services.clerk.resetRequests()
    const again = await withOAuthToken(userId, 'google', events)
    expect(again).toMatchObject({ status: 'reconnect_required', action: { href: '/account' } })
    expect(services.google.requests().total).toBe(1)
    expect(services.clerk.requests().total).toBe(1)
    expect(await withOAuthToken(userId, 'google', events)).toMatchObject({ status: 'reconnect_required' })
    expect(services.google.requests().total).toBe(1)
    expect(services.clerk.requests().total).toBe(1)
  })

  test('is dropped once and loaded once when ten requests get the same 401 at the same time', async () => {
    const first = await cached()
    replaceToken(first)
    services.clerk.resetRequests()
    let arrived = 0
    let open = () => {}
    const everybodyIsHere = new Promise<void>((resolve) => {
      open = resolve
    })
    const results = await Promise.all(
      Array.from({ length: 10 }, () =>
        withOAuthToken(userId, 'google', async (token) => {
          const response = await events(token)
          if (++arrived === 10) open()
          await everybodyIsHere
          return response
        }),
      ),
    )
    expect(results.map((result) => result.status === 'ok' && result.value.status)).toEqual(
      Array.from({ length: 10 }, () => 200),
    )
    expect(services.clerk.requests().total).toBe(1)
    expect(services.google.requests().total).toBe(20)
  })

  test('without another one at Clerk costs ten requests at the same time one request to Clerk', async () => {
    services.google.revokeToken((await cached()).reveal())
    services.clerk.resetRequests()
    const results = await Promise.all(
      Array.from({ length: 10 }, () => withOAuthToken(userId, 'google', events)),
    )
    expect(new Set(results.map((result) => result.status))).toEqual(new Set(['reconnect_required']))
    expect(services.clerk.requests().total).toBe(1)
  })

  test('is cached as refused while others read it all the time', async () => {
    services.google.revokeToken((await cached()).reveal())
    services.clerk.faults.add({ latencyMs: 30 })
    services.clerk.resetRequests()
    const done = new AbortController()
    const reading = Array.from({ length: 10 }, async () => {
      while (!done.signal.aborted) {
        await getCachedOAuthToken(userId, 'google')
        await new Promise((resolve) => setTimeout(resolve, 3))
      }
    })
    for (let i = 0; i < 5; i++)
      expect(await withOAuthToken(userId, 'google', events)).toMatchObject({ status: 'reconnect_required' })
    done.abort()
    await Promise.all(reading)
    expect(services.clerk.requests().total).toBe(1)
    expect(services.google.requests().total).toBe(1)
  })

  test('is no longer returned even if Clerk is not responding', async () => {
    await cached()
    services.clerk.faults.add({ status: 500 })
    const refuse = async () => new Response(null, { status: 401 })
    expect(await withOAuthToken(userId, 'google', refuse)).toEqual({ status: 'unavailable' })
    expect(await getCachedOAuthToken(userId, 'google')).toEqual({ status: 'unavailable' })
  })

  test('and that another request has already replaced is not dropped', async () => {
    const first = await cached()
    replaceToken(first)
    const result = await withOAuthToken(userId, 'google', async (token) => {
      const response = await events(token)
      // While this request was at the provider, another one has loaded the new token.
      if (token.reveal() === first.reveal()) await withOAuthToken(userId, 'google', events)
      return response
    })
    expect(result).toMatchObject({ status: 'ok', value: { status: 200 } })
    expect(services.clerk.requests().total).toBe(2)
  })

  test('of one account of several is replaced for that account', async () => {
    services.clerk.connect(userId, { email: 'second@example.com', scopes: [SCOPE, 'more'] })
    const asked = { scopes: ['more'] }
    const before = await getCachedOAuthToken(userId, 'google', asked)
    if (before.status !== 'ok') throw new Error(before.status)
    replaceToken(before.token)
    const result = await withOAuthToken(userId, 'google', events, asked)
    expect(result).toMatchObject({ status: 'ok', value: { status: 200 } })
  })

  test('cannot be replaced while Redis is not responding, and the result says so', async () => {
    replaceToken(await cached())
    const result = await withOAuthToken(userId, 'google', async (token) => {
      const response = await events(token)
      await services.engine.kill()
      return response
    })
    expect(result).toEqual({ status: 'unavailable' })
  })
})

describe('the audit trail records', () => {
  test('each token that is returned, refused or refreshed, with actor and subject and never the token', async () => {
    const audited: AuditEvent[] = []
    const off = onAudit('test', (event) => audited.push(event))
    const first = await withOAuthToken(userId, 'google', async (token) => token.reveal(), {
      actor: 'user_ops',
    })
    await withOAuthToken(userId, 'google', async () => new Response(null, { status: 401 }))
    off()
    const subject = userId
    const of = { subject, target: 'google' }
    const fingerprint = expect.stringMatching(/^[\w-]{12}$/)
    expect(audited).toEqual([
      { action: 'token.refresh', actor: 'system', ...of, outcome: 'ok', fingerprint },
      { action: 'token.read', actor: 'user_ops', ...of, outcome: 'ok', fingerprint },
      { action: 'token.read', actor: 'system', ...of, outcome: 'ok', fingerprint },
      { action: 'token.refresh', actor: 'system', ...of, outcome: 'reconnect_required' },
      { action: 'token.read', actor: 'system', ...of, outcome: 'reconnect_required' },
    ])
    if (first.status === 'ok') expect(JSON.stringify(audited)).not.toContain(first.value)
  })

  test.each([
    ['reconnect_required', 'google'],
    ['not_enabled', 'dropbox'],
  ])('a refresh without a token by the same word as the read: %s', async (outcome, provider) => {
    services.clerk.revokeAtProvider(userId)
    services.clerk.expireToken(userId)
    const audited: AuditEvent[] = []
    const off = onAudit('test', (event) => audited.push(event))
    await getCachedOAuthToken(userId, provider)
    off()
    expect(audited.map((one) => [one.action, one.outcome])).toEqual([
      ['token.refresh', outcome],
      ['token.read', outcome],
    ])
  })
})
