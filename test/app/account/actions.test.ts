import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { checkNow } from '@/app/account/actions'
import { google, setProviders } from '@/lib/integrations/providers'
import { github } from '@/lib/integrations/providers/github'
import { slack } from '@/lib/integrations/providers/slack'
import { useServices } from '../../support/services'
import { sessionOf } from '../../support/session'

const services = useServices({ performanceClock: true })
let userId: string | null = null
let actor: { sub: string } | undefined

vi.mock('@clerk/nextjs/server', () => ({
  auth: async () => ({ ...sessionOf(userId), ...(actor && { actor }) }),
}))
vi.mock('next/cache', () => ({ refresh: () => undefined }))

const newUser = () =>
  services.clerk.createUser({ emails: [`u${services.clerk.users().length}@example.com`] }).id
const connect = (id: string, provider: string, scopes: string[]) =>
  services.clerk.connect(id, { provider: `oauth_${provider}`, scopes })

beforeAll(() => setProviders(google, github, slack))
afterAll(() => setProviders(google))
beforeEach(() => {
  actor = undefined
  userId = newUser()
})

function check(fields: Record<string, string>) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  return checkNow({ status: 'idle', message: '' }, form)
}

describe('a check of a connection', () => {
  test('says that the provider accepts it', async () => {
    connect(String(userId), 'github', ['read:user'])
    expect(await check({ provider: 'github' })).toEqual({
      ...{ status: 'works', message: 'GitHub works. Checked just now.' },
    })
  })

  test.each([
    ['is not connected', 'github', undefined, 'GitHub is not connected. '],
    ['lacks a scope', 'slack', ['openid'], 'A Slack permission is missing. '],
  ])('says that it %s', async (_, provider, scopes, message) => {
    if (scopes) connect(String(userId), provider, scopes)
    const found = await check({ provider })
    expect(found).toMatchObject({ status: 'failed', message: expect.stringContaining(message) })
    expect(services.providers.requests().total).toBe(0)
  })

  test('is of the signed-in user, whatever the form says', async () => {
    const other = newUser()
    const { id } = connect(other, 'github', ['read:user'])
    for (const forged of [{ userId: other }, { externalAccountId: id }, { userId: other, user: other }])
      expect(await check({ provider: 'github', ...forged })).toMatchObject({
        ...{ status: 'failed', message: expect.stringContaining('not connected') },
      })
    expect(services.providers.requests().total).toBe(0)
  })

  test.each([
    [{}],
    [{ provider: 'discord' }],
    [{ provider: '__proto__' }],
    [{ provider: 'github', externalAccountId: '../eac_1' }],
  ])('with %j asks nobody', async (fields) => {
    services.clerk.resetRequests()
    expect(await check(fields)).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/^Refused/),
    })
    expect(services.clerk.requests().total).toBe(0)
  })

  test('is refused to a visitor, and to somebody who impersonates the user', async () => {
    connect(String(userId), 'github', ['read:user'])
    actor = { sub: 'user_2support' }
    expect((await check({ provider: 'github' })).status).toBe('failed')
    actor = undefined
    userId = null
    expect(await check({ provider: 'github' })).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('not signed in'),
    })
    expect(services.providers.requests().total).toBe(0)
  })

  test('is limited for each user', async () => {
    connect(String(userId), 'github', ['read:user'])
    const found: string[] = []
    for (let i = 0; i < 40; i++) found.push((await check({ provider: 'github' })).status)
    expect(found.filter((status) => status === 'works').length).toBeLessThanOrEqual(20)
    expect(services.providers.requests().total).toBeLessThanOrEqual(20)
  })
})
