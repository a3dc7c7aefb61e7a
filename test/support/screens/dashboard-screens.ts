import type { Page } from 'playwright-core'
import { people } from '../../../local/seed'
import type { StandIns } from '../../../local/stand-ins'
import { quotaExceeded } from '../../../local/upstash/faults'
import { panelOf, toastOf } from '../dashboard'
import { addDifficult, clearLogs, countADay, fillLogs } from '../dashboard-data'
import type { Group, Screen } from './screen'

const NORTHWIND = 'org_2localNorthwind000000000000'
const PAGES = {
  overview: '',
  users: '/users',
  user: `/users/${people.severalProviders}`,
  organizations: '/organizations',
  organization: `/organizations/${NORTHWIND}`,
  integrations: '/integrations',
  cache: '/cache',
  webhooks: '/webhooks',
  audit: '/audit',
} as const

/** `dashboard-cache-empty`: the page, then the state. */
const screen = (name: string, path: string, act?: Screen['act']): Screen => ({
  ...{ name: `dashboard-${name}`, path: `/dashboard${path}`, as: people.admin },
  ...(act && { act }),
})
const each = (state: string, paths: Record<string, string> = PAGES): Screen[] =>
  Object.entries(paths).map(([page, path]) => screen(`${page}-${state}`, path))

/** A day of traffic. */
async function fill(standIns: StandIns) {
  await countADay(standIns)
  await fillLogs(standIns)
}

/** Every page with data. */
export const pages: Screen[] = Object.entries(PAGES).map(([page, path]) => screen(page, path))

/** People and organizations that are hard to show. */
export const difficult = (them: Awaited<ReturnType<typeof addDifficult>>): Screen[] => [
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
  screen('overview-search-difficult', '', search('le')),
]

function search(text: string) {
  return async (page: Page) => {
    await page.getByRole('searchbox').fill(text)
    await page.keyboard.press('Enter')
    await page
      .getByRole('list', { name: 'Users found' })
      .or(page.getByRole('search').getByRole('status').filter({ hasText: /./ }))
      .first()
      .waitFor()
  }
}

/** What pages show when something is chosen or opened. */
const opened = ({ clerk }: StandIns): Screen[] => [
  ...each('15m', { cache: '/cache?chart=15m' }),
  ...each('24h', { cache: '/cache?chart=24h', integrations: '/integrations?chart=24h' }),
  ...each('filtered', {
    webhooks: '/webhooks?outcome=failed',
    audit: `/audit?action=token&user=${people.severalProviders}`,
  }),
  ...each('no-match', {
    webhooks: '/webhooks?outcome=ignored&range=1h',
    audit: '/audit?action=admin.require&range=1h&outcome=ok',
  }),
  ...each('unknown', {
    user: '/users/user_2localNobody0000000000000',
    organization: '/organizations/org_2localNobody0000000000000',
  }),
  ...each('none', { organizations: '/organizations?page=9', users: '/users?page=9' }),
  screen('cache-tables', '/cache', async (page) => {
    for (const one of await page.locator('summary').filter({ visible: true }).all()) await one.click()
  }),
  screen('cache-pointer', '/cache', (page) =>
    page
      .locator('#charts figure')
      .first()
      .locator('[role=img]')
      .hover({ position: { x: 120, y: 60 } }),
  ),
  screen('webhooks-row', '/webhooks', (page) =>
    panelOf({ page })('webhooks')
      .getByRole('button', { name: /^Details of user.updated, Failed/ })
      .first()
      .click(),
  ),
  screen('audit-row', '/audit?action=integration.disconnect', (page) =>
    panelOf({ page })('audit')
      .getByRole('button', { name: /^Details of integration.disconnect/ })
      .first()
      .click(),
  ),
  screen('webhooks-held', '/webhooks', async (page) => {
    clerk.createUser({ emails: ['new@example.com'] })
    await clerk.webhooks.flush()
    await page.getByRole('button', { name: /^Show / }).waitFor()
  }),
  screen('overview-search', '', search('ma')),
  screen('overview-search-nothing', '', search('nobody-at-all')),
  screen('overview-menu', '', async (page) => {
    await page.setViewportSize({ width: 375, height: 900 })
    await page.getByRole('button', { name: /^Pages of the dashboard/ }).click()
  }),
  screen('overview-paused', '', (page) => page.getByRole('button', { name: 'Pause updates' }).click()),
  screen('overview-reconnecting', '', async (page) => {
    await page.context().setOffline(true)
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
    await page.getByText('Reconnecting').waitFor()
  }),
  screen('user-toast', `/users/${people.member}`, async (page) => {
    await panelOf({ page })('lookup').getByRole('button', { name: 'Invalidate' }).click()
    await toastOf({ page }, 'Invalidated.').waitFor()
    await panelOf({ page })('integrations').getByRole('button', { name: 'Refresh' }).click()
    await toastOf({ page }, 'Google token').waitFor()
  }),
  screen('user-toast-failed', `/users/${people.member}`, async (page) => {
    clerk.faults.add({ status: 503 })
    await panelOf({ page })('integrations').getByRole('button', { name: 'Refresh' }).click()
    await toastOf({ page }, 'was not refreshed: Clerk is not responding').waitFor()
    clerk.faults.clear()
  }),
  screen('user-dialog', `/users/${people.member}`, (page) =>
    panelOf({ page })('integrations').getByRole('button', { name: 'Disconnect…' }).first().click(),
  ),
  { ...screen('refused', ''), as: people.member },
  { ...screen('refused-user', `/users/${people.admin}`), as: people.member },
]

