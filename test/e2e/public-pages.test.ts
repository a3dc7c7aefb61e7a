import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { people } from '../../local/seed'
import type { View } from '../support/browser'
import { axeFindings } from '../support/dashboard'
import { fullOr } from '../support/full'
import { E2E_COPY } from '../support/ports'
import { useBrowser, useStage } from '../support/stage'

const stage = useStage()
// Pages that do not exist, and outages, show as failed requests.
const browser = useBrowser(stage, { trouble: true })

async function pageOf(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(stage.app.url + path, { headers, redirect: 'manual' })
  const fields = Object.fromEntries(response.headers)
  for (const name of ['date', 'content-security-policy']) delete fields[name]
  return { status: response.status, headers: fields, html: await response.text() }
}

/**
 * What all answers to a request have in common: the status, the headers, and every word once. Where a page is cut into
 * pieces depends on how busy the machine is, and Next gives some elements random names.
 */
async function sharedBy(path: string, name: string) {
  const words: Set<string>[] = []
  let first: object | undefined
  for (let i = 0; i < 5; i++) {
    const { html, status, headers } = await pageOf(path)
    first ??= { status, headers: JSON.stringify(headers).replaceAll(name, 'NAME') }
    const whole = html.replace(/"\]\)<\/script><script[^>]*>self\.__next_f\.push\(\[1,"/g, '')
    words.push(new Set(whole.replaceAll(name, 'NAME').match(/[A-Za-z]{3,}/g)))
  }
  const [one = new Set<string>(), ...others] = words
  return { ...first, words: [...one].filter((word) => others.every((other) => other.has(word))).sort() }
}

describe('a public profile', () => {
  test('is there for an expert', async () => {
    expect((await pageOf('/experts/amara-okafor')).html).toContain('Amara Okafor')
  })

  // A name of the same length, so that what is streamed has the same size.
  test.each([
    ['a member', 'mia-moreau', 'Moreau'],
    ['an admin', 'ada-lindgren', 'Lindgren'],
    ['a member who is connected', 'noah-baker', 'Baker'],
  ])('of %s is the page of a name that does not exist', async (_, username, secret) => {
    const stranger = 'z'.repeat(username.length)
    const theirs = await sharedBy(`/experts/${username}`, username)
    expect(theirs.words).not.toContain(secret)
    expect(theirs).toEqual(await sharedBy(`/experts/${stranger}`, stranger))
  })

  test('of somebody who is not an expert any more is gone, and they are not on the list', async () => {
    const { clerk } = stage.standIns
    const user = clerk.createUser({
      ...{
        emails: ['former@example.com'],
        username: 'former-expert',
        firstName: 'Former',
        lastName: 'Expert',
      },
      publicMetadata: { role: 'expert' },
    })
    await clerk.webhooks.flush()
    expect((await pageOf('/experts/former-expert')).html).toContain('Former Expert')
    expect((await pageOf('/experts')).html).toContain('Former Expert')
    clerk.updateUser(user.id, { publicMetadata: { role: 'member' } })
    await clerk.webhooks.flush()
    expect((await pageOf('/experts/former-expert')).html).not.toContain('Former Expert')
    expect((await pageOf('/experts')).html).not.toContain('Former Expert')
  })

  test('with odd metadata is there without the odd fields', async () => {
    const { clerk } = stage.standIns
    clerk.createUser({
      ...{ emails: ['odd@example.com'], username: 'odd-expert', firstName: 'Odd', lastName: 'Expert' },
      publicMetadata: { role: 'expert', hourlyRate: 90, currency: 'a1b', specialties: 'none', headline: [] },
    })
    clerk.createUser({
      ...{ emails: ['handle@example.com'], username: 'only-handle', publicMetadata: { role: 'expert' } },
    })
    await clerk.webhooks.flush()
    const { html } = await pageOf('/experts/odd-expert')
    expect(html).toContain('Odd Expert')
    expect(html).not.toContain('/hour')
    // Where the username is the title, it is not said again.
    expect((await pageOf('/experts/only-handle')).html).not.toContain('@only-handle')
  })
})

const CALENDAR = ['calendar.readonly', 'calendar.events'].map(
  (name) => `https://www.googleapis.com/auth/${name}`,
)

const LONG = 'x'.repeat(6_000)
const odd = [
  '%',
  '%ED%A0%80',
  '%00',
  '%E0%A4%A',
  '%2F',
  '%2E%2E',
  '%5C',
  '%FF',
  '%F0%9F%98%80',
  LONG,
  '%25',
  '%0D%0A',
  '..%2f..',
]

