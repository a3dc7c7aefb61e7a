import { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { people } from '../../local/seed'
import { useStage } from '../support/stage'

const stage = useStage()

type SessionOptions = Parameters<typeof stage.standIns.clerk.issueSession>[1]

async function session(userId: string, options?: SessionOptions) {
  const { jwt } = await stage.standIns.clerk.issueSession(userId, options)
  await stage.standIns.clerk.webhooks.flush()
  return (path: string) =>
    fetch(stage.app.url + path, { headers: { authorization: `Bearer ${jwt}` }, redirect: 'manual' })
}

describe('a session token that Clerk has made for another app', () => {
  const elsewhere = { origin: 'https://evil.example.com' }
  test.each(['/api/calendar/token', '/api/calendar/events', '/api/admin/cache/stats'])(
    'opens nothing at %s',
    async (path) => {
      const get = await session(people.admin, elsewhere)
      expect((await get(path)).status).toBe(401)
      const own = await session(people.admin)
      expect((await own(path)).status).not.toBe(401)
    },
  )

  test.each(['/profile', '/dashboard', '/calendar', '/account'])('shows no page at %s', async (path) => {
    const get = await session(people.admin, elsewhere)
    const response = await get(path)
    expect([302, 307, 401]).toContain(response.status)
  })
})

describe('a session token of another instance of Clerk', () => {
  /** The claims of a genuine token, changed, and signed with another key. */
  async function forged(changes: object = {}) {
    const { jwt } = await stage.standIns.clerk.issueSession(people.admin)
    const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048 })
    const header = { alg: 'RS256', ...decodeProtectedHeader(jwt) }
    return new SignJWT({ ...decodeJwt(jwt), ...changes }).setProtectedHeader(header).sign(privateKey)
  }

  test.each([
    ['with this one’s name as the issuer', {}],
    ['with its own name as the issuer', { iss: 'https://clerk.elsewhere.example' }],
  ])('opens nothing, %s', async (_, changes) => {
    const headers = { authorization: `Bearer ${await forged(changes)}` }
    for (const path of ['/api/calendar/token', '/api/admin/cache/stats'])
      expect((await fetch(stage.app.url + path, { headers })).status).toBe(401)
  })
})

describe('somebody who impersonates a user', () => {
  test.each(['/api/calendar/token', '/api/calendar/events'])('gets no token at %s', async (path) => {
    const get = await session(people.member, { impersonator: people.admin })
    const response = await get(path)
    expect(response.status).toBe(403)
    expect((await response.json()).error.code).toBe('impersonated')
  })

  test('sees the pages of the user, and words instead of the calendar', async () => {
    const get = await session(people.member, { impersonator: people.admin })
    expect(await (await get('/profile')).text()).toContain('Mia')
    const calendar = await (await get('/calendar')).text()
    expect(calendar).toContain('Not available while you act for somebody else')
    expect(calendar).not.toContain('Stand-up')
  })

  test('is named in the trail, with the user whose session it is', async () => {
    const get = await session(people.member, { impersonator: people.expert })
    await get('/api/calendar/token')
    await get('/api/admin/cache/stats')
    const own = await session(people.admin)
    const impersonated = async () => {
      const { audit } = await (await own('/api/admin/dashboard')).json()
      const records: Record<string, unknown>[] = audit.data
      return records
        .filter((one) => one.actor === people.expert)
        .map(({ action, impersonating, subject }) => [action, impersonating, subject])
    }
    await expect.poll(impersonated).toEqual(
      expect.arrayContaining([
        ['token.read', people.member, people.member],
        ['admin.require', people.member, people.member],
      ]),
    )
  })
})
