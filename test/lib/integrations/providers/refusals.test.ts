import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type AuditEvent, onAudit } from '@/lib/cache/audit-events'
import { getCachedOAuthToken, type OAuthToken, withOAuthToken } from '@/lib/cache/token-cache'
import { checkConnection } from '@/lib/integrations/check-connection'
import { getConnectedIntegrations } from '@/lib/integrations/integrations.service'
import { google, type Provider, setProviders } from '@/lib/integrations/providers'
import { github } from '@/lib/integrations/providers/github'
import { linear } from '@/lib/integrations/providers/linear'
import { slack } from '@/lib/integrations/providers/slack'
import { useServices } from '../../../support/services'

const services = useServices()
let userId: string

beforeEach(() => {
  userId = services.clerk.createUser({ emails: [`u${services.clerk.users().length}@example.com`] }).id
})
afterEach(() => setProviders(google))

const connect = ({ id }: Provider, ...scopes: string[]) =>
  services.clerk.connect(userId, { provider: `oauth_${id}`, scopes })

async function tokenOf(provider: Provider): Promise<OAuthToken> {
  const result = await getCachedOAuthToken(userId, provider)
  if (result.status !== 'ok') throw new Error(`expected a token, got ${result.status}`)
  return result.token
}

const ask = (path: string) => (token: OAuthToken) =>
  fetch(services.providers.url + path, { headers: { authorization: `Bearer ${token.reveal()}` } })

/** What shows whether a token works, and how each provider refuses one. */
const both = [
  ['GitHub, with 401', github, '/github/user', 401],
  ['Slack, with 200', slack, '/slack/api/auth.test', 200],
] as const

describe.each(both)('a token that is refused by %s', (_name, provider, path, status) => {
  beforeEach(() => connect(provider, ...provider.requiredScopes))

  test('is refused with that status', async () => {
    const token = await tokenOf(provider)
    services.providers.revokeToken(token.reveal())
    expect((await ask(path)(token)).status).toBe(status)
  })

  test('is used once while it is accepted, and the answer can be read', async () => {
    const result = await withOAuthToken(userId, provider, ask(path))
    if (result.status !== 'ok') throw new Error(result.status)
    expect(JSON.stringify(await result.value.json())).toContain(userId)
    expect(services.providers.requests().total).toBe(1)
  })

  test('is replaced by the next one of Clerk, and the callback runs once more', async () => {
    services.providers.revokeToken((await tokenOf(provider)).reveal())
    services.clerk.expireToken(userId)
    services.clerk.resetRequests()
    const result = await withOAuthToken(userId, provider, ask(path))
    if (result.status !== 'ok') throw new Error(result.status)
    expect(JSON.stringify(await result.value.json())).toContain(userId)
    expect(services.clerk.requests().total).toBe(1)
    expect(services.providers.requests().total).toBe(2)
  })

  test('without another one means reconnecting, is cached, and causes no loop', async () => {
    services.providers.revokeToken((await tokenOf(provider)).reveal())
    services.clerk.resetRequests()
    for (let i = 0; i < 3; i++)
      expect(await withOAuthToken(userId, provider, ask(path))).toMatchObject({
        status: 'reconnect_required',
        action: { label: expect.stringContaining(provider.name) },
      })
    expect(services.clerk.requests().total).toBe(1)
    expect(services.providers.requests().total).toBe(1)
  })

  test('costs one request to Clerk when ten requests are refused at the same time', async () => {
    services.providers.revokeToken((await tokenOf(provider)).reveal())
    services.clerk.resetRequests()
    const results = await Promise.all(
      Array.from({ length: 10 }, () => withOAuthToken(userId, provider, ask(path))),
    )
    expect(new Set(results.map((result) => result.status))).toEqual(new Set(['reconnect_required']))
    expect(services.clerk.requests().total).toBe(1)
  })

  test('is shown as such after a check, and as connected after reconnecting', async () => {
    setProviders(google, provider)
    const statusNow = async () =>
      (await getConnectedIntegrations(userId)).find(({ id }) => id === provider.id)?.status
    expect(await checkConnection(userId, provider)).toEqual({ status: 'ok' })
    expect(await statusNow()).toMatch(/^connected|expiring$/)
    services.clerk.revokeAtProvider(userId)
    expect(await statusNow()).toMatch(/^connected|expiring$/)
    expect(await checkConnection(userId, provider)).toMatchObject({ status: 'reconnect_required' })
    expect(await statusNow()).toBe('reconnect_required')
  })
})

test.each([
  ['GitHub', github, '/github/notifications', ['user:email'], 'notifications'],
  ['Slack', slack, '/slack/api/conversations.list', ['openid'], 'channels:read'],
] as const)(
  'a scope that %s misses is named, and the token is kept',
  async (_name, provider, path, scopes, missing) => {
    connect(provider, ...scopes)
    const { fingerprint } = await tokenOf(provider)
    services.clerk.resetRequests()
    expect(await withOAuthToken(userId, provider, ask(path))).toMatchObject({
      ...{ status: 'scope_missing', missing: [missing], action: { scopes: [missing] } },
    })
    expect((await tokenOf(provider)).fingerprint).toBe(fingerprint)
    expect(services.clerk.requests().total).toBe(0)
    expect(services.providers.requests().total).toBe(1)
  },
)

