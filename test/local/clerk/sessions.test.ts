import { createClerkClient } from '@clerk/backend'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ClerkStandIn, startClerk } from '../../../local/clerk/server'
import { people, seed } from '../../../local/seed'

const APP = 'http://localhost:3000'
let clerk: ClerkStandIn
let sdk: ReturnType<typeof createClerkClient>
let offset = 0

beforeAll(async () => {
  clerk = await startClerk({ appUrl: APP, seed, now: () => Date.now() + offset })
  sdk = createClerkClient({
    secretKey: clerk.secretKey,
    publishableKey: clerk.publishableKey,
    apiUrl: clerk.url,
    proxyUrl: clerk.env.NEXT_PUBLIC_CLERK_PROXY_URL,
  })
})
afterAll(() => clerk.close())

const jar = (cookies: Record<string, string>) =>
  Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
const visit = (cookies: Record<string, string>) =>
  sdk.authenticateRequest(
    new Request(`${APP}/calendar`, { headers: { cookie: jar(cookies), 'sec-fetch-dest': 'document' } }),
    { jwtKey: clerk.jwtKey },
  )

describe('a session', () => {
  it('signs in by cookies and by bearer token', async () => {
    const { jwt, cookies, sessionId } = await clerk.issueSession(people.admin)
    const request = new Request(APP, { headers: { authorization: `Bearer ${jwt}` } })
    for (const state of [
      await sdk.authenticateRequest(request, { jwtKey: clerk.jwtKey }),
      await visit(cookies),
    ]) {
      expect(state.toAuth()).toMatchObject({ userId: people.admin, sessionId })
    }
  })

  it('can be verified with the key set too', async () => {
    const { jwt } = await clerk.issueSession(people.admin)
    const request = new Request(APP, { headers: { authorization: `Bearer ${jwt}` } })
    clerk.resetRequests()
    expect((await sdk.authenticateRequest(request)).isAuthenticated).toBe(true)
    expect(clerk.requests().byRoute).toEqual({ 'GET /v1/jwks': 1 })
  })

  it('can be listed, read and revoked, and issues tokens', async () => {
    const { sessionId } = await clerk.issueSession(people.expert)
    const { data, totalCount } = await sdk.sessions.getSessionList({
      userId: people.expert,
      status: 'active',
    })
    expect(data.map((session) => session.id)).toEqual([sessionId])
    expect(totalCount).toBe(1)
    expect((await sdk.sessions.getToken(sessionId)).jwt.split('.')).toHaveLength(3)
    expect((await sdk.sessions.revokeSession(sessionId)).status).toBe('revoked')
    expect((await sdk.sessions.getSession(sessionId)).status).toBe('revoked')
    await expect(sdk.sessions.getToken(sessionId)).rejects.toMatchObject({ status: 404 })
  })
})

describe('the handshake', () => {
  const follow = (location: string, cookies: Record<string, string>) =>
    fetch(location, { headers: { cookie: jar(cookies) }, redirect: 'manual' })
  const received = (response: Response) =>
    Object.fromEntries(response.headers.getSetCookie().map((line) => line.split(';')[0]?.split('=') ?? []))

  it('renews an expired session with one redirect and returns to the app', async () => {
    offset = -120_000
    const { cookies } = await clerk.issueSession(people.member)
    offset = 0
    const expired = await visit(cookies)
    expect(expired.status).toBe('handshake')
    const response = await follow(expired.headers.get('location') ?? '', cookies)
    expect(response.status).toBe(307)
    expect(response.headers.get('location')).toBe(`${APP}/calendar`)
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    const renewed = await visit({ ...cookies, ...received(response) })
    expect(renewed.toAuth()).toMatchObject({ userId: people.member })
  })

  it('signs out a browser whose session was revoked', async () => {
    offset = -120_000
    const { cookies, sessionId } = await clerk.issueSession(people.member)
    offset = 0
    clerk.endSession(sessionId, 'revoked')
    const expired = await visit(cookies)
    const response = await follow(expired.headers.get('location') ?? '', cookies)
    const after = await visit({ ...cookies, ...received(response) })
    expect([after.status, after.isAuthenticated]).toEqual(['signed-out', false])
  })

  it('never redirects to another origin', async () => {
    const elsewhere = encodeURIComponent('https://elsewhere.example.com/')
    const response = await follow(`${clerk.url}/fapi/v1/client/handshake?redirect_url=${elsewhere}`, {})
    expect(response.status).toBe(400)
  })
})

describe('the Frontend API', () => {
  it('accepts changes only from the app', async () => {
    const { cookies, sessionId } = await clerk.issueSession(people.member)
    const remove = (origin: string) =>
      fetch(`${clerk.url}/fapi/v1/client/sessions/${sessionId}/remove`, {
        method: 'POST',
        headers: { cookie: jar(cookies), origin },
      })
    expect((await remove('http://localhost:9999')).status).toBe(400)
    const response = await remove(APP)
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe(APP)
    expect(response.headers.get('access-control-allow-credentials')).toBe('true')
    expect(response.headers.getSetCookie().some((line) => line.startsWith('__client_uat=0'))).toBe(true)
    const again = await remove(APP)
    expect(again.status).toBe(401)
    expect(again.headers.get('access-control-allow-origin')).toBe(APP)
  })

  it('shows no private metadata', async () => {
    await sdk.users.updateUserMetadata(people.member, { privateMetadata: { note: 'kept back' } })
    const { cookies } = await clerk.issueSession(people.member)
    const response = await fetch(`${clerk.url}/fapi/v1/client`, { headers: { cookie: jar(cookies) } })
    expect(await response.text()).not.toContain('kept back')
  })
})