/** By default two fifths, among which is every part on some route, and every route with some part. */
const inTurn = (paths: string[]) =>
  fullOr(
    paths,
    paths.filter((_, i) => i % 5 < 2),
  )

describe('an odd address is no error of the server', () => {
  test.each([
    '/_next/%',
    '/_next/static/%',
    '/_next/image?url=%&w=1',
    '/api/webhooks/%',
    '/icon.svg%',
    '/api/health%',
  ])('beside the middleware: %s', async (path) => {
    expect((await pageOf(path)).status).toBeLessThan(500)
  })

  test.each(['http://localhost:80.example.com', 'nonsense', 'http://', '%'])(
    'an action from the origin %s',
    async (origin) => {
      const action = { origin, 'next-action': '40'.padEnd(42, '0'), 'content-type': 'text/plain' }
      const sent = await fetch(`${stage.app.url}/experts`, { method: 'POST', headers: action, body: '[]' })
      expect(sent.status).toBe(400)
    },
  )

  test.each(
    inTurn(odd.flatMap((part) => [`/experts/${part}`, `/${part}`, `/api/${part}`, `/dashboard/${part}`])),
  )('%s', async (path) => {
    expect((await pageOf(path)).status).toBeLessThan(500)
  })

  test.each(
    inTurn(
      [...odd, 'a&user=b', '', 'a&account=b&audit=c&audit=d', '[]=1', '__proto__'].flatMap((value) => [
        `/dashboard/users?page=${value}`,
        `/dashboard/audit?user=${value}`,
        `/calendar?account=${value}`,
        `/experts?q=${value}`,
        `/api/calendar/events?from=${value}`,
        `/api/calendar/token?account=${value}`,
      ]),
    ),
  )('signed in: %s', async (path) => {
    const { jwt } = await stage.standIns.clerk.issueSession(people.admin)
    const page = await pageOf(path, { authorization: `Bearer ${jwt}` })
    expect(page.status).toBeLessThan(500)
    expect(page.html).not.toContain('Something went wrong')
  })
})

test('a guide that does not exist is 404', async () => {
  const names = ['no-guide', '__proto__', 'a.b', '%61']
  const pages = await Promise.all(names.map((name) => pageOf(`/guides/${name}`)))
  expect(pages.map(({ status }) => status)).toEqual(names.map(() => 404))
})

test('an address that somebody makes up leaves nothing on disk: Next would keep a page of each', async () => {
  // Next compares the addresses of rewrites without regard to case, so this one reaches the page of a guide.
  for (const address of ['/guides/TOKENS', '/experts/nobody-7', '/no-page']) await pageOf(address)
  const kept = (await readdir(E2E_COPY, { recursive: true })).filter((path) => path.includes('TOKENS'))
  expect(kept).toEqual([])
  expect(existsSync(join(E2E_COPY, 'server/route-cache'))).toBe(false)
})

test.each(['/account', '/calendar', '/dashboard/users', '/organizations/northwind', '/profile'])(
  'signed out, %s redirects to the sign-in page before anything of it is sent',
  async (path) => {
    const { status, headers } = await pageOf(path)
    expect([status, headers.location]).toEqual([307, expect.stringContaining('/sign-in')])
  },
)

