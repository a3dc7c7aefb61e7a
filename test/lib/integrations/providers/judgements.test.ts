import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { providers } from '@/app/providers'
import { judge } from '@/lib/cache/tokens/judgement'
import { google, type Provider } from '@/lib/integrations/providers'
import { github } from '@/lib/integrations/providers/github'
import { hubspot } from '@/lib/integrations/providers/hubspot'
import { linear } from '@/lib/integrations/providers/linear'
import { microsoft } from '@/lib/integrations/providers/microsoft'
import { notion } from '@/lib/integrations/providers/notion'
import { slack } from '@/lib/integrations/providers/slack'

const root = join(import.meta.dirname, '../../../..')
const NOW = Date.UTC(2026, 10, 26)

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: NOW }))
afterEach(() => vi.useRealTimers())

const REFUSED = { status: 'refused' }
const missing = (...scopes: string[]) => ({ status: 'scope_missing', missing: scopes })
const wait = (retryAfter: number) => ({ status: 'rate_limited', retryAfter })
const linearError = (code: string, message = 'said') => ({ errors: [{ message, extensions: { code } }] })
const graph = (code: string, message = 'said') => ({ error: { code, message } })
const scopesOfGithub = (granted: string, accepted: string) => ({
  ...{ 'x-oauth-scopes': granted, 'x-accepted-oauth-scopes': accepted, 'x-ratelimit-remaining': '41' },
})

type Case = [Provider, status: number, headers: Record<string, string>, body: unknown, judgement: unknown]

const cases: Case[] = [
  [google, 200, {}, {}, undefined],
  [google, 401, {}, { error: { code: 401 } }, REFUSED],
  [google, 403, {}, { error: { code: 403 } }, undefined],

  [github, 200, scopesOfGithub('', 'repo'), {}, undefined],
  [github, 401, {}, { message: 'Bad credentials' }, REFUSED],
  [github, 403, { 'retry-after': '17' }, {}, wait(17)],
  [
    ...([github, 403] as const),
    { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 90) },
    ...([{ message: 'API rate limit exceeded' }, wait(90)] as const),
  ],
  [github, 403, { 'x-ratelimit-remaining': '0' }, {}, wait(10)],
  [github, 403, {}, { message: 'You have exceeded a secondary rate limit.' }, wait(60)],
  [github, 429, { 'retry-after': '5' }, {}, wait(5)],
  [github, 429, {}, {}, wait(10)],
  [github, 403, scopesOfGithub('user:email', 'notifications, repo'), {}, missing('notifications')],
  [github, 403, scopesOfGithub('user:email', 'admin:org, read:org, write:org'), {}, missing('read:org')],
  // Granted is enough, so it is a policy of the organization.
  [github, 403, scopesOfGithub('repo', 'public_repo, repo'), { message: 'policy' }, undefined],
  [github, 403, scopesOfGithub('repo', ''), {}, undefined],
  [github, 404, scopesOfGithub('', 'repo'), {}, undefined],

  [microsoft, 401, {}, graph('InvalidAuthenticationToken'), REFUSED],
  [microsoft, 403, {}, graph('ErrorAccessDenied'), undefined],
  [
    ...([microsoft, 403, {}] as const),
    graph('Forbidden', "API requires one of 'Chat.Read, Chat.ReadWrite'. Scopes on the request 'User.Read'."),
    missing('Chat.Read'),
  ],
  [microsoft, 429, { 'retry-after': '30' }, graph('TooManyRequests'), wait(30)],
  [microsoft, 403, {}, { error: 'Forbidden' }, undefined],

  [slack, 200, {}, { ok: true }, undefined],
  ...['invalid_auth', 'token_revoked', 'token_expired', 'account_inactive', 'not_authed'].map(
    (error): Case => [slack, 200, {}, { ok: false, error }, REFUSED],
  ),
  [
    ...([slack, 200, {}] as const),
    { ok: false, error: 'missing_scope', needed: 'channels:read,groups:read', provided: 'openid' },
    missing('channels:read', 'groups:read'),
  ],
  [slack, 200, {}, { ok: false, error: 'missing_scope' }, missing()],
  [slack, 200, { 'retry-after': '20' }, { ok: false, error: 'ratelimited' }, wait(20)],
  [slack, 429, { 'retry-after': '20' }, { ok: false, error: 'ratelimited' }, wait(20)],
  [slack, 200, {}, { ok: false, error: 'channel_not_found' }, undefined],
  [slack, 200, {}, { ok: true, error: 'invalid_auth' }, undefined],
  [slack, 200, {}, [{ ok: false, error: 'invalid_auth' }], undefined],

  ...[200, 400, 401].map(
    (status): Case => [linear, status, {}, linearError('AUTHENTICATION_ERROR'), REFUSED],
  ),
  [linear, 400, {}, linearError('FORBIDDEN', 'Invalid scope: `write` required'), missing('write')],
  [
    ...([linear, 400, { 'x-ratelimit-requests-reset': String(NOW + 12_000) }] as const),
    ...([linearError('RATELIMITED'), wait(12)] as const),
  ],
  [linear, 400, {}, linearError('RATELIMITED'), wait(10)],
  [linear, 200, {}, { data: { viewer: { id: '1' } } }, undefined],
  [linear, 200, {}, { ...linearError('FORBIDDEN'), data: {} }, undefined],

  [notion, 401, {}, { code: 'unauthorized' }, REFUSED],
  [notion, 403, {}, { code: 'restricted_resource' }, undefined],
  [notion, 404, {}, { code: 'object_not_found' }, undefined],
  [notion, 429, { 'retry-after': '3' }, { code: 'rate_limited' }, wait(3)],

  [hubspot, 401, {}, { category: 'EXPIRED_AUTHENTICATION' }, REFUSED],
  [hubspot, 401, {}, { category: 'INVALID_AUTHENTICATION' }, REFUSED],
  [
    ...([hubspot, 403, {}] as const),
    { category: 'MISSING_SCOPES', errors: [{ context: { requiredGranularScopes: ['content', 'hubdb'] } }] },
    missing('content'),
  ],
  [
    ...([hubspot, 403, {}] as const),
    { category: 'MISSING_SCOPES', context: { missingScopes: ['content'] } },
    missing('content'),
  ],
  [hubspot, 403, {}, { category: 'MISSING_SCOPES' }, missing()],
  [hubspot, 403, {}, { category: 'BANNED' }, undefined],
  [hubspot, 429, {}, { policyName: 'DAILY' }, wait(10)],
]

