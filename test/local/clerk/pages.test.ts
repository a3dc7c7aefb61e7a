import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { userJson } from '../../../local/clerk/json'
import { type ClerkStandIn, startClerk } from '../../../local/clerk/server'
import { people, seed } from '../../../local/seed'

const APP = 'http://localhost:3000'
let clerk: ClerkStandIn

beforeEach(async () => {
  clerk = await startClerk({ appUrl: APP, seed })
})
afterEach(() => clerk.close())

const submit = (path: string, form: [string, string][], headers: Record<string, string> = {}) =>
  fetch(clerk.url + path, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { 'sec-fetch-site': 'same-origin', ...headers },
    redirect: 'manual',
  })
const member = () => clerk.users().find((user) => user.id === people.member)
const cookieOf = async (userId: string) => `__client=${(await clerk.issueSession(userId)).cookies.__client}`

describe('the sign-in page', () => {
  it('lists all users and what each is for', async () => {
    const page = await (await fetch(`${clerk.url}/sign-in`)).text()
    for (const user of seed.users) expect(page).toContain(user.id)
    expect(page).toContain('Google needs reconnecting')
  })

  it('shows one person of each kind, and folds many more of a kind', async () => {
    for (let i = 0; i < 5; i++) clerk.createUser({ emails: [`new-${i}@example.com`] })
    const page = await (await fetch(`${clerk.url}/sign-in`)).text()
    const [shown = '', ...folded] = page.split('<details>')
    const purposes = [...shown.matchAll(/data-purpose>(.*?)</g)].map(([, text]) => text)
    expect(purposes).toEqual([...new Set(seed.users.map(({ purpose }) => purpose)), 'Added during this run'])
    expect(folded.map((one) => /<summary>(.*?)</.exec(one)?.[1])).toEqual([
      '11 more experts',
      '4 more added during this run',
    ])
    expect(folded.map((one) => one.match(/name="user_id"/g)?.length)).toEqual([11, 4])
  })

  it('signs in, sets the cookies and redirects back', async () => {
    const response = await submit('/sign-in', [
      ['user_id', people.member],
      ['redirect_url', `${APP}/calendar`],
    ])
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(`${APP}/calendar`)
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    const names = response.headers.getSetCookie().map((line) => line.split('=')[0])
    expect(names).toEqual(expect.arrayContaining(['__client', '__session', '__client_uat']))
    expect(clerk.sessions().map((session) => session.userId)).toEqual([people.member])
  })

  it.each(['https://elsewhere.example.com/', 'javascript:alert(1)', '//elsewhere.example.com'])(
    'redirects to the app instead of %s',
    async (target) => {
      const response = await submit('/sign-in', [
        ['user_id', people.member],
        ['redirect_url', target],
      ])
      expect(response.headers.get('location')).toBe(APP)
    },
  )

  it('escapes its content, and refuses forms from another site', async () => {
    clerk.updateUser(people.member, { firstName: '<script>alert(1)</script>' })
    expect(await (await fetch(`${clerk.url}/sign-in`)).text()).not.toContain('<script>alert')
    const response = await submit('/sign-in', [['user_id', people.member]], { 'sec-fetch-site': 'same-site' })
    expect(response.status).toBe(403)
  })

  it('replaces the browser’s session when another user signs in', async () => {
    const cookie = await cookieOf(people.member)
    await submit('/sign-in', [['user_id', people.admin]], { cookie })
    expect(clerk.sessions().map(({ userId, status }) => [userId, status])).toEqual([
      [people.member, 'removed'],
      [people.admin, 'active'],
    ])
  })
})