describe('with a title and a heading, small and dark, large and light, axe has nothing to say of', () => {
  const title = 'Clerk cache kit'
  const looks: { width: number; colorScheme: 'light' | 'dark' }[] = [
    { width: 375, colorScheme: 'dark' },
    { width: 1280, colorScheme: 'light' },
  ]

  let turn = 0

  /** In both looks of one load of the page. By default in one of them, in turn. */
  async function findings(page: Page) {
    const found: string[] = []
    turn++
    for (const { width, colorScheme } of fullOr(looks, looks.slice(turn % 2).slice(0, 1))) {
      await page.setViewportSize({ width, height: 900 })
      await page.emulateMedia({ colorScheme })
      found.push(...(await axeFindings(page)))
    }
    return found
  }

  /** Visits pages one after another, as one person, with the state that each of them is to be in. */
  async function visit(who: string | undefined, pages: [path: string, heading: string, title: string][]) {
    const { page, settled } = who ? await browser.openAs(who) : await browser.open()
    const check = async (path: string, heading: string, title: string) => {
      await page.getByRole('heading', { level: 1, name: heading }).filter({ visible: true }).waitFor()
      await settled()
      expect(await page.title(), path).toBe(title)
      expect(await findings(page), path).toEqual([])
    }
    for (const [path, heading, title] of pages) {
      await page.goto(stage.app.url + path)
      await check(path, heading, title)
    }
    return { page, settled }
  }

  test('pages that do not exist', async () => {
    await visit(undefined, [
      ['/nothing', 'Page not found', `Page not found · ${title}`],
      ['/experts/nobody', 'Expert not found', `Expert not found · ${title}`],
      ['/guides/no-guide', 'Page not found', `Page not found · ${title}`],
    ])
    await visit(people.member, [
      ['/organizations/not-mine', 'Organization not found', `Organization not found · ${title}`],
      ['/experts/amara-okafor', 'Amara Okafor', `Amara Okafor · ${title}`],
    ])
  })

  test('organizations, and somebody who is in none', async () => {
    const { page } = await visit(people.member, [
      ['/organizations', 'Organizations', `Organizations · ${title}`],
      ['/organizations/northwind', 'Northwind Booking', `Northwind Booking · ${title}`],
    ])
    await page.getByRole('heading', { name: 'Members 3' }).waitFor()
    const self = page.getByRole('listitem').filter({ hasText: '(you)' })
    expect(await self.allInnerTexts()).toEqual([expect.stringContaining('Mia Moreau')])
    const { page: none } = await visit(people.tooFewScopes, [
      ['/organizations', 'Organizations', `Organizations · ${title}`],
    ])
    await none.getByRole('link', { name: 'Your profile' }).waitFor()
  })

  test('an account without connections, one with two of a kind, and what has to be done', async () => {
    const { clerk } = stage.standIns
    const email = 'two@example.com'
    const { id } = clerk.createUser({ emails: [email] })
    for (const one of [email, `other-${email}`]) clerk.connect(id, { email: one, scopes: CALENDAR })
    await clerk.webhooks.flush()
    await visit(people.neverConnected, [['/account', 'Connections', `Connections · ${title}`]])
    const account: [string, string, string] = ['/account', 'Connections', `Connections · ${title}`]
    const calendar: [string, string, string] = ['/calendar', 'Calendar', `Calendar · ${title}`]
    await visit(id, [account, calendar])
    await visit(people.needsReconnecting, [account, calendar])
    await visit(people.tooFewScopes, [calendar])
  })

  test('fields with mistakes, and what was saved', async () => {
    const { page } = await visit(people.member, [['/profile', 'Profile', `Profile · ${title}`]])
    const pictures = () =>
      page.locator('img[src*="/avatars/"]').evaluateAll((all) => all.map((one) => one.getAttribute('src')))
    const before = await pictures()
    await page.getByLabel('First name').fill('   ')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Enter a first name.').waitFor()
    expect(await findings(page)).toEqual([])
    await page.getByLabel('First name').fill('Zoe')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
    expect(await findings(page)).toEqual([])
    // On the page and in the header, which Clerk's script reads again.
    await expect.poll(async () => (await pictures()).filter((one) => before.includes(one))).toEqual([])
    stage.standIns.clerk.updateUser(people.member, { firstName: 'Mia' })
    await stage.standIns.clerk.webhooks.flush()
  })

  test('pages while Clerk is out', async () => {
    const { clerk, upstash } = stage.standIns
    clerk.faults.add({ status: 503 })
    // What is cached would be shown.
    const { url, token } = upstash
    await fetch(`${url}/flushall`, { headers: { authorization: `Bearer ${token}` } })
    try {
      const experts = { path: '/experts/amara-okafor', heading: 'Expert' }
      const { page } = await visit(undefined, [
        [experts.path, experts.heading, `Expert · ${title}`],
        ['/experts', 'Experts', `Experts · ${title}`],
      ])
      await page.getByRole('heading', { name: 'Clerk is not responding' }).waitFor()
      const { page: calendar } = await visit(people.member, [
        ['/profile', 'Profile', `Profile · ${title}`],
        ['/account', 'Connections', `Connections · ${title}`],
        ['/organizations', 'Organizations', `Organizations · ${title}`],
        ['/organizations/northwind', 'Organization', `Organization · ${title}`],
        ['/calendar', 'Calendar', `Calendar · ${title}`],
      ])
      await calendar.getByRole('heading', { name: 'Clerk is not responding' }).waitFor()
      await calendar.getByRole('main').getByRole('link', { name: 'Try again' }).waitFor()
    } finally {
      clerk.faults.clear()
    }
  })
})

