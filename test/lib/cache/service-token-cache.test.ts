import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defineServiceToken, serviceTokenDeclaration } from '@/lib/cache/service-token-cache'
import type { ClientCredentials } from '@/lib/cache/tokens/client-credentials'
import { redis } from '@/lib/config'
import { defineFreightToken, pollShipments } from '../../../docs/examples/freight-poller'
import { drive } from '../../../lib/lookup/testing/virtual-clock'
import { useServices } from '../../support/services'
import { startTokenService, type TokenService } from '../../support/token-service'
import { createFleet } from '../lookup/in-process-fleet'

const services = useServices()
let service: TokenService
let declared = 0
const HOUR = 60 * 60 * 1000

beforeEach(async () => {
  service = await startTokenService()
})
afterEach(() => service.close())

/** The name of a lookup can be used once per process. */
const name = () => `service-${++declared}`
const credentials = (changes: Partial<ClientCredentials> = {}): ClientCredentials => ({
  ...{ tokenEndpoint: `${service.url}/oauth/token`, clientId: 'client', clientSecret: 'right secret' },
  ...changes,
})
const withCredentials = (changes: Partial<ClientCredentials> = {}) =>
  defineServiceToken({ name: name(), clientCredentials: () => credentials(changes) })

describe('a token by client credentials', () => {
  test.each(['basic', 'post'] as const)(
    'is fetched once, with client authentication by %s',
    async (authentication) => {
      const token = withCredentials({ authentication, parameters: { scope: 'read', audience: 'freight' } })
      const [first, second] = [await token(), await token()]
      expect(service.isValid(first.reveal())).toBe(true)
      expect(second.reveal()).toBe(first.reveal())
      expect(service.state.grants).toBe(1)
      expect(service.state.lastForm).toContain('scope=read&audience=freight')
      expect(service.state.lastBasic).toBe(
        authentication === 'basic' ? `Basic ${Buffer.from('client:right+secret').toString('base64')}` : '',
      )
    },
  )

  test('costs one Redis command when it is cached', async () => {
    const token = withCredentials()
    await token()
    services.upstash.resetCounts()
    await token()
    expect(services.upstash.counts()).toMatchObject({ http: 1, commands: 1 })
  })

  test.each([-1, 1])('expires by the clock of Redis, whatever this machine says (%i h)', async (hours) => {
    const token = withCredentials()
    const before = Date.now()
    vi.useFakeTimers({ toFake: ['Date'], now: before + hours * HOUR })
    const { expiresAt } = await token().finally(() => vi.useRealTimers())
    const late = (expiresAt ?? 0) - before - 12 * HOUR
    expect(Math.abs(late)).toBeLessThan(HOUR / 2)
  })

  test('is fetched once for a hundred calls at the same time', async () => {
    const token = withCredentials()
    await Promise.all(Array.from({ length: 100 }, token))
    expect(service.state.grants).toBe(1)
  })

  test('that is refused has the code of the OAuth error, and nothing of the request or the response', async () => {
    const token = withCredentials({ clientSecret: 'wrong secret' })
    const error: unknown = await token().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'service_token_failed',
      message: expect.stringContaining('invalid_client'),
    })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/wrong.secret|you sent/)
  })

  test.each([
    ['no token_type', { fields: { token_type: undefined } }, 'OAUTH_INVALID_RESPONSE'],
    ['an expires_in that is null', { fields: { expires_in: null } }, 'OAUTH_INVALID_RESPONSE'],
    [
      'no access_token',
      { fields: { access_token: undefined, accessToken: 'canary' } },
      'OAUTH_INVALID_RESPONSE',
    ],
    ['HTTP 201', { status: 201 }, 'OAUTH_RESPONSE_IS_NOT_CONFORM'],
  ])('with %s is refused, and the error says to use fetchToken', async (_, odd, code) => {
    Object.assign(service.odd, odd)
    const error: unknown = await withCredentials()().catch((thrown: unknown) => thrown)
    expect(String(error)).toContain(code)
    expect(String(error)).toContain('fetchToken')
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/canary|svc\./)
  })

  test('that a service cannot issue is not blamed on the way its answers look', async () => {
    Object.assign(service.odd, { status: 500 })
    await expect(withCredentials()()).rejects.toThrow(/\(OAUTH_RESPONSE_IS_NOT_CONFORM\)/)
  })

  test('is not requested over plain HTTP from another machine', async () => {
    const token = withCredentials({ tokenEndpoint: 'http://auth.example.test/token' })
    await expect(token()).rejects.toMatchObject({ code: 'service_token_failed' })
  })

  test('is sealed in Redis, and neither it nor the credentials are there in plain text', async () => {
    const token = await withCredentials()()
    const keys = await redis().run('keys', (client) => client.keys('*'))
    const texts = await Promise.all(
      keys.map((key) => redis().run('get', (client) => client.get<string>(key))),
    )
    expect(texts.length).toBeGreaterThan(2)
    expect([...keys, ...texts].join(' ')).not.toMatch(new RegExp(`${token.reveal()}|right|client:`))
  })

  test('that lives no longer than the expiry buffer is refused, with what to declare', async () => {
    service.close()
    service = await startTokenService({ lifetime: 300 })
    await expect(withCredentials()()).rejects.toThrow('it lives 300 s: declare a margin below that, not 300')
    const token = defineServiceToken({ name: name(), clientCredentials: () => credentials(), margin: 30 })
    expect(service.isValid((await token()).reveal())).toBe(true)
  })
})

