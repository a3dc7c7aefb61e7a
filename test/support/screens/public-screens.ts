import type { Page } from 'playwright-core'
import { people } from '../../../local/seed'
import type { StandIns } from '../../../local/stand-ins'
import type { Group, Screen } from './screen'

const CALENDAR = ['openid', 'https://www.googleapis.com/auth/calendar.readonly']
const LONG = 'Wolfeschlegelsteinhausenbergerdorff-Hubertwilliamsonvonhagen'

/** People whose names, pictures or calendars are unusual. */
async function createPeople({ clerk, google }: StandIns) {
  const create = (username: string, given: object) =>
    clerk.createUser({ username, emails: [`${username}@example.com`], ...given }).id
  const expert = (headline: string, specialties: string[], more = {}) => ({
    publicMetadata: { role: 'expert', headline, specialties, hourlyRate: 125, currency: 'EUR', ...more },
  })
  const long = create(`w${'w'.repeat(59)}`, {
    ...{ firstName: LONG, lastName: 'W'.repeat(60) },
    ...expert(`${LONG} ${'headline '.repeat(12)}`, [LONG, 'kafka', 'data engineering', 'postgres'], {
      bio: `${'A long text about a long career. '.repeat(12)}${'x'.repeat(120)}`,
    }),
  })
  const rtl = create('right-to-left', {
    ...{ firstName: 'محمد عبد الرحمن', lastName: 'بن عبد العزيز آل سعود' },
    ...expert('חוזים, לוחות שנה ואזורי זמן', ['לוחות שנה', 'تقويم']),
  })
  const cjk = create('chinese-japanese', {
    ...{ firstName: '長宗我部元親左衛門', lastName: '勅使河原小鳥遊四月一日' },
    ...expert('検索エンジンとデータ基盤の設計および運用についての長い見出し', ['検索', '데이터']),
  })
  const nameless = create('nameless', { ...expert('', []), imageUrl: '' })
  const busy = create('busy', { firstName: 'Bea', lastName: 'Busy' })
  const free = create('free', { firstName: 'Fred', lastName: 'Free' })
  const members = create('members', { firstName: 'Mem', lastName: 'Bers' })
  const longName = { name: `${LONG} ${LONG}`, slug: 'long', createdBy: members }
  clerk.organizations.addMember(clerk.organizations.create(longName).id, long)
  const several = create('several', { firstName: 'Sev', lastName: 'Eral' })
  const tomorrow = create('tomorrow', { firstName: 'Tom', lastName: 'Orrow' })
  for (const id of [busy, free, long, tomorrow])
    clerk.connect(id, { provider: 'oauth_google', email: `${id}@example.com`, scopes: CALENDAR })
  for (const email of ['home@example.com', `${'work'.repeat(15)}@example.com`])
    clerk.connect(several, { provider: 'oauth_google', email, scopes: CALENDAR })
  const day = (days: number) => new Date(Date.now() + days * 864e5).toISOString()
  const allDay = (id: string, summary: string, from: number, to: number, location?: string) => ({
    ...{ id, summary, start: { date: day(from).slice(0, 10) }, end: { date: day(to).slice(0, 10) } },
    ...(location && { location }),
  })
  const timed = (id: string, summary: string, from: number, to: number) => ({
    ...{ id, summary, start: { dateTime: day(from) }, end: { dateTime: day(to) } },
  })
  google.setEvents(busy, [
    allDay('a', 'Public holiday', 0, 1),
    allDay('b', `Conference ${'x'.repeat(90)}`, 0, 4, 'Lisbon, Centro de Congressos, Praça das Indústrias 1'),
    timed('c', '10:00 会議 — فريق التقويم', 0.02, 0.06),
    timed('d', 'Night train', 1, 2.4),
    timed('e', '', 3, 3.05),
  ])
  google.setEvents(free, [])
  google.setEvents(tomorrow, [timed('f', 'Breakfast', 1, 1.05)])
  await clerk.webhooks.flush()
  return { long, rtl, cjk, nameless, busy, free, several, members, tomorrow }
}

/** Fills in the field of Clerk's component, and goes on. */
const enter = async (page: Page, text: string) => {
  await page.getByRole('textbox').first().fill(text)
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
}
const codeIsAsked = (page: Page) => page.getByText('Check your email').waitFor()
const enterCode = async (page: Page, code: string) => {
  await codeIsAsked(page)
  await page.getByRole('textbox').first().pressSequentially(code)
}

/** Presses a button of the row of a provider, and waits for what the row says then. */
const pressInRow = async (page: Page, provider: string, button: string, says: string) => {
  const row = page.locator(`[data-provider="${provider}"]`).filter({ visible: true })
  await row.getByRole('button', { name: button }).click()
  await row.getByText(says).filter({ visible: true }).first().waitFor()
}

/** The account menu, opened. */
const openMenu = (page: Page) => page.getByRole('button', { name: /^Account of/ }).click()