describe('on a phone', () => {
  /** What is wider than its place, and so can only be seen by scrolling sideways. */
  const cut = (page: Page) =>
    page
      .locator('.scrolls:has(table)')
      .evaluateAll((all) => all.map((one) => one.scrollWidth - one.clientWidth).filter((more) => more > 0))

  test.each(['adopt', 'tokens', 'scale'])('the tables of the guide %s are not cut', async (name) => {
    for (const width of fullOr([320, 375], [320])) {
      const { page } = await browser.open({ width })
      await page.goto(`${stage.app.url}/guides/${name}`)
      expect(await cut(page)).toEqual([])
      expect(await axeFindings(page)).toEqual([])
      await page.getByText('On this page').filter({ visible: true }).click()
      await page.getByRole('navigation', { name: 'On this page' }).getByRole('link').first().waitFor()
    }
  })

  test('the header has every page at 320 px, with room between them', async () => {
    for (const who of [undefined, people.member, people.admin]) {
      const { page } = who ? await browser.openAs(who, { width: 320 }) : await browser.open({ width: 320 })
      await page.goto(`${stage.app.url}/experts`)
      await page.getByRole('button', { name: who ? /^Account of/ : 'Sign in' }).waitFor()
      const nav = page.getByRole('navigation', { name: 'Main' })
      expect(await nav.getByRole('link').filter({ visible: true }).allInnerTexts()).toEqual([
        ...['Experts', 'Calendar', 'Guides'],
      ])
      expect(await nav.evaluate((one) => one.scrollWidth - one.clientWidth)).toBeLessThanOrEqual(0)
    }
  })
})

test('an admin has the dashboard in the header where it fits, after what is there before, and in the account menu on a small phone', async () => {
  const { page } = await browser.openAs(people.admin, { width: 375 })
  await page.goto(`${stage.app.url}/experts`)
  await page.getByRole('button', { name: /^Account of/ }).waitFor()
  const nav = page.getByRole('navigation', { name: 'Main' })
  const links = () => nav.getByRole('link').filter({ visible: true }).allInnerTexts()
  for (const width of [375, 640, 768]) {
    await page.setViewportSize({ width, height: 800 })
    expect(await links(), `${width} px`).toEqual(['Experts', 'Calendar', 'Guides', 'Dashboard'])
    expect(await nav.evaluate((one) => one.scrollWidth - one.clientWidth), `${width} px`).toBeLessThanOrEqual(
      0,
    )
  }
  await page.setViewportSize({ width: 320, height: 800 })
  expect(await links()).toEqual(['Experts', 'Calendar', 'Guides'])
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.locator('#account-menu').getByRole('link', { name: 'Dashboard' }).click()
  await page.waitForURL('**/dashboard')
})

test('a block of code is copied by its button, which is above it', async () => {
  const { page, context } = await browser.open()
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(`${stage.app.url}/guides/adopt`)
  const block = page.locator('div:has(> pre)').first()
  const button = block.getByRole('button', { name: 'Copy this code' })
  const [above, code] = await Promise.all([button, block.locator('pre')].map((one) => one.boundingBox()))
  expect((above?.y ?? 0) + (above?.height ?? 0)).toBeLessThanOrEqual(code?.y ?? 0)
  await button.click()
  await block.getByText('Copied').waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await block.locator('pre').textContent())
})

test('a block of code says that it was not copied where there is no clipboard, as without HTTPS', async () => {
  const { page } = await browser.open()
  await page.addInitScript(`Object.defineProperty(navigator, 'clipboard', { value: undefined })`)
  await page.goto(`${stage.app.url}/guides/adopt`)
  const block = page.locator('div:has(> pre)').first()
  await block.getByRole('button', { name: 'Copy this code' }).click()
  await block.getByText('Not copied').waitFor()
})