test('a rate limit of the provider is a problem with the time to wait, and the token is kept', async () => {
  connect(slack, 'channels:read')
  await tokenOf(slack)
  services.clerk.resetRequests()
  services.providers.respond(() =>
    Response.json({ ok: false, error: 'ratelimited' }, { status: 429, headers: { 'retry-after': '30' } }),
  )
  const result = await withOAuthToken(userId, slack, ask('/slack/api/auth.test'))
  expect(result).toEqual({ status: 'rate_limited', retryAfter: 30, limitedBy: 'provider' })
  expect(services.clerk.requests().total).toBe(0)
})

test('by its name alone a provider is judged by 401 only, as before', async () => {
  connect(slack, 'channels:read')
  services.providers.revokeToken((await tokenOf(slack)).reveal())
  const result = await withOAuthToken(userId, 'slack', ask('/slack/api/auth.test'))
  expect(result).toMatchObject({ status: 'ok', value: { status: 200 } })
})

test('the scopes of a declaration are compared as it says', async () => {
  connect(github, 'repo')
  expect((await getCachedOAuthToken(userId, github, { scopes: ['public_repo'] })).status).toBe('ok')
  expect((await getCachedOAuthToken(userId, 'github', { scopes: ['public_repo'] })).status).toBe(
    'scope_missing',
  )
})

test('a refusal is one audit record with the provider, and without the token and the answer', async () => {
  connect(slack, 'channels:read')
  const token = await tokenOf(slack)
  services.providers.revokeToken(token.reveal())
  const audited: AuditEvent[] = []
  const off = onAudit('test', (event) => audited.push(event))
  await withOAuthToken(userId, slack, ask('/slack/api/auth.test'))
  off()
  expect(audited.filter(({ outcome }) => outcome === 'reconnect_required')).toMatchObject([
    { action: 'token.refresh', target: 'slack' },
    { action: 'token.read', target: 'slack' },
  ])
  expect(JSON.stringify(audited)).not.toMatch(/xoxp|token_revoked/)
})

describe('a check', () => {
  test('sends the request that the declaration says', async () => {
    connect(linear, 'read')
    const seen: { path: string; type: string | null }[] = []
    const provider = { ...linear, api: `${services.providers.url}/linear` }
    services.providers.respond((request) => {
      seen.push({ path: new URL(request.url).pathname, type: request.headers.get('content-type') })
      return Response.json({ data: {} })
    })
    expect(await checkConnection(userId, provider)).toEqual({ status: 'ok' })
    expect(seen).toEqual([{ path: '/linear/graphql', type: 'application/json' }])
  })

  test('of a provider that is not responding is unavailable, and the token is kept', async () => {
    connect(github, 'read:user')
    await tokenOf(github)
    services.providers.respond(() => new Response('', { status: 502 }))
    expect(await checkConnection(userId, github)).toEqual({ status: 'unavailable' })
    services.providers.respond()
    expect(await checkConnection(userId, github)).toEqual({ status: 'ok' })
  })

  test('does not take the token to an address that the provider redirects to', async () => {
    connect(github, 'read:user')
    services.providers.respond(({ url }) =>
      url.endsWith('/user') ? Response.redirect(`${services.providers.url}/github/notifications`) : undefined,
    )
    expect(await checkConnection(userId, github)).toEqual({ status: 'unavailable' })
    expect(services.providers.requests().total).toBe(0)
  })

  test('asks nothing if a required scope is missing or no account is connected', async () => {
    expect(await checkConnection(userId, github)).toMatchObject({ status: 'not_connected' })
    connect(slack, 'openid')
    expect(await checkConnection(userId, slack)).toMatchObject({ status: 'scope_missing' })
    expect(services.providers.requests().total).toBe(0)
  })
})

describe('a provider of Clerk’s data that is not declared', () => {
  test('is listed after the others, with a name made from its ID, without asking for its token', async () => {
    services.clerk.connect(userId, { provider: 'oauth_custom_acme_crm', email: 'a@acme.example', scopes: [] })
    connect(github, 'read:user')
    const found = await getConnectedIntegrations(userId)
    expect(found.map(({ id, name, status }) => [id, name, status])).toEqual([
      ['google', 'Google', 'not_connected'],
      ['custom_acme_crm', 'Acme crm', 'connected'],
      ['github', 'Github', 'connected'],
    ])
    expect(found[1]).toMatchObject({
      icon: expect.stringMatching(/^M/),
      accounts: [{ label: 'a@acme.example' }],
    })
    const { byRoute } = services.clerk.requests()
    expect(Object.keys(byRoute).filter((route) => route.includes('oauth_access_tokens'))).toEqual([])
  })

  test('has its own name and icon once it is declared', async () => {
    setProviders(github, google)
    connect(github, 'read:user')
    const found = await getConnectedIntegrations(userId)
    expect(found.map(({ id, name, icon }) => [id, name, icon])).toEqual([
      ['github', 'GitHub', github.icon],
      ['google', 'Google', google.icon],
    ])
  })
})