const normal: Group = {
  name: 'normal',
  async fail({ clerk }) {
    clerk.faults.add({ latencyMs: 150 })
  },
  async screens(standIns) {
    const { long, rtl, cjk, nameless, busy, free, several, members, tomorrow } = await createPeople(standIns)
    return [
      { name: 'home', path: '/' },
      { name: 'home-large', path: '/', large: true, as: people.needsReconnecting },
      { name: 'home-reconnect', path: '/', as: people.needsReconnecting },
      { name: 'home-admin', path: '/', as: people.admin },
      { name: 'home-skip', path: '/', act: (page) => page.keyboard.press('Tab') },
      { name: 'home-never', path: '/', as: people.neverConnected },
      { name: 'experts', path: '/experts' },
      { name: 'experts-filtered', path: '/experts?specialty=kafka' },
      { name: 'experts-none', path: '/experts?specialty=security&price=EUR-160' },
      { name: 'expert', path: '/experts/amara-okafor' },
      { name: 'expert-long', path: `/experts/w${'w'.repeat(59)}`, as: long },
      { name: 'expert-rtl', path: '/experts/right-to-left', as: rtl },
      { name: 'expert-cjk', path: '/experts/chinese-japanese', as: cjk },
      { name: 'expert-nameless', path: '/experts/nameless', as: nameless },
      { name: 'profile', path: '/profile', as: people.expert },
      { name: 'profile-large', path: '/profile', as: people.expert, large: true },
      { name: 'profile-long', path: '/profile', as: long },
      { name: 'profile-rtl', path: '/profile', as: rtl },
      {
        ...{ name: 'profile-errors', path: '/profile', as: people.member },
        async act(page) {
          await page.getByLabel('First name').fill('  ')
          await page.getByLabel('Last name').fill('  ')
          await page.getByRole('button', { name: 'Save' }).click()
          await page.getByText('Not saved.').waitFor()
        },
      },
      {
        ...{ name: 'profile-saved', path: '/profile', as: free },
        async act(page) {
          await page.getByLabel('Last name').fill('Saved')
          await page.getByRole('button', { name: 'Save' }).click()
          await page
            .getByText(/Saved\.|Too many|too often/)
            .first()
            .waitFor()
        },
      },
      { name: 'calendar', path: '/calendar', as: people.member },
      { name: 'calendar-large', path: '/calendar', as: busy, large: true },
      { name: 'calendar-busy', path: '/calendar', as: busy },
      { name: 'calendar-free', path: '/calendar', as: free },
      { name: 'calendar-tomorrow', path: '/calendar', as: tomorrow },
      { name: 'calendar-never', path: '/calendar', as: people.neverConnected },
      { name: 'calendar-reconnect', path: '/calendar', as: people.needsReconnecting },
      { name: 'calendar-scopes', path: '/calendar', as: people.tooFewScopes },
      { name: 'calendar-several', path: '/calendar', as: several },
      { name: 'account', path: '/account', as: people.severalProviders },
      { name: 'account-reconnect', path: '/account', as: people.needsReconnecting },
      { name: 'account-several', path: '/account', as: several },
      {
        ...{ name: 'account-checked', path: '/account', as: people.severalProviders },
        act: (page) => pressInRow(page, 'github', 'Check GitHub', 'GitHub works. Checked just now.'),
      },
      { name: 'account-large', path: '/account', as: people.severalProviders, large: true },
      { name: 'account-menu', path: '/account', as: people.neverConnected, act: openMenu },
      { name: 'account-menu-long', path: '/guides', as: long, act: openMenu },
      { name: 'organizations', path: '/organizations', as: people.member },
      { name: 'organizations-long', path: '/organizations', as: members },
      { name: 'organizations-none', path: '/organizations', as: free },
      { name: 'organization', path: '/organizations/northwind', as: people.member },
      { name: 'organization-long', path: '/organizations/long', as: members },
      { name: 'not-found-organization', path: '/organizations/guild', as: free },
      { name: 'guides', path: '/guides' },
      { name: 'guide', path: '/guides/tokens' },
      { name: 'guide-adopt', path: '/guides/adopt' },
      { name: 'sign-in', path: '/sign-in' },
      {
        ...{ name: 'sign-in-unknown', path: '/sign-in' },
        async act(page) {
          await enter(page, 'nobody@example.com')
          await page.getByText('find your account').first().waitFor()
        },
      },
      {
        ...{ name: 'sign-in-code', path: '/sign-in' },
        async act(page) {
          await enter(page, 'mia@example.com')
          await codeIsAsked(page)
        },
      },
      {
        ...{ name: 'sign-in-wrong-code', path: '/sign-in' },
        async act(page) {
          await enter(page, 'mia@example.com')
          await enterCode(page, '111111')
          await page.getByText('Incorrect code').first().waitFor()
        },
      },
      {
        ...{ name: 'sign-in-loading', path: '/sign-in', early: true },
        before: (page) => page.route('**/clerk.browser*.js*', () => {}),
      },
      {
        ...{ name: 'sign-in-unreachable', path: '/sign-in' },
        before: (page) => page.route('**/clerk.browser*.js*', (route) => route.abort()),
        act: (page) => page.getByText('Clerk could not be loaded').waitFor(),
      },
      { name: 'sign-up', path: '/sign-up' },
      {
        ...{ name: 'sign-up-taken', path: '/sign-up' },
        async act(page) {
          await enter(page, 'mia@example.com')
          await page.getByText('taken').first().waitFor()
        },
      },
      {
        ...{ name: 'sign-up-code', path: '/sign-up' },
        async act(page) {
          await enter(page, 'new@example.com')
          await page.getByText('Verify your email').first().waitFor()
        },
      },
      {
        // The form looks for the field with a mistake.
        ...{ name: 'error', path: '/profile', as: people.member },
        before: (page) =>
          page.addInitScript('HTMLFormElement.prototype.querySelector = () => { throw new Error("broken") }'),
        async act(page) {
          await page.getByLabel('First name').fill('  ')
          await page.getByRole('button', { name: 'Save' }).click()
          await page.getByRole('heading', { name: 'Something went wrong' }).waitFor()
        },
      },
      {
        // The footer, which is in the layout, asks for the color scheme.
        ...{ name: 'error-global', path: '/guides' },
        before: (page) =>
          page.addInitScript(`const { matchMedia } = window
          window.matchMedia = (query) => {
            if (query.includes('color-scheme')) throw new Error('broken')
            return matchMedia.call(window, query)
          }`),
        act: (page) => page.getByRole('heading', { name: 'Something went wrong' }).waitFor(),
      },
      { name: 'not-found', path: '/nothing-here' },
      { name: 'not-found-expert', path: '/experts/nobody' },
      {
        ...{ name: 'footer-dark', path: '/guides' },
        act: (page) => page.getByRole('radio', { name: 'Dark' }).check({ force: true }),
      },
    ]
  },
}