describe('the pages to sign in and up', () => {
  test('say what one signs in to, have no second button to sign in, and load as a form', async () => {
    const { page } = await browser.open()
    let answer = () => {}
    const answered = new Promise<void>((resolve) => {
      answer = resolve
    })
    await page.route('**/clerk.browser*.js*', async (route) => {
      await answered
      await route.continue()
    })
    await page.goto(`${stage.app.url}/sign-in`, { waitUntil: 'commit' })
    const placeholder = page.getByRole('status', { name: 'Loading: sign in' })
    await placeholder.waitFor()
    expect(await placeholder.locator('.h-9.w-full').count()).toBe(2)
    answer()
    await page.getByRole('heading', { name: 'Sign in to Clerk cache kit' }).waitFor()
    const edge = page.getByRole('textbox').evaluate((field) => getComputedStyle(field).boxShadow)
    expect(await edge).toContain('rgb(138, 138, 150)')
    expect(await page.getByRole('banner').getByRole('button').filter({ visible: true }).count()).toBe(0)
  })

  const typeCode = async ({ page }: View) => {
    await page.getByRole('heading', { name: /^(Check|Verify) your email$/ }).waitFor()
    await page.getByLabel('Enter verification code').pressSequentially('424242')
  }

  test('a visitor of a protected page signs in by e-mail and code, and is led back to it', async () => {
    const view = await browser.open()
    await view.page.goto(`${stage.app.url}/calendar`)
    await view.page.getByText('The code in every email is 424242').waitFor()
    await view.page.getByLabel('Email address or username').fill('mia@example.com')
    await view.page.getByRole('button', { name: 'Continue', exact: true }).click()
    await typeCode(view)
    await view.page.getByRole('main').getByText('Quarterly planning').waitFor()
    expect(view.page.url()).toBe(`${stage.app.url}/calendar`)
    await view.settled()
  })

  test('the boxes for a code do not touch at 320 px, are no wider than the button, and what is below them can be read', async () => {
    const { page } = await browser.open({ width: 320 })
    await page.goto(`${stage.app.url}/sign-in`)
    await page.getByLabel('Email address or username').fill('mia@example.com')
    await page.getByRole('button', { name: 'Continue', exact: true }).click()
    await page.getByRole('heading', { name: 'Check your email' }).waitFor()
    const boxes = await page
      .locator('.cl-otpCodeFieldInput')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()))
    expect(boxes).toHaveLength(6)
    const gaps = boxes.slice(1).map(({ left }, i) => left - (boxes[i]?.right ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(6)
    const button = await page.getByRole('button', { name: 'Continue', exact: true }).boundingBox()
    expect(boxes.at(-1)?.right).toBeLessThanOrEqual((button?.x ?? 0) + (button?.width ?? 0))
    const resend = page.getByRole('button', { name: /Resend \(/ })
    expect(await resend.evaluate((one) => getComputedStyle(one).opacity)).toBe('1')
  })

  test('a visitor comes from signing in to signing up, and is somebody in the cache after the webhook', async () => {
    const view = await browser.open()
    await view.page.goto(`${stage.app.url}/profile`)
    await view.page.getByRole('link', { name: 'Sign up' }).click()
    await view.page.getByRole('heading', { name: 'Create your account' }).waitFor()
    await view.page.getByLabel('Email address', { exact: true }).fill('new@example.com')
    await view.settled()
    await view.page.getByRole('button', { name: 'Continue', exact: true }).click()
    await typeCode(view)
    await view.page.waitForURL(`${stage.app.url}/profile`)
    await stage.standIns.clerk.webhooks.flush()
    const user = stage.standIns.clerk.users().find(({ emails }) => emails[0]?.address === 'new@example.com')
    expect(user).toBeDefined()
    await view.page.getByRole('button', { name: 'Account of Account' }).waitFor()
    await view.settled()
    await view.page.reload()
    await view.page.getByLabel('First name').filter({ visible: true }).waitFor()
  })

  const elsewhere = [
    '#/?sign_in_force_redirect_url=https%3A%2F%2Fevil.example%2F',
    // Clerk itself would lead to every host of its domain.
    '?redirect_url=https%3A%2F%2Fblog.example.test%2F',
    // Cannot be read. Clerk's script would end in an error.
    '?redirect_url=http%3A%2F%2Flocalhost%3A5300%252eevil.example',
    '?redirect_url=https%3A%2F%2Fevil.example%2F',
    '?sign_in_force_redirect_url=%2F%2Fevil.example',
    '?sign_in_fallback_redirect_url=http%3A%2F%2F%5B',
  ]
  test.each(fullOr(elsewhere, elsewhere.slice(0, 3)))(
    '%s leads nobody to another origin',
    async (address) => {
      const { page, trouble, settled } = await browser.open()
      await page.goto(`${stage.app.url}/sign-in${address}`)
      await page.getByRole('button', { name: 'Mia Moreau' }).click()
      await page.waitForURL(`${stage.app.url}/`)
      await settled()
      for (const line of trouble.splice(0)) expect(line).toContain('not on one of the allowedRedirectOrigins')
    },
  )

  test.each(['/sign-in', '/sign-up'])('who is signed in already is sent on from %s', async (path) => {
    const { page, settled } = await browser.openAs(people.member)
    await page.goto(`${stage.app.url}${path}?redirect_url=${encodeURIComponent(`${stage.app.url}/experts`)}`)
    await page.waitForURL(`${stage.app.url}/experts`)
    await page.getByRole('main').getByRole('link', { name: 'Amara Okafor' }).waitFor()
    await settled()
  })
})

test('nothing of this is an error in the log or the output', () => {
  expect(stage.app.output()).toEqual([])
  expect(stage.app.logs().filter(({ level }) => level === 'error')).toEqual([])
})
