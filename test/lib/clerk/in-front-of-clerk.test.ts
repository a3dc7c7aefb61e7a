import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { onAudit } from '@/lib/cache/audit-events'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { getCachedOAuthToken } from '@/lib/cache/token-cache'
import { problemOf } from '@/lib/errors'
import { getConnectedIntegrations } from '@/lib/integrations/integrations.service'
import { people } from '../../../local/seed'
import { type Between, startBetween } from '../../support/clerk-in-between'
import { useServices } from '../../support/services'

let between: Between
const services = useServices({
  async env() {
    between = await startBetween(() => services.env.CLERK_API_URL ?? '')
    return { CLERK_API_URL: between.url }
  },
})
afterAll(() => between.close())
beforeEach(() => between.alter())

const html = { type: 'text/html', body: '<h1>Attention required</h1>' }
const problem = () => getCachedUserById(people.member).then(() => undefined, problemOf)

describe.each([401, 403, 404])('a page with status %s that is not of Clerk', (status) => {
  beforeEach(() => between.alter(() => ({ status, ...html })))

  test('says that Clerk is not responding, and does not blame the key', async () => {
    expect(await problem()).toMatchObject({
      code: 'clerk_unavailable',
      fix: expect.stringMatching(/firewall/),
    })
  })

  test('is no news about tokens and accounts', async () => {
    expect(await getCachedOAuthToken(people.member, 'google')).toEqual({ status: 'unavailable' })
    expect((await getConnectedIntegrations(people.member))[0]?.status).toBe('degraded')
  })
})

test.each([401, 403])('a %s of Clerk blames the key', async (status) => {
  between.alter(() => ({ status, body: '{"errors":[{"code":"clerk_key_invalid"}]}' }))
  expect(await problem()).toMatchObject({ code: 'clerk_unauthorized' })
})

test('an error whose code quotes the request is none of Clerk, and shows nothing of it', async () => {
  const events: unknown[] = []
  const off = onAudit('test', (event) => events.push(event))
  for (const quoted of [services.clerk.secretKey, `Bearer ${services.clerk.secretKey}`]) {
    between.alter(() => ({ status: 400, body: JSON.stringify({ errors: [{ code: quoted }] }) }))
    expect(await problem()).toMatchObject({ code: 'clerk_unavailable' })
    expect(await getCachedOAuthToken(people.member, 'google')).toEqual({ status: 'unavailable' })
  }
  off()
  expect(events.length).toBeGreaterThan(0)
  expect(JSON.stringify(events)).not.toContain(services.clerk.secretKey)
})

test('a 429 of a firewall pauses as one of Clerk does', async () => {
  between.alter(() => ({ status: 429, ...html }))
  expect(await problem()).toMatchObject({ code: 'clerk_rate_limited' })
})
