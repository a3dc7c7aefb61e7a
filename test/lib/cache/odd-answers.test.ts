import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { getCachedOAuthToken } from '@/lib/cache/token-cache'
import { useServices } from '../../support/services'

let body: unknown
let type: string
let asked: string[]
let userId: string
let users = 0

/** A Clerk whose answers the test sets. */
const clerk = createServer((request, response) => {
  asked.push(request.url ?? '')
  response.writeHead(200, { 'content-type': type })
  response.end(JSON.stringify(body))
})

useServices({
  keep: true,
  async env() {
    clerk.listen(0, '127.0.0.1')
    await once(clerk, 'listening')
    const address = clerk.address()
    if (typeof address !== 'object' || address === null) throw new Error('no port')
    return { CLERK_API_URL: `http://127.0.0.1:${address.port}` }
  },
})
afterAll(() => {
  clerk.closeAllConnections()
  clerk.close()
})
beforeEach(() => {
  userId = `user_${++users}`
  type = 'application/json'
  asked = []
})

const secondsFromNow = (seconds: number) => Math.floor(Date.now() / 1000) + seconds
const token = (changes: Record<string, unknown> = {}) => ({
  ...{ object: 'oauth_access_token', external_account_id: 'eac_1', provider: 'oauth_google' },
  ...{ token: 'a token', public_metadata: {}, label: null, scopes: ['a'] },
  ...{ expires_at: secondsFromNow(3600), ...changes },
})
const answer = (...tokens: unknown[]) => {
  body = { data: tokens, total_count: tokens.length }
}
const read = (scopes: string[] = []) => getCachedOAuthToken(userId, 'google', { scopes })

describe('an invalid answer of Clerk', () => {
  test.each([
    ['of another shape', {}],
    ['without a list', { data: null, total_count: 0 }],
    ['with a token that is not a string', { data: [token({ token: 7 })], total_count: 1 }],
    ['with a token of no account', { data: [token({ external_account_id: null })], total_count: 1 }],
  ])('%s is unavailable, and no throw', async (_, odd) => {
    body = odd
    expect(await read()).toEqual({ status: 'unavailable' })
  })

  test('with a charset in its content type, which the SDK would not parse, is read', async () => {
    answer(token())
    type = 'application/json; charset=utf-8'
    expect(await read()).toMatchObject({ status: 'ok' })
  })
})

describe('an odd token', () => {
  test.each([
    ['without an account', { external_account_id: null }],
    ['that is not a string', { token: 7 }],
  ])('%s is left out, and the other is served', async (_, changes) => {
    answer(token({ external_account_id: 'eac_odd', ...changes }), token())
    expect(await read()).toMatchObject({ status: 'ok', token: { externalAccountId: 'eac_1' } })
  })

  test('that is null is left out, and the other is served', async () => {
    answer(null, token())
    expect(await read()).toMatchObject({ status: 'ok', token: { externalAccountId: 'eac_1' } })
  })

  test('that expires at an ISO time expires then', async () => {
    const at = secondsFromNow(3600) * 1000
    answer(token({ expires_at: new Date(at).toISOString() }))
    expect(await read()).toMatchObject({ status: 'ok', token: { expiresAt: at } })
  })

  test.each(['a b', 'a,b', ['a', null, 'b']])('with the scopes %j has a and b', async (scopes) => {
    answer(token({ scopes }))
    expect(await read(['a', 'b'])).toMatchObject({ status: 'ok' })
  })

  test.each([0, -1, null, undefined, 'soon', {}])(
    'that expires at %s has an unknown expiry',
    async (expires_at) => {
      answer(token({ expires_at }))
      expect(await read()).toMatchObject({ status: 'ok', token: { expiresAt: null } })
    },
  )

  test('that is empty counts as missing', async () => {
    answer(token({ token: '' }))
    expect(await read()).toMatchObject({ status: 'reconnect_required' })
  })

  test('that is already expired is loaded once a second', async () => {
    answer(token({ expires_at: secondsFromNow(-100) }))
    const started = Date.now()
    for (let i = 0; i < 3; i++) await read()
    expect(asked.length).toBeLessThanOrEqual(1 + (Date.now() - started) / 900)
    expect(asked.length).toBeGreaterThan(0)
  })

  test('without scopes has none', async () => {
    answer(token({ scopes: undefined }))
    expect(await read(['a', 'b', 'a'])).toMatchObject({ status: 'scope_missing', missing: ['a', 'b'] })
  })

  test('of an account that is listed twice does not cause a loop', async () => {
    answer(token({ scopes: ['a', 'b'] }), token())
    expect(await read(['b'])).toMatchObject({ status: 'ok', token: { externalAccountId: 'eac_1' } })
    expect(asked).toHaveLength(2)
  })
})

test.each(['', '..', 'user_1/../user_2', 'user_2/oauth_access_tokens/oauth_google?', 'user_2#'])(
  'a user ID that Clerk cannot have issued (%s) is not found, and is not sent',
  async (id) => {
    answer(token())
    userId = id
    expect(await read()).toMatchObject({ status: 'not_connected' })
    expect(asked).toEqual([])
  },
)