const profile: Screen = { name: 'profile', path: '/profile', as: people.admin }

/** The pages for an admin who was signed in and cached before something broke. */
const broken = (state: string, fail: (standIns: StandIns) => unknown, more: Partial<Group> = {}): Group => ({
  name: `dashboard-${state}`,
  arrange: fill,
  before: profile,
  fail: async (standIns) => fail(standIns),
  screens: async () => each(state),
  ...more,
})

const clerkDown = ({ clerk }: StandIns) => clerk.faults.add({ status: 503 })
const redisDown = ({ upstash }: StandIns) => upstash.refuse()
/** What the panels read, which is not what the check of the admin reads. */
const panelCommands = ['ping', 'pttl', 'lrange', 'xrevrange', 'eval', 'evalsha', 'hgetall']

export const dashboardGroups: Group[] = [
  {
    name: 'dashboard',
    arrange: fill,
    screens: async (standIns) => [...pages, ...opened(standIns)],
  },
  {
    name: 'dashboard-difficult',
    arrange: fill,
    screens: async (standIns) => difficult(await addDifficult(standIns)),
  },
  {
    name: 'dashboard-empty',
    before: profile,
    fail: clearLogs,
    screens: async () =>
      each('empty', {
        overview: '',
        integrations: '/integrations',
        cache: '/cache',
        webhooks: '/webhooks',
        audit: '/audit',
        'audit-user': '/audit?user=user_nobody',
        user: `/users/${people.neverConnected}`,
      }),
  },
  // Each with an app of its own, because a read that has begun is shared with the next page.
  ...each('loading').map((one) =>
    broken(
      'loading',
      ({ clerk, upstash }) => {
        upstash.faults.set({ only: panelCommands, delay: 9_500 })
        clerk.faults.add({ connection: 'hang' })
      },
      {
        env: { CACHE_REDIS_TIMEOUT_MS: '10000' },
        screens: async () => [
          {
            ...{ ...one, early: true },
            act: (page) => page.getByRole('searchbox').waitFor(),
          },
        ],
      },
    ),
  ),
  broken('redis-slow', ({ upstash }) => upstash.faults.set({ only: ['ping'], delay: 150 }), {
    screens: async () => each('redis-slow', { overview: '', cache: '/cache' }),
  }),
  broken('redis-error', ({ upstash }) =>
    upstash.faults.set({ only: panelCommands, error: 'WRONGTYPE Operation against a key' }),
  ),
  broken('redis-quota', ({ upstash }) => upstash.faults.set(quotaExceeded)),
  broken('redis-down', redisDown),
  broken('clerk-down', clerkDown),
  broken('both-down', (standIns) => {
    clerkDown(standIns)
    return redisDown(standIns)
  }),
  {
    ...broken('clerk-down-cold', clerkDown, {
      screens: async () => each('clerk-down-cold', { overview: '' }),
    }),
    async fail(standIns) {
      await standIns.engine.empty()
      clerkDown(standIns)
    },
  },
]
