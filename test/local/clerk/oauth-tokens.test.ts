import { createClerkClient } from '@clerk/backend'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type ClerkStandIn, startClerk } from '../../../local/clerk/server'
import { people, seed } from '../../../local/seed'

const HOUR = 3600_000
let clerk: ClerkStandIn
let clock: number
let sdk: ReturnType<typeof createClerkClient>

beforeEach(async () => {
  clock = Date.now()
  clerk = await startClerk({ appUrl: 'http://localhost:3000', seed, now: () => clock })
  sdk = createClerkClient({ secretKey: clerk.secretKey, apiUrl: clerk.url })
})
afterEach(() => clerk.close())

const tokensOf = async (userId: string) => (await sdk.users.getUserOauthAccessToken(userId, 'google')).data
const failure = (userId: string, provider: 'google' | 'discord' | 'line' = 'google') =>
  sdk.users.getUserOauthAccessToken(userId, provider).then(
    () => 'no error',
    (error) => [error.status, error.errors[0].code],
  )

it('returns the same token until it has expired, then a new one', async () => {
  const [first] = await tokensOf(people.member)
  expect(first).toMatchObject({ provider: 'oauth_google', expiresAt: clock + HOUR })
  expect(first?.token).toMatch(/^ya29\./)
  clock += HOUR - 1
  expect((await tokensOf(people.member))[0]?.token).toBe(first?.token)
  clock += 1
  const [second] = await tokensOf(people.member)
  expect(second?.token).not.toBe(first?.token)
  expect(second?.expiresAt).toBe(clock + HOUR)
  expect(clerk.tokenInfo(second?.token ?? '')).toMatchObject({
    userId: people.member,
    externalAccountId: second?.externalAccountId,
  })
})

it('renews an expired token only on request', async () => {
  const [first] = await tokensOf(people.member)
  clerk.expireToken(people.member)
  expect(clerk.tokenInfo(first?.token ?? '')?.expiresAt).toBe(clock)
  expect((await tokensOf(people.member))[0]?.token).not.toBe(first?.token)
})

it('returns an empty list for a user who never connected, and an error for an account that cannot be renewed', async () => {
  expect(await tokensOf(people.neverConnected)).toEqual([])
  expect(await failure(people.needsReconnecting)).toEqual([422, 'oauth_missing_refresh_token'])
  expect(await failure(people.member, 'discord')).toEqual([404, 'oauth_token_provider_not_enabled'])
  expect(await failure(people.member, 'line')).toEqual([400, 'oauth_unsupported_provider'])
  expect(await failure('user_unknown')).toEqual([404, 'resource_not_found'])
})

it('returns the only token of an account without a refresh token for one hour', async () => {
  clerk.connect(people.neverConnected, { scopes: ['openid'], grant: 'no_refresh_token' })
  const [only] = await tokensOf(people.neverConnected)
  clock += HOUR - 1
  expect((await tokensOf(people.neverConnected))[0]?.token).toBe(only?.token)
  clock += 1
  expect(await failure(people.neverConnected)).toEqual([422, 'oauth_missing_refresh_token'])
})

it('still returns a token revoked at Google until it expires', async () => {
  const [first] = await tokensOf(people.member)
  clerk.revokeAtProvider(people.member)
  expect(clerk.tokenInfo(first?.token ?? '')).toBeUndefined()
  expect((await tokensOf(people.member))[0]?.token).toBe(first?.token)
  clock += HOUR
  expect(await failure(people.member)).toEqual([400, 'oauth_token_retrieval_error'])
  clerk.setScopes(people.member, ['openid'])
  expect((await tokensOf(people.member))[0]?.scopes).toEqual(['openid'])
})

it('has several accounts per user, and removes the disconnected one', async () => {
  clerk.connect(people.member, { email: 'mia@work.example.com', scopes: ['openid'] })
  const both = await tokensOf(people.member)
  expect(both.map((token) => token.scopes?.length)).toEqual([5, 1])
  await sdk.users.deleteUserExternalAccount({
    userId: people.member,
    externalAccountId: both[0]?.externalAccountId ?? '',
  })
  expect(await tokensOf(people.member)).toHaveLength(1)
  expect(
    (await sdk.users.getUser(people.member)).externalAccounts.map((account) => account.emailAddress),
  ).toEqual(['mia@work.example.com'])
})