/** The pages that read something, of a member and of a visitor. */
const reading = (name: string): Screen[] => [
  { name: `${name}-home`, path: '/', as: people.member },
  { name: `${name}-experts`, path: '/experts' },
  { name: `${name}-expert`, path: '/experts/amara-okafor' },
  { name: `${name}-profile`, path: '/profile', as: people.member },
  { name: `${name}-calendar`, path: '/calendar', as: people.member },
  { name: `${name}-account`, path: '/account', as: people.member },
  { name: `${name}-organizations`, path: '/organizations', as: people.member },
  { name: `${name}-organization`, path: '/organizations/northwind', as: people.member },
]
/** Those pages with nothing cached, after `fail`. */
const outage = (name: string, fail: (standIns: StandIns) => void): Group => ({
  name,
  async fail(standIns) {
    await standIns.engine.empty()
    fail(standIns)
  },
  screens: async () => reading(name),
})
const withoutClerk = ({ clerk }: StandIns) => clerk.faults.add({ status: 503 })
const withoutRedis = ({ upstash }: StandIns) => upstash.faults.set({ reset: 'before' })

/** The pages while Clerk has not answered. */
const loading: Group = {
  ...outage('loading', ({ clerk }) => clerk.faults.add({ connection: 'hang' })),
  screens: async () => reading('loading').map((screen) => ({ ...screen, early: true })),
}

/** The pages where no user has a role yet. */
const empty: Group = {
  ...outage('empty', ({ clerk }) => {
    for (const { id } of clerk.users()) clerk.updateUser(id, { publicMetadata: {} })
  }),
  screens: async () => [
    { name: 'empty-home', path: '/' },
    { name: 'empty-experts', path: '/experts' },
  ],
}

let owner = ''
/** An organization with more members than one page shows. */
const crowded: Group = {
  name: 'crowded',
  async arrange({ clerk }) {
    const create = (firstName: string) =>
      clerk.createUser({ emails: [`${firstName}@example.com`], firstName }).id
    owner = create('Owner')
    const { id } = clerk.organizations.create({ name: 'Crowd', slug: 'crowd', createdBy: owner })
    for (let i = 0; i < 60; i++) clerk.organizations.addMember(id, create(`member-${i}`))
  },
  screens: async () => [
    { name: 'organization-many', path: '/organizations/crowd', as: owner },
    { name: 'organization-end', path: '/organizations/crowd?page=9', as: owner },
  ],
}

export const publicGroups: Group[] = [
  normal,
  empty,
  crowded,
  loading,
  outage('clerk-busy', ({ clerk }) => clerk.faults.add({ status: 429, retryAfter: 20 })),
  outage('clerk-down', withoutClerk),
  outage('redis-down', withoutRedis),
  outage('both-down', (standIns) => {
    withoutClerk(standIns)
    withoutRedis(standIns)
  }),
  {
    ...outage('google-down', ({ google }) => google.respond(() => new Response('', { status: 503 }))),
    screens: async () => [{ name: 'google-down-calendar', path: '/calendar', as: people.member }],
  },
]