test.each(cases.map(([{ name }, status, ...rest], i) => [name, status, JSON.stringify(rest), i] as const))(
  '%s says with %i what it means: %s',
  async (_name, _status, _rest, i) => {
    const given = cases[i]
    if (!given) throw new Error('no case')
    const [provider, status, headers, body, judgement] = given
    const response = Response.json(body, { status, headers })
    expect(await judge(provider, response)).toEqual(judgement)
    // The caller can still read it.
    expect(await response.json()).toEqual(body)
  },
)

const any = fc.oneof(fc.json(), fc.string(), fc.constantFrom('', '{', 'null', '[]', '{"errors":[null,3]}'))
/** Values of a header are Latin-1 without control characters. */
const header = fc.string({ unit: fc.constantFrom(...'aZ09 ,:;=*-.') })
const NAMES = [
  ...['retry-after', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'x-oauth-scopes'],
  ...['x-accepted-oauth-scopes', 'x-ratelimit-requests-reset'],
]

test.each(providers.map((provider) => [provider.name, provider] as const))(
  'whatever %s sends, it is judged or left to the caller, and a wait is 1 s to an hour',
  async (_name, provider) => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(200, 400, 401, 403, 404, 429, 500, 503),
        fc.dictionary(fc.constantFrom(...NAMES), header),
        any,
        async (status, headers, body) => {
          const type = { 'content-type': 'application/json; charset=utf-8' }
          const response = new Response(body, { status, headers: { ...headers, ...type } })
          const found = await judge(provider, response)
          if (found?.status === 'rate_limited') {
            expect(found.retryAfter).toBeGreaterThanOrEqual(1)
            expect(found.retryAfter).toBeLessThanOrEqual(3600)
          }
          if (found?.status === 'scope_missing') for (const scope of found.missing) expect(scope).not.toBe('')
          if (status === 401) expect(found).toEqual(REFUSED)
          expect(await response.text()).toBe(body)
        },
      ),
      { numRuns: 150 },
    )
  },
)

describe('a body', () => {
  const refusal = JSON.stringify({ ok: false, error: 'token_revoked' })
  const json = { 'content-type': 'application/json' }

  test('that is not JSON by its type is not read', async () => {
    const response = new Response(refusal, { headers: { 'content-type': 'text/html' } })
    expect(await judge(slack, response)).toBeUndefined()
  })

  test('that the callback has read is not judged', async () => {
    const response = new Response(refusal, { headers: json })
    await response.text()
    expect(await judge(slack, response)).toBeUndefined()
  })

  test('of more than 64 KB is not waited for, and the caller can read all of it', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 8192
        controller.enqueue(new TextEncoder().encode(' '.repeat(8192)))
      },
    })
    const response = new Response(endless, { headers: json })
    expect(await judge(slack, response)).toBeUndefined()
    expect(sent).toBeLessThan(128 * 1024)
    const reader = response.body?.getReader()
    for (let read = 0; read < 256 * 1024; ) read += (await reader?.read())?.value?.byteLength ?? 0
    await reader?.cancel()
  })

  test('that breaks off is left to the caller', async () => {
    const broken = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"ok":'))
        controller.error(new Error('reset'))
      },
    })
    const response = new Response(broken, { headers: json })
    expect(await judge(slack, response)).toBeUndefined()
    await expect(response.text()).rejects.toThrow('reset')
  })

  test('of GitHub’s successful answers is not read at all', async () => {
    let pulled = false
    const lazy = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled = true
          controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    await judge(github, new Response(lazy, { headers: json }))
    expect(pulled).toBe(false)
  })
})

describe('a declaration', () => {
  test.each(['github', 'hubspot', 'linear', 'microsoft', 'notion', 'slack'])(
    'of %s takes at most 15 lines beside its icon, and names its sources',
    (name) => {
      const text = readFileSync(join(root, `lib/integrations/providers/${name}.ts`), 'utf8')
      const lines = (/^export const \w+: Provider = \{\n([\s\S]*?)^\}/m.exec(text)?.[1] ?? '').split('\n')
      const code = lines.filter((line) => line.trim() && !/^ +(icon:|'M)/.test(line))
      expect(code.length).toBeGreaterThan(2)
      expect(code.length + 2).toBeLessThanOrEqual(15)
      expect(text).toMatch(/https:\/\//)
      expect(text).toMatch(/- Icon: /)
    },
  )

  test.each(providers.map((provider) => [provider.name, provider] as const))(
    'of %s has its own ID, an icon, and an address with https',
    (_name, { id, icon, api, probe }) => {
      expect(providers.filter((one) => one.id === id)).toHaveLength(1)
      expect(icon).toMatch(/^M[\d\s.,a-z-]+z?$/i)
      expect(api).toMatch(/^https:\/\/[^/]+(\/[\w.]+)*$/)
      expect(probe?.path).toMatch(/^\//)
    },
  )
})
