import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { people } from '../../local/seed'
import { quotaExceeded } from '../../local/upstash/faults'
import type { View } from '../support/browser'
import { axeFindings, openDashboard, panelOf, toastOf } from '../support/dashboard'
import { addDifficult, countADay, fillLogs } from '../support/dashboard-data'
import { fullOr } from '../support/full'
import { overflowOf, WIDTHS } from '../support/pictures'
import { difficult, pages } from '../support/screens/dashboard-screens'
import { openScreen } from '../support/screens/picture'
import type { Screen } from '../support/screens/screen'
import { useBrowser, useStage } from '../support/stage'

const stage = useStage()
// What is out shows as failed requests.
const browser = useBrowser(stage, { trouble: true })

const CALENDAR = 'https://www.googleapis.com/auth/calendar.readonly'

afterEach(async () => {
  stage.standIns.upstash.faults.clear()
  stage.standIns.clerk.faults.clear()
  await stage.standIns.upstash.accept()
})

async function visit(path = '', user?: string) {
  const view = await browser.openAs(user)
  await openDashboard(view, stage, path)
  return { ...view, panel: panelOf(view) }
}

/** The words of a state, and no others. */
const shown = (state: string) => new RegExp(`^${state}$`)

/** Reads of a few seconds are shared: what was true before must not be what is shown. */
const sharedReadsEnd = () => new Promise((resolve) => setTimeout(resolve, 5_500))

describe('at every width from 320 to 1920 px', () => {
  async function walk(screens: readonly Screen[]) {
    const view = await browser.openAs()
    for (const screen of screens) {
      await openScreen(view, stage, screen)
      for (const width of WIDTHS) {
        await view.page.setViewportSize({ width, height: 900 })
        expect(await overflowOf(view.page), `${screen.name} at ${width} px`).toBeLessThanOrEqual(0)
      }
    }
  }

  // Before anything is read, because reads are shared for some seconds.
  beforeAll(async () => {
    await countADay(stage.standIns)
    await fillLogs(stage.standIns)
  })

  // By default those that are not below.
  const others = ['dashboard-user', 'dashboard-cache']
  test('no page can be scrolled sideways', () =>
    walk(
      fullOr(
        pages,
        pages.filter(({ name }) => others.includes(name)),
      ),
    ))

  // By default each name once, on pages that are laid out in different ways.
  const usual = ['users', 'user-long', 'user-nameless', 'user-broken', 'organization', 'webhooks']
  test('neither can those of the longest names and addresses, of IDs without a name, and of a blocked user', async () => {
    const screens = difficult(await addDifficult(stage.standIns))
    await walk(
      fullOr(
        screens,
        screens.filter(({ name }) => usual.some((one) => name === `dashboard-${one}-difficult`)),
      ),
    )
  })
})

test('no page is wider than a phone at any moment of its load', async () => {
  const view = await browser.openAs(people.admin, { width: 320 })
  await view.page.addInitScript(`
    window.widest = 0
    const look = () => {
      window.widest = Math.max(window.widest, (document.documentElement?.scrollWidth ?? 0) - innerWidth)
      requestAnimationFrame(look)
    }
    look()`)
  const usual = ['dashboard-overview', 'dashboard-user', 'dashboard-audit']
  for (const { name, path } of fullOr(
    pages,
    pages.filter((one) => usual.includes(one.name)),
  )) {
    await view.page.goto(stage.app.url + path)
    await view.settled()
    expect(await view.page.evaluate('window.widest'), name).toBe(0)
  }
})

test('what a chart shows, and its unit, can be read on a phone without scrolling sideways', async () => {
  const view = await browser.openAs(people.admin, { width: 320 })
  await openDashboard(view, stage, '/cache?chart=24h')
  const chart = view.page.getByRole('figure', { name: 'Reads by layer' })
  await chart.getByText('reads per 15 min', { exact: true }).waitFor()
  await chart.getByText('Reads by layer as a table').click()
  const note = await chart.getByText('Which layer answered.').boundingBox()
  expect(note?.width).toBeGreaterThan(0)
  expect((note?.x ?? 0) + (note?.width ?? 0)).toBeLessThanOrEqual(320)
})

