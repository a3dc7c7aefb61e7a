import { people } from '../../local/seed'
import type { Stage } from './app'
import type { View } from './browser'
import { openDashboard, panelOf, toastOf } from './dashboard'
import { type addDifficult, clearLogs } from './dashboard-data'
import { overflowOf, WIDTHS } from './pictures'

const PAGES = {
  overview: '',
  users: '/users',
  user: `/users/${people.severalProviders}`,
  organizations: '/organizations',
  organization: '/organizations/org_2localNorthwind000000000000',
  integrations: '/integrations',
  cache: '/cache',
  webhooks: '/webhooks',
  audit: '/audit',
} as const

type Used = Pick<Stage, 'app' | 'standIns'>

/** One state of one page, and how to get there. */
export interface Scene {
  /** `overview-empty`: the page, then the state. */
  name: string
  open(view: View, stage: Used): Promise<void>
}

const at = (path: string) => (view: View, stage: Used) => openDashboard(view, stage, path)
const each = (state: string, pages: Record<string, string>): Scene[] =>
  Object.entries(pages).map(([page, path]) => ({ name: `${page}-${state}`, open: at(path) }))

/** Opens a page, and then does something on it. */
const then =
  (path: string, act: (view: View, panel: ReturnType<typeof panelOf>) => Promise<unknown>) =>
  async (view: View, stage: Used) => {
    await openDashboard(view, stage, path)
    await act(view, panelOf(view))
  }

/** A process that has just started, for an instance that nobody uses yet. */
export const empty: Scene[] = [
  {
    name: 'overview-empty',
    async open(view, stage) {
      await clearLogs(stage.standIns)
      await openDashboard(view, stage)
    },
  },
  ...each('empty', {
    integrations: '/integrations',
    cache: '/cache',
    webhooks: '/webhooks',
    audit: '/audit?user=user_nobody',
    organizations: '/organizations?page=9',
    user: `/users/${people.neverConnected}`,
    'user-unknown': '/users/user_2localNobody0000000000000',
    'organization-unknown': '/organizations/org_2localNobody0000000000000',
  }),
]

/** Every page. */
export const pages: Scene[] = each('healthy', PAGES)

/** What pages show when something is chosen or opened. */
export const opened: Scene[] = [
  ...each('15m', { cache: '/cache?chart=15m' }),
  ...each('24h', { cache: '/cache?chart=24h', integrations: '/integrations?chart=24h' }),
  ...each('failed', { webhooks: '/webhooks?outcome=failed' }),
  ...each('no-match', {
    webhooks: '/webhooks?outcome=ignored&range=1h',
    audit: '/audit?action=admin.require&range=1h&outcome=ok',
  }),
  {
    name: 'cache-tables',
    open: then('/cache', async ({ page }) => {
      for (const one of await page.locator('summary').filter({ visible: true }).all()) await one.click()
    }),
  },
  {
    name: 'cache-pointer',
    open: then('/cache', async ({ page }) => {
      const chart = page.locator('#charts figure').first().locator('[role=img]')
      await chart.hover({ position: { x: 120, y: 60 } })
    }),
  },
  {
    name: 'webhooks-row',
    open: then('/webhooks', (_, panel) =>
      panel('webhooks')
        .getByRole('button', { name: /^Details of user.updated, Failed/ })
        .first()
        .click(),
    ),
  },
  {
    name: 'audit-row',
    open: then('/audit?action=integration.disconnect', (_, panel) =>
      panel('audit')
        .getByRole('button', { name: /^Details of integration.disconnect/ })
        .first()
        .click(),
    ),
  },
  {
    name: 'overview-search',
    open: then('', async ({ page }) => {
      await page.getByRole('searchbox').fill('ma')
      await page.keyboard.press('Enter')
      await page.getByRole('list', { name: 'Users found' }).waitFor()
    }),
  },
  {
    name: 'overview-search-nothing',
    open: then('', async ({ page }) => {
      await page.getByRole('searchbox').fill('nobody-at-all')
      await page.keyboard.press('Enter')
      await page.getByRole('search').getByRole('status').filter({ hasText: /./ }).waitFor()
    }),
  },
  {
    name: 'overview-menu',
    open: then('', async ({ page }) => {
      await page.setViewportSize({ width: 375, height: 900 })
      await page.getByRole('button', { name: /^Pages of the dashboard/ }).click()
    }),
  },
  {
    name: 'overview-paused',
    open: then('', ({ page }) => page.getByRole('button', { name: 'Pause updates' }).click()),
  },
  {
    name: 'user-toast',
    open: then(`/users/${people.member}`, async (view, panel) => {
      await panel('lookup').getByRole('button', { name: 'Invalidate' }).click()
      await toastOf(view, 'Invalidated.').waitFor()
      await panel('integrations').getByRole('button', { name: 'Refresh' }).click()
      await toastOf(view, 'Google token').waitFor()
    }),
  },
  {
    name: 'user-dialog',
    open: then(`/users/${people.member}`, (_, panel) =>
      panel('integrations').getByRole('button', { name: 'Disconnect…' }).first().click(),
    ),
  },
]

/** People and organizations that are hard to show. */
export const difficult = (them: Awaited<ReturnType<typeof addDifficult>>): Scene[] => [
  ...each('difficult', {
    overview: '',
    users: '/users',
    'user-long': `/users/${them.long}`,
    'user-rtl': `/users/${them.rtl}`,
    'user-cjk': `/users/${them.cjk}`,
    'user-nameless': `/users/${them.nameless}`,
    'user-broken': `/users/${them.broken}`,
    organizations: '/organizations',
    organization: `/organizations/${them.organization}`,
    integrations: '/integrations',
    webhooks: '/webhooks',
    audit: '/audit',
  }),
  {
    name: 'overview-search-difficult',
    open: then('', async ({ page }) => {
      await page.getByRole('searchbox').fill('le')
      await page.keyboard.press('Enter')
      await page.getByRole('list', { name: 'Users found' }).waitFor()
    }),
  },
]

/** While what the panels show is on its way. */
export const loading = (stage: Used): Scene[] => {
  const slow = { only: ['ping', 'lrange', 'xrevrange', 'eval', 'evalsha', 'hgetall'], delay: 8_000 }
  return Object.entries(PAGES).map(([page, path]) => ({
    name: `${page}-loading`,
    async open(view) {
      // What is known of the admin must be cached.
      stage.standIns.upstash.faults.clear()
      stage.standIns.clerk.faults.clear()
      await openDashboard(view, stage)
      stage.standIns.upstash.faults.set(slow)
      stage.standIns.clerk.faults.add({ latencyMs: 8_000 })
      await view.page.goto(`${stage.app.url}/dashboard${path}`, { waitUntil: 'commit' })
      await view.page.locator('[data-loading]').filter({ visible: true }).first().waitFor()
      await view.page.waitForTimeout(1500)
    },
  }))
}

export const clerkDown = each('clerk-down', PAGES)
export const redisDown = each('redis-down', PAGES)
export const bothDown = each('both-down', { overview: '', user: PAGES.user })

/** By how many pixels the page can be scrolled sideways, for each width at which it can. */
export async function overflowsOf({ page }: View): Promise<string[]> {
  const found: string[] = []
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 })
    const wider = await overflowOf(page)
    if (wider > 0) found.push(`${wider} px at ${width}`)
  }
  return found
}
