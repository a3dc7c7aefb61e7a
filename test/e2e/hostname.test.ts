import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { people } from '../../local/seed'
import { type StandIns, startStandIns } from '../../local/stand-ins'
import { type App, tryStartApp } from '../support/app'
import { E2E_PORT } from '../support/ports'

describe.each(['127.0.0.1', 'localhost'])('`next start --hostname %s`', (hostname) => {
  let standIns: StandIns
  let app: App
  beforeAll(async () => {
    standIns = await startStandIns(E2E_PORT)
    const started = await tryStartApp(standIns.env, ['--hostname', hostname])
    if (!('app' in started)) throw new Error(started.words)
    app = started.app
  })
  afterAll(async () => {
    await app?.stop()
    await standIns?.close()
  })

  const statusOf = async (path: string, headers: Record<string, string> = {}) =>
    (await fetch(app.url + path, { headers, redirect: 'manual' })).status

  test('answers signed-in requests, behind a proxy too', async () => {
    const { jwt } = await standIns.clerk.issueSession(people.member)
    const authorization = `Bearer ${jwt}`
    const forwarded = { 'x-forwarded-host': 'app.example.com', 'x-forwarded-proto': 'https' }
    expect(await statusOf('/api/calendar/events', { authorization })).toBe(200)
    expect(await statusOf('/api/calendar/events?limit=1', { authorization, ...forwarded })).toBe(200)
    expect(await statusOf('/account', { authorization })).toBe(200)
    expect(app.output()).toEqual([])
  })

  test('refuses signed-out requests as ever', async () => {
    expect(await statusOf('/api/calendar/events')).toBe(401)
    expect(await statusOf('/account')).toBe(307)
    expect(await statusOf('/experts')).toBe(200)
  })

  test('leads to addresses under which it is open, behind a proxy too', async () => {
    const forwarded = { 'x-forwarded-host': 'app.example.com', 'x-forwarded-proto': 'https' }
    const leadsTo = async (path: string, headers: Record<string, string>) => {
      const { headers: answer } = await fetch(app.url + path, { redirect: 'manual', headers })
      return new URL(answer.get('location') ?? 'none:', 'https://app.example.com')
    }
    const signIn = await leadsTo('/account?a=1', forwarded)
    expect(signIn.pathname).toBe('/sign-in')
    expect(signIn.searchParams.get('redirect_url')).toBe('https://app.example.com/account?a=1')
    const plain = await leadsTo('/account?__clerk_handshake_nonce=made-up', forwarded)
    expect(plain.href).toBe('https://app.example.com/account')
    const route = await leadsTo('/sign-in?redirect_url=https://app.example.com/api/health', forwarded)
    expect(route.href).toBe('https://app.example.com/sign-in')
  })

  test('does not let a caller say who they are', async () => {
    const { jwt } = await standIns.clerk.issueSession(people.member)
    expect(await statusOf('/api/calendar/events', { authorization: `Bearer ${jwt}` })).toBe(200)
    // A genuine token, so that only where it comes from can be wrong.
    const claim = {
      ...{ 'x-clerk-auth-status': 'signed-in', 'x-clerk-auth-token': jwt, 'x-clerk-auth-signature': 'x' },
      ...{ 'x-clerk-auth-message': '', 'x-clerk-auth-reason': '' },
    }
    const overrides = Object.entries(claim).map(([name, value]) => [`x-middleware-request-${name}`, value])
    const past = ['middleware', 'src/middleware'].map((name) => Array(5).fill(name).join(':'))
    for (const more of [
      {},
      { 'x-middleware-next': '1' },
      { 'x-middleware-override-headers': Object.keys(claim).join(','), ...Object.fromEntries(overrides) },
      ...past.map((name) => ({ 'x-middleware-subrequest': name })),
    ]) {
      expect(await statusOf('/api/calendar/events', { ...claim, ...more })).toBe(401)
      expect(await statusOf('/account', { ...claim, ...more })).toBe(307)
    }
  })
})