describe('first load', () => {
  test.each(fullOr([1280, 375], [375]))(
    'at %i px brings at most 60 KB of script of its own, moves nothing, and waits for no script or other site to show it',
    async (width) => {
      const weigh = async (path: string) => {
        const view = await browser.openAs(people.admin, { width })
        const sizes = new Map<string, number>()
        view.page.on('response', async (response) => {
          const { pathname } = new URL(response.url())
          if (!pathname.startsWith('/_next/') || !pathname.endsWith('.js')) return
          const { responseBodySize } = await response.request().sizes()
          sizes.set(pathname, responseBodySize)
        })
        const hosts = new Set<string>()
        view.page.on('request', (request) => {
          // `data:` and `blob:` addresses have none.
          const { hostname } = new URL(request.url())
          if (hostname) hosts.add(hostname)
        })
        await view.page.addInitScript(watchVitals)
        const document = await view.page.goto(stage.app.url + path)
        await view.settled()
        const vitals: unknown = await view.page.evaluate('window.vitals')
        return { sizes, vitals, hosts, html: (await document?.text()) ?? '' }
      }
      await weigh('/dashboard')
      const plain = await weigh('/not-a-page')
      const pages = [
        {
          path: `/dashboard/users/${people.member}`,
          panels: ['integrations', 'lookup', 'webhooks', 'audit'],
        },
        { path: '/dashboard/cache', panels: ['cache', 'charts'] },
        { path: '/dashboard', panels: ['verdict', 'figures', 'changes'] },
      ]
      for (const { path, panels } of pages) {
        const { sizes, vitals, hosts, html } = await weigh(path)
        const own = [...sizes].filter(([file]) => !plain.sizes.has(file))
        const bytes = own.reduce((all, [, size]) => all + size, 0)
        process.stdout.write(
          `${path} at ${width} px: ${bytes} bytes of script in ${own.length} files, ${JSON.stringify(vitals)}\n`,
        )
        expect(bytes).toBeGreaterThan(0)
        expect(bytes).toBeLessThan(60 * 1024)
        // Blocking time and largest paint are printed above: they measure the machine. What keeps them small is exact.
        expect(parseVitals(vitals).cls).toBeLessThan(0.02)
        const scripts = [...html.matchAll(/<script\b[^>]*\bsrc="[^"]*"[^>]*>/g)].map(([tag]) => tag)
        expect(scripts.length).toBeGreaterThan(0)
        expect(scripts.filter((tag) => !/\b(async|defer)\b|noModule/i.test(tag))).toEqual([])
        expect(html.match(/<link\b[^>]*rel="stylesheet"/g)).toHaveLength(1)
        expect([...hosts].filter((host) => host !== 'localhost' && host !== '127.0.0.1')).toEqual([])
        for (const panel of panels) expect(html).toContain(`id="${panel}"`)
      }
    },
  )
})

/** Runs in the page, before anything else. */
const watchVitals = `
window.vitals = { cls: 0, tbt: 0, lcp: 0, shifts: [] }
new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) {
  vitals.cls += e.value
  vitals.shifts.push(e.value.toFixed(3) + ' ' + e.sources.map((s) => s.node?.id || s.node?.className || s.node?.nodeName).join(' | ').slice(0, 160))
} }).observe({ type: 'layout-shift', buffered: true })
new PerformanceObserver((list) => { for (const e of list.getEntries()) vitals.tbt += Math.max(0, e.duration - 50) })
  .observe({ type: 'longtask', buffered: true })
new PerformanceObserver((list) => { for (const e of list.getEntries()) vitals.lcp = e.startTime })
  .observe({ type: 'largest-contentful-paint', buffered: true })`

function parseVitals(value: unknown): { cls: number; tbt: number; lcp: number } {
  if (typeof value !== 'object' || value === null || !('cls' in value && 'tbt' in value && 'lcp' in value))
    throw new Error('The page measured nothing.')
  return { cls: Number(value.cls), tbt: Number(value.tbt), lcp: Number(value.lcp) }
}

/** A page that an admin had open before something broke, opened anew. */
async function visitDuring(begin: () => unknown, path = '') {
  const view = await visit(path)
  await begin()
  await sharedReadsEnd()
  await openDashboard(view, stage, path)
  return view
}

describe('while something is out', () => {
  test('Redis slow: says how slow, on the overview and on its page', async () => {
    const { page, panel } = await visitDuring(() =>
      stage.standIns.upstash.faults.set({ only: ['ping'], delay: 150 }),
    )
    await panel('verdict')
      .getByRole('link', { name: /Redis is slow, ping now \d+ ms/ })
      .click()
    await page.waitForURL('**/dashboard/cache')
    // Also said of the time before, if the state has changed since.
    await panel('cache')
      .getByText(/Slow, ping now \d+ ms/)
      .first()
      .waitFor()
  })

  test('Redis slow: the overview has a place for each of its panels until they come', async () => {
    const { page } = await visit('/users')
    let answer = () => {}
    const held = new Promise<void>((resolve) => {
      answer = resolve
    })
    stage.standIns.upstash.faults.set({ only: ['lrange'], before: () => held })
    // A stream of a page that was open may still read: from now on such a read is held as well, and shared.
    await page.goto('about:blank')
    await sharedReadsEnd()
    await page.goto(`${stage.app.url}/dashboard`, { waitUntil: 'commit' })
    const place = (name: string) => page.getByRole('status', { name: `Loading: ${name}` })
    for (const name of ['Verdict', 'Last 60 minutes', 'Recent changes'])
      await place(name).filter({ visible: true }).waitFor()
    answer()
    await place('Verdict').waitFor({ state: 'hidden' })
  })

  test('Clerk: says so, and shows what the cache has', async () => {
    const { panel, ...view } = await visitDuring(
      () => stage.standIns.clerk.faults.add({ status: 503 }),
      `/users/${people.member}`,
    )
    await panel('lookup').getByText('In Redis').waitFor()
    await panel('integrations')
      .locator('.text-good', { hasText: shown('Connected') })
      .waitFor()
    // What only Clerk knows fails alone.
    await panel('sessions').getByText('Clerk is not responding').waitFor()
    await openDashboard(view, stage, '/cache')
    await panel('cache').getByText('Clerk is not responding').waitFor()
  })

  test('Redis gone altogether: it is not reachable', async () => {
    const { panel, ...view } = await visitDuring(() => stage.standIns.upstash.refuse(), '/cache')
    await panel('cache')
      .getByText(/Redis is not reachable|Redis failed repeatedly/)
      .waitFor()
    await openDashboard(view, stage)
    await panel('changes').getByText('Redis is not reachable').waitFor()
    await view.page
      .getByRole('status')
      .getByRole('link', { name: /^Redis (is not reachable|failed repeatedly)$/ })
      .waitFor()
  })

  describe('because the Redis plan’s limit is used up', () => {
    // Which opens the breaker for a minute.
    beforeEach(() => stage.restart())
    afterAll(() => stage.restart())

    test('Redis: says so, counts from this process, and every panel says what still works', async () => {
      const { page, panel, ...view } = await visitDuring(
        () => stage.standIns.upstash.faults.set(quotaExceeded),
        `/users/${people.member}`,
      )
      await page.getByRole('heading', { name: 'Mia Moreau' }).waitFor()
      await panel('integrations').getByText('Google').first().waitFor()
      await panel('lookup').getByText('Users come from Clerk.').waitFor()
      await openDashboard({ page, ...view }, stage, '/integrations')
      await panel('integrations').getByText('The Redis plan’s limit is reached').waitFor()
      await openDashboard({ page, ...view }, stage, '/webhooks')
      await panel('webhooks').getByText('Clerk retries failed webhooks').waitFor()
      await openDashboard({ page, ...view }, stage, '/cache')
      await panel('cache').getByText('The Redis plan’s limit is reached').waitFor()
      await panel('cache').getByText('this process, since it started').first().waitFor()
      await panel('charts').getByText('The Redis plan’s limit is reached').waitFor()
    })

    test('both: says which, and what still works', async () => {
      const view = await visit()
      stage.standIns.upstash.faults.set(quotaExceeded)
      stage.standIns.clerk.faults.add({ status: 503 })
      await sharedReadsEnd()
      await view.page.goto(`${stage.app.url}/dashboard`)
      const seen = (text: string) => view.page.getByText(text).filter({ visible: true }).first().waitFor()
      await seen('The Redis plan’s limit is reached')
      await seen('Clerk is not responding')
      await seen('/api/health')
      await view.page.getByRole('link', { name: 'Try again' }).waitFor()
      expect(await axeFindings(view.page)).toEqual([])
    })
  })
})

describe('updates', () => {
  test('stop while paused and go on afterwards, and the page says once as of when it is', async () => {
    const { page } = await visit()
    const asOf = page.getByText(/^as of/).filter({ visible: true })
    expect(await asOf.count()).toBe(1)
    await page.getByRole('button', { name: 'Pause updates' }).click()
    await page.getByText('Paused.').waitFor()
    const before = await asOf.textContent()
    // Longer than two updates are apart: nothing comes that could be waited for.
    await page.waitForTimeout(7_000)
    expect(await asOf.textContent()).toBe(before)
    await page.getByRole('button', { name: 'Resume updates' }).click()
    await page.waitForFunction((old) => document.querySelector('#as-of')?.textContent !== old, before)
  })

  test('stop while the page is hidden', async () => {
    const { page } = await visit()
    const closed = page.waitForEvent('requestfailed', (request) => request.resourceType() === 'eventsource')
    await page.evaluate(`Object.defineProperty(document, 'hidden', { value: true, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))`)
    await closed
    const opened = page.waitForRequest((request) => request.resourceType() === 'eventsource')
    await page.evaluate(`Object.defineProperty(document, 'hidden', { value: false, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))`)
    await opened
  })

  test('come by asking where no stream gets through', async () => {
    const view = await browser.openAs()
    await view.page.route('**/api/admin/dashboard', (route) =>
      route.request().resourceType() === 'eventsource' ? route.abort() : route.continue(),
    )
    await openDashboard(view, stage)
    await view.page.getByText('Polls every 5 seconds').waitFor()
  })

  test('a broken connection is shown, moves nothing at any width, and reconnects by itself', async () => {
    const { page, context } = await visit()
    const toolbar = [
      page.getByRole('search'),
      page.getByRole('button', { name: 'Pause updates' }),
      page.getByRole('heading', { level: 1 }),
    ]
    const places = async () => {
      const at: unknown[] = []
      for (const width of [320, 375, 768, 1280]) {
        await page.setViewportSize({ width, height: 900 })
        for (const one of toolbar) at.push(width, await one.boundingBox())
        if (width === 768) expect((await page.getByRole('search').boundingBox())?.width).toBeGreaterThan(320)
      }
      return at
    }
    const before = await places()
    await context.setOffline(true)
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
    await page.getByText('Reconnecting. Figures may be old.').waitFor()
    expect(await places()).toEqual(before)
    await context.setOffline(false)
    await page.getByText('Reconnecting').waitFor({ state: 'hidden' })
  })
})

describe('the button that copies an ID', () => {
  /** All other permissions are refused. */
  async function copyButton(permissions: string[]) {
    const view = await visit(`/users/${people.member}`)
    await view.context.grantPermissions(permissions, { origin: stage.app.url })
    return { ...view, button: view.page.getByRole('button', { name: 'Copy the ID of Mia Moreau' }).first() }
  }

  test('copies it by keyboard, says so to a screen reader, and keeps the focus', async () => {
    const { page, button } = await copyButton(['clipboard-read', 'clipboard-write'])
    await button.focus()
    await page.keyboard.press('Enter')
    await page
      .getByRole('status')
      .filter({ hasText: `Copied: ${people.member}` })
      .waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(people.member)
    expect(await button.evaluate((one) => one === document.activeElement)).toBe(true)
  })

  test('says at once that the browser does not allow it, with the ID', async () => {
    const { page, button } = await copyButton(['geolocation'])
    await button.click()
    await page
      .getByRole('alert')
      .filter({ hasText: `The browser does not allow copying. The ID is ${people.member}.` })
      .waitFor()
  })
})

test('a list that has nothing to show leads out of its filter, and says how many lines there are', async () => {
  const { page, panel } = await visit('/webhooks?outcome=ignored&range=1h')
  await panel('webhooks').getByText('No webhooks match').waitFor()
  await panel('webhooks').getByText('0 webhooks', { exact: true }).waitFor()
  await panel('webhooks').getByRole('link', { name: 'Clear filters' }).click()
  await page.waitForURL(/\/webhooks$/)
  await panel('webhooks').getByText('No webhooks match').waitFor({ state: 'hidden' })
})

describe('with the keyboard only', () => {
  test('a user is found, invalidated, and a disconnection begun and cancelled', async () => {
    const view = await visit()
    const { page, panel } = view
    const press = async (name: string | RegExp) => {
      for (let i = 0; i < 80; i++) {
        await page.keyboard.press('Tab')
        const label: unknown = await page.evaluate(`document.activeElement.textContent`)
        if (String(label).trim().match(name)) return
      }
      throw new Error(`No way by Tab to ${name}`)
    }
    await page.keyboard.press('/')
    await page.keyboard.type('el')
    await page.keyboard.press('Enter')
    await page.getByRole('list', { name: 'Users found' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('list', { name: 'Users found' }).waitFor({ state: 'hidden' })
    await page.keyboard.press('Control+a')
    await page.keyboard.type('ma')
    await page.keyboard.press('Enter')
    await page.getByRole('list', { name: 'Users found' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/users/user_**')
    await openDashboard(view, stage, `/users/${people.member}`)
    await press(/^Invalidate$/)
    const outline: unknown = await page.evaluate(`getComputedStyle(document.activeElement).outlineStyle`)
    expect(outline).toBe('solid')
    await page.keyboard.press('Enter')
    await toastOf(view, 'Invalidated.').waitFor()
    // The button keeps the focus, and the message is announced.
    expect(String(await page.evaluate(`document.activeElement.textContent`))).toMatch(/^Invalidat/)
    expect(await page.getByRole('status').filter({ hasText: 'Invalidated.' }).count()).toBe(1)
    await page.keyboard.press('Shift+Tab')
    expect(await page.evaluate(`document.activeElement.textContent`)).toBe('Disconnect…')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    expect(await page.evaluate(`document.activeElement.textContent`)).toBe('Cancel')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(await page.evaluate(`document.activeElement.textContent`)).toBe('Disconnect…')
    await panel('lookup').getByText(shown('Was not cached')).waitFor()
  })

  test('after a disconnection, whose button is gone, the focus is on the message', async () => {
    const { clerk } = stage.standIns
    const { id } = clerk.createUser({ emails: ['gone@example.com'] })
    clerk.connect(id, { email: 'gone@example.com', scopes: [CALENDAR] })
    await clerk.webhooks.flush()
    const view = await visit(`/users/${id}`)
    await view.panel('integrations').getByRole('button', { name: 'Disconnect…' }).focus()
    await view.page.keyboard.press('Enter')
    await view.page.keyboard.press('Tab')
    await view.page.keyboard.press('Enter')
    await toastOf(view, 'Google is disconnected.').waitFor()
    await view.panel('integrations').getByText(shown('Not connected')).waitFor()
    await view.page.waitForFunction(() =>
      document.activeElement?.textContent?.includes('Google is disconnected.'),
    )
    await clerk.webhooks.flush()
  })
})

describe('the focus', () => {
  const focused = ({ page }: View) =>
    page.evaluate<string>(
      'document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent',
    )

  test('stays in a filter, which says how many lines there are, and goes to the first when all are cleared', async () => {
    const view = await visit('/audit')
    const { page, panel } = view
    await panel('audit').getByLabel('Action').focus()
    await page.keyboard.type('dashboard')
    await page.waitForURL('**action=dashboard')
    await panel('audit')
      .getByRole('status')
      .filter({ hasText: /^\d+ records?$/ })
      .waitFor({ state: 'attached' })
    await view.settled()
    expect(await focused(view)).toBe('Action')
    await panel('audit').getByRole('link', { name: 'Clear' }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/audit$/)
    await view.settled()
    expect(await focused(view)).toBe('Action')
    expect(await panel('audit').getByLabel('Action').inputValue()).toBe('')
  })

  const opened: [what: string, word: string, path: string, heading: string][] = [
    ['a user by username', 'mia-moreau', `/users/${people.member}`, 'Mia Moreau'],
    ['an organization that does not exist', 'org_2nothing', '/organizations/org_2nothing', 'not found'],
    ['a user by address', 'mia@example.com', `/users/${people.member}`, 'Mia Moreau'],
    [
      'an organization',
      'org_2localNorthwind000000000000',
      '/organizations/org_2localNorthwind000000000000',
      'Northwind',
    ],
  ]
  test.each(fullOr(opened, opened.slice(0, 2)))(
    'goes from the search to the heading of what it opened: %s',
    async (_, word, path, heading) => {
      const view = await visit()
      const { page } = view
      await page.getByRole('button', { name: 'Pause updates' }).click()
      // From the second time on the page is there already.
      for (let i = 0; i < 2; i++) {
        await page.keyboard.press('/')
        await page.keyboard.type(word)
        await page.keyboard.press('Enter')
        await page.waitForURL(`**/dashboard${path}`)
        await expect.poll(() => focused(view)).toContain(heading)
        expect(await page.evaluate('document.activeElement.tagName')).toBe('H1')
        expect(await page.getByRole('searchbox').inputValue()).toBe('')
      }
      // The frame of the dashboard stays.
      await page.getByRole('button', { name: 'Resume updates' }).waitFor()
    },
  )

  test('goes from a user in the list of those who were found to the heading of their page', async () => {
    const view = await visit()
    await view.page.keyboard.press('/')
    await view.page.keyboard.type('ma')
    await view.page.keyboard.press('Enter')
    await view.page.getByRole('list', { name: 'Users found' }).waitFor()
    await view.page.keyboard.press('ArrowDown')
    const name = (await focused(view)).trim()
    await view.page.keyboard.press('Enter')
    await view.page.waitForURL('**/dashboard/users/user_**')
    await expect.poll(() => view.page.evaluate('document.activeElement.tagName')).toBe('H1')
    expect(name).toContain(await focused(view))
  })

  test('stays with the field when a filter is removed', async () => {
    const view = await visit(`/audit?action=token&user=${people.severalProviders}`)
    const { page, panel } = view
    const chips = panel('audit').getByRole('list', { name: 'Active filters' })
    await chips.getByRole('link', { name: 'Remove the filter Action: token.*' }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/audit?user=${people.severalProviders}`)
    await chips.getByText('Action: token.*').waitFor({ state: 'hidden' })
    expect(await focused(view)).toBe('Action')
    await chips.getByRole('link', { name: 'Remove the filter User:' }).click()
    await chips.waitFor({ state: 'hidden' })
    expect(await panel('audit').getByLabel('User ID').inputValue()).toBe('')
  })

  test('comes back from a message that is closed by Escape', async () => {
    const view = await visit(`/users/${people.expert}`)
    await view.panel('lookup').getByRole('button', { name: 'Warm' }).focus()
    await view.page.keyboard.press('Enter')
    const message = toastOf(view, 'Cached.')
    await message.getByRole('button', { name: 'Undo' }).focus()
    await view.page.keyboard.press('Escape')
    await message.waitFor({ state: 'hidden' })
    // The button says that it loads until the page is updated.
    await expect.poll(() => focused(view)).toBe('Warm')
  })

  test('leaves the users who were found by Tab, and they are closed', async () => {
    const view = await visit('/users')
    await view.page.keyboard.press('/')
    await view.page.keyboard.type('ma')
    await view.page.keyboard.press('Enter')
    const found = view.page.getByRole('list', { name: 'Users found' })
    await found.waitFor()
    for (let i = await found.getByRole('link').count(); i >= 0; i--) {
      expect(await found.isVisible()).toBe(true)
      await view.page.keyboard.press('Tab')
    }
    await view.page.keyboard.press('Tab')
    await found.waitFor({ state: 'hidden' })
  })

  test('goes through a page of charts and their tables to its end, and is seen everywhere', async () => {
    const { page, panel } = await visit('/cache')
    await panel('charts').getByText('Hit rate as a table').click()
    await page.getByRole('link', { name: 'Skip to content' }).focus()
    const seen: string[] = []
    while (!seen.at(-1)?.startsWith('INPUT theme')) {
      await page.keyboard.press('Tab')
      const { what, outline } = await page.evaluate<{ what: string; outline: string }>(`(() => {
        const { tagName, name = '', textContent } = document.activeElement
        const shown = document.activeElement.closest('label') ?? document.activeElement
        return { what: tagName + ' ' + (name || textContent.slice(0, 30)), outline: getComputedStyle(shown).outlineStyle }
      })()`)
      seen.push(what)
      expect(outline, what).toBe('solid')
      expect(seen.length, seen.join(', ')).toBeLessThan(100)
    }
    expect(seen.join()).toContain('24 h')
    expect(seen.join()).toContain('Clerk latency as a table')
  })
})

test('a member sees that the dashboard is for admins, and nothing else', async () => {
  const view = await browser.openAs(people.member)
  await view.page.goto(`${stage.app.url}/dashboard/users/${people.admin}`)
  await view.page.getByRole('heading', { name: 'For admins only' }).waitFor()
  const main = view.page.getByRole('main')
  expect(await main.getByRole('link', { name: 'Home' }).getAttribute('href')).toBe('/')
  await main.getByRole('button', { name: 'Switch account' }).waitFor()
  await view.settled()
  const text = await view.page.content()
  expect(text).not.toContain('ada@example.com')
  expect(text).not.toContain('Cache health')
  expect(text).not.toContain('Pause updates')
})