describe('the account page', () => {
  it('requires a signed-in user', async () => {
    const response = await fetch(`${clerk.url}/user`, { redirect: 'manual' })
    expect(response.headers.get('location')).toBe('/sign-in')
    expect((await submit('/user/profile', [['first_name', 'X']])).headers.get('location')).toBe('/sign-in')
  })

  it('edits the name', async () => {
    const cookie = await cookieOf(people.member)
    await submit(
      '/user/profile',
      [
        ['first_name', 'Maria'],
        ['last_name', ''],
      ],
      { cookie },
    )
    expect(member()).toMatchObject({ firstName: 'Maria', lastName: null })
  })

  it('connects Google with the chosen scopes, reconnects with others, and disconnects', async () => {
    const cookie = await cookieOf(people.neverConnected)
    const account = () => clerk.users().find((user) => user.id === people.neverConnected)?.accounts[0]
    const calendar = 'https://www.googleapis.com/auth/calendar.readonly'
    await submit(
      '/user/accounts',
      [
        ['email', 'noah@example.com'],
        ['scope', calendar],
      ],
      { cookie },
    )
    expect(account()?.scopes).toContain(calendar)
    const first = account()
    await submit('/user/accounts', [['email', 'noah@example.com']], { cookie })
    expect(account()?.id).toBe(first?.id)
    expect(account()?.scopes).not.toContain(calendar)
    const page = await (await fetch(`${clerk.url}/user`, { headers: { cookie } })).text()
    expect(page).toContain(`/user/accounts/${first?.id}/disconnect`)
    await submit(`/user/accounts/${first?.id}/disconnect`, [], { cookie })
    expect(account()).toBeUndefined()
  })

  it('reconnects an account that needs it', async () => {
    const cookie = await cookieOf(people.needsReconnecting)
    await submit('/user/accounts', [['email', 'ruth@example.com']], { cookie })
    const ruth = clerk.users().find((user) => user.id === people.needsReconnecting)
    expect(ruth?.accounts.map((account) => account.grant)).toEqual(['renewable'])
  })

  it('asks for consent, grants what was allowed, and leads back to the app only', async () => {
    const cookie = await cookieOf(people.neverConnected)
    const accounts = () => clerk.users().find((user) => user.id === people.neverConnected)?.accounts
    const calendar = 'https://www.googleapis.com/auth/calendar.readonly'
    const back = `${APP}/account/connected`
    const asked = await fetch(`${clerk.url}/consent?account=new&scope=${calendar}&redirect_url=${back}`, {
      headers: { cookie },
    })
    expect(await asked.text()).toMatch(new RegExp(`value="${calendar}" checked`))
    const answer = (redirect: string, more: [string, string][]) =>
      submit('/consent', [['email', 'noah@example.com'], ['redirect_url', redirect], ...more], { cookie })
    expect((await answer(back, [['denied', 'yes']])).headers.get('location')).toBe(back)
    expect(accounts()).toEqual([])
    const granted = await answer('https://evil.example', [['scope', calendar]])
    expect(granted.headers.get('location')).toBe(APP)
    expect(accounts()?.[0]?.scopes).toContain(calendar)
  })

  it('signs out only the user’s own sessions', async () => {
    const cookie = await cookieOf(people.member)
    const [own] = clerk.sessions()
    const other = await clerk.issueSession(people.admin)
    await submit(`/user/sessions/${other.sessionId}/sign-out`, [], { cookie })
    await submit(`/user/sessions/${own?.id}/sign-out`, [], { cookie })
    expect(clerk.sessions().map((session) => session.status)).toEqual(['ended', 'active'])
  })
})

it('gives an avatar a new address with a new name, because browsers keep a picture by its address', () => {
  const address = () => userJson(member() ?? expect.fail(), clerk.url).image_url
  const before = address()
  clerk.updateUser(people.member, { firstName: 'Anna' })
  expect(address()).not.toBe(before)
})

it('serves avatars', async () => {
  const response = await fetch(`${clerk.url}/avatars/${people.member}.svg`)
  expect(response.headers.get('content-type')).toBe('image/svg+xml')
  expect(await response.text()).toContain('>M\u200cM</text>')
  expect((await fetch(`${clerk.url}/avatars/user_unknown.svg`)).status).toBe(404)
})