describe('your own fetchToken', () => {
  test.each([
    ['nothing', undefined],
    ['no token', { expiresIn: 3600 }],
    ['an empty token', { token: '', expiresIn: 3600 }],
    ['a token that is not a string', { token: { access_token: 'canary' }, expiresIn: 3600 }],
    ['a lifetime that is not a number', { token: 'canary', expiresIn: Number.NaN }],
    ['no lifetime, which would be forever', { token: 'canary', expiresIn: Number.POSITIVE_INFINITY }],
    ['a lifetime in words', { token: 'canary', expiresIn: '3600' }],
  ])('that returns %s is an error that says what to return, and nothing is cached', async (_, given) => {
    const fetchToken = vi.fn().mockResolvedValue(given)
    const token = defineServiceToken({ name: name(), fetchToken })
    for (let i = 0; i < 2; i++) {
      const error: unknown = await token().catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'service_token_failed' })
      expect(inspect(error)).not.toContain('canary')
    }
    expect(fetchToken).toHaveBeenCalledTimes(2)
  })

  test('that throws synchronously is also reported only by its code', async () => {
    const fetchToken = () => {
      throw new Error('canary')
    }
    const error: unknown = await defineServiceToken({ name: name(), fetchToken })().catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'service_token_failed' })
    expect(inspect(error)).not.toContain('canary')
  })
})

describe('a token that the service refuses', () => {
  test('is dropped and fetched again once, and the work runs with the new one', async () => {
    const api = () => ({ url: service.url, username: 'app', password: 'right secret' })
    const token = defineFreightToken(api)
    await token()
    service.revokeAll()
    expect(await pollShipments(token, api())).toEqual({ shipments: [{ id: 1 }] })
    expect(service.state).toMatchObject({ grants: 2, calls: 2 })
  })

  test('does not cause a loop: the caller gets the second 401', async () => {
    const token = withCredentials()
    const answer = await token.use(async () => new Response(null, { status: 401 }))
    expect(answer.status).toBe(401)
    expect(service.state.grants).toBe(2)
  })

  test('while Redis is down is a 401 for the caller at once', async () => {
    const token = withCredentials()
    const answer = await token.use(async () => {
      await services.engine.kill()
      return new Response(null, { status: 401 })
    })
    expect(answer.status).toBe(401)
    expect(service.state.grants).toBe(1)
  })

  test('is kept after other errors', async () => {
    const token = withCredentials()
    await expect(token.use(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine')
    expect(service.state.grants).toBe(1)
  })

  test('is dropped by an invalidation', async () => {
    const token = withCredentials()
    const first = await token()
    await token.invalidate()
    expect((await token()).reveal()).not.toBe(first.reveal())
  })
})

describe('over twelve hours', () => {
  afterEach(() => vi.useRealTimers())

  /** One poller in each of two processes, in virtual time, with a real password grant. */
  function startPollers() {
    const { clock, join } = createFleet()
    vi.useFakeTimers({ toFake: ['Date'], now: clock.now() })
    const freight = {
      name: 'freight',
      fetchToken: async ({ signal }: { signal: AbortSignal }) => {
        const body = new URLSearchParams({
          grant_type: 'password',
          username: 'app',
          password: 'right secret',
        })
        const response = await fetch(`${service.url}/oauth/token`, { method: 'POST', body, signal })
        if (!response.ok) throw new Error('refused')
        const { access_token, expires_in } = await response.json()
        return { token: access_token, expiresIn: expires_in }
      },
    }
    const declaration = serviceTokenDeclaration(freight, async () => clock.now())
    const processes = [join(), join()].map((process) => ({
      ...process,
      token: process.defineLookup(declaration),
    }))
    async function pass(ms: number) {
      await clock.advance(ms)
      vi.setSystemTime(clock.now())
    }
    async function poll() {
      const tokens = await drive(Promise.all(processes.map(({ token }) => token(''))), pass)
      await drive(Promise.all(processes.map(({ runtime }) => runtime.settled())), pass)
      for (const token of tokens) expect(service.isValid(token?.token ?? '')).toBe(true)
      return tokens[0]
    }
    return { clock, pass, poll }
  }

  test('a poller that runs every 15 minutes requests a token twice instead of 48 times', async () => {
    const { pass, poll } = startPollers()
    for (let i = 0; i <= 48; i++) {
      await poll()
      await pass(HOUR / 4)
    }
    expect(service.state.grants).toBe(2)
  })

  test('a token is returned until 30 s before its expiry while the service returns no other', async () => {
    const { clock, pass, poll } = startPollers()
    const first = await poll()
    const left = (ms: number) => pass((first?.expiresAt ?? 0) - ms - clock.now())
    service.state.fail = 503
    for (const ms of [900_000, 301_000, 299_000, 60_000, 31_000]) {
      await left(ms)
      expect((await poll())?.token).toBe(first?.token)
    }
    await left(29_000)
    await expect(poll()).rejects.toMatchObject({ code: 'service_token_failed' })
    service.state.fail = undefined
    await pass(30_000)
    expect((await poll())?.token).not.toBe(first?.token)
  })
})
