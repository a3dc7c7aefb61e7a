import { describe, expect, test } from 'vitest'
import { people, seedEvents } from '../../local/seed'
import type { View } from '../support/browser'
import { fullOr } from '../support/full'
import { useBrowser, useStage } from '../support/stage'

const stage = useStage()
const browser = useBrowser(stage)

/** Through the page's own button and one click on the sign-in page, as a person would. */
async function signIn({ page, settled }: View, name: string, from = '/') {
  await page.goto(stage.app.url + from)
  await settled()
  await page.getByRole('banner').getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name }).click()
  await page.getByRole('button', { name: `Account of ${name}` }).waitFor()
  await stage.standIns.clerk.webhooks.flush()
  await settled()
}

describe('the chain from Clerk to the page', () => {
  test('a visitor signs in with one click and comes back to where they were', async () => {
    const view = await browser.open()
    await signIn(view, 'Mia Moreau', '/experts')
    expect(new URL(view.page.url()).pathname).toBe('/experts')
  })

  test('the second view of the experts costs Clerk nothing', async () => {
    const { page, settled } = await browser.open()
    await page.goto(`${stage.app.url}/experts`)
    await page.getByRole('listitem').nth(11).waitFor()
    await settled()
    stage.standIns.clerk.resetRequests()
    await page.reload()
    await page.getByRole('listitem').nth(11).waitFor()
    await settled()
    expect(stage.standIns.clerk.requests()).toMatchObject({ total: 0 })
  })

  test('a name changed at Clerk is on the next view', async () => {
    const { page, settled } = await browser.open()
    await page.goto(`${stage.app.url}/experts`)
    await page.getByRole('main').getByText('Amara Okafor').waitFor()
    await settled()
    stage.standIns.clerk.updateUser(people.expert, { firstName: 'Amarachi' })
    await stage.standIns.clerk.webhooks.flush()
    await page.reload()
    await settled()
    await page.getByRole('link', { name: 'Amarachi Okafor' }).click()
    await page.getByRole('heading', { name: 'Amarachi Okafor' }).waitFor()
    stage.standIns.clerk.updateUser(people.expert, { firstName: 'Amara' })
    await stage.standIns.clerk.webhooks.flush()
  })

  test('a profile that does not exist says so', async () => {
    const { page } = await browser.open()
    await page.goto(`${stage.app.url}/experts/nobody-of-that-name`)
    await page.getByRole('heading', { name: 'Expert not found' }).waitFor()
  })

  test('a member with Google connected sees their events, and the second view asks neither Clerk for a token', async () => {
    const view = await browser.openAs(people.member)
    await view.page.goto(`${stage.app.url}/calendar`)
    await view.page.getByRole('main').getByText('Quarterly planning').waitFor()
    await view.settled()
    stage.standIns.clerk.resetRequests()
    await view.page.reload()
    await view.page.getByRole('main').getByText('Quarterly planning').waitFor()
    await view.settled()
    expect(stage.standIns.clerk.requests()).toMatchObject({ total: 0 })
  })

  test.each([
    [people.neverConnected, 'Google is not connected'],
    [people.needsReconnecting, 'Google needs to be reconnected'],
    [people.tooFewScopes, 'A Google permission is missing'],
  ])('%s sees: %s', async (who, heading) => {
    const view = await browser.openAs(who)
    await view.page.goto(`${stage.app.url}/calendar`)
    await view.page.getByRole('heading', { name: heading }).waitFor()
  })

  const consents: [who: string, label: string][] = [
    [people.neverConnected, 'Connect Google'],
    [people.tooFewScopes, 'Grant access'],
  ]
  test.each(fullOr(consents, consents.slice(0, 1)))(
    '%s comes from the calendar to Google’s consent by "%s", and back to their events',
    async (who, label) => {
      const { clerk, google } = stage.standIns
      const before = clerk.users().find(({ id }) => id === who)?.accounts ?? []
      google.setEvents(who, seedEvents()[people.member] ?? [])
      const { page, settled } = await browser.openAs(who)
      /** A page that is left while it fetches cancels what it fetches. */
      const press = async () => {
        await page.getByRole('button', { name: label }).waitFor()
        await page.waitForFunction(() => Reflect.get(Reflect.get(window, 'Clerk') ?? {}, 'loaded') === true)
        await settled()
        await page.getByRole('button', { name: label }).click()
      }
      await page.goto(`${stage.app.url}/calendar`)
      await press()
      await page.getByLabel('See your calendar').waitFor()
      await page.getByRole('button', { name: 'Cancel' }).click()
      await press()
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.getByRole('main').getByText('Quarterly planning').waitFor()
      expect(page.url()).toBe(`${stage.app.url}/calendar`)
      const after = clerk.users().find(({ id }) => id === who)?.accounts ?? []
      expect(after).toHaveLength(1)
      expect(after.map(({ id }) => id)).toEqual(expect.arrayContaining(before.map(({ id }) => id)))
    },
  )

  test('a signed-out visitor of a protected page is asked to sign in and led there', async () => {
    const { page } = await browser.open()
    await page.goto(`${stage.app.url}/calendar`)
    expect(page.url()).toContain(`${stage.app.url}/sign-in?redirect_url=`)
    await page.getByRole('button', { name: 'Mia Moreau' }).click()
    await page.getByRole('main').getByText('Quarterly planning').waitFor()
    expect(page.url()).toBe(`${stage.app.url}/calendar`)
  })

  test('a user switches to another and signs out', async () => {
    const view = await browser.open()
    await signIn(view, 'Mia Moreau')
    await view.page.getByRole('button', { name: 'Account of Mia Moreau' }).click()
    await view.page.getByRole('button', { name: 'Switch account' }).click()
    await view.page.getByRole('button', { name: 'Ada Lindgren' }).click()
    await view.page.getByRole('button', { name: 'Account of Ada Lindgren' }).click()
    await view.page.getByRole('button', { name: 'Sign out' }).click()
    await view.page.getByRole('banner').getByRole('button', { name: 'Sign in' }).waitFor()
  })

  /** Nothing of the two pages that were open: the router keeps pages that were left. */
  const OF_A_USER = /Your connections|Manage account/

  test.each([
    ['Sign out', 'Sign in'],
    ['Switch account', 'Ada Lindgren'],
  ])('%s leaves nothing of the user in the document', async (name, next) => {
    const { page, settled } = await browser.openAs(people.member)
    await page.goto(`${stage.app.url}/`)
    await settled()
    await page.getByRole('link', { name: 'All providers' }).click()
    await page.getByText('mia@example.com').first().waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Account of Mia Moreau' }).click()
    await page.getByRole('button', { name }).click()
    await page.getByRole('button', { name: next }).first().waitFor()
    expect(await page.content()).not.toMatch(OF_A_USER)
  })

  test('Sign out leaves nothing of the user in other tabs', async () => {
    const { context, page, settled } = await browser.openAs(people.member)
    const other = await context.newPage()
    await other.goto(`${stage.app.url}/`)
    await other.getByRole('link', { name: 'All providers' }).click()
    await other.getByText('mia@example.com').first().waitFor({ state: 'attached' })
    await other.getByRole('button', { name: 'Account of Mia Moreau' }).waitFor()
    await page.goto(`${stage.app.url}/`)
    await settled()
    await page.getByRole('button', { name: 'Account of Mia Moreau' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('banner').getByRole('button', { name: 'Sign in' }).waitFor()
    await other.getByRole('button', { name: 'Ada Lindgren' }).waitFor()
    expect(await other.content()).not.toMatch(OF_A_USER)
  })

  test('an admin sees connections and counts on the dashboard', async () => {
    const view = await browser.openAs(people.admin)
    await view.page.goto(stage.app.url)
    await view.settled()
    await view.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Dashboard' }).click()
    await view.page.getByRole('heading', { name: 'Overview' }).waitFor()
    await view.page.getByRole('link', { name: 'Cache', exact: true }).click()
    await view.page.getByRole('rowheader', { name: 'Users', exact: true }).waitFor()
    const states = view.page.locator('#cache').getByText(/(Up|Slow), .*\d+ ms/)
    expect(await states.filter({ visible: true }).count()).toBe(2)
  })

  test('a member is refused the dashboard', async () => {
    const view = await browser.openAs(people.member)
    await view.page.goto(stage.app.url)
    await view.page.getByRole('button', { name: 'Account of Mia Moreau' }).waitFor()
    await view.settled()
    const main = view.page.getByRole('navigation', { name: 'Main' })
    expect(await main.getByRole('link', { name: 'Dashboard' }).count()).toBe(0)
    await view.page.goto(`${stage.app.url}/dashboard`)
    await view.page.getByRole('heading', { name: 'For admins only' }).waitFor()
  })

  test('an expert who saves their profile sees the new name in the same answer, and everybody on the next view', async () => {
    const view = await browser.open()
    await signIn(view, 'Bruno Keller')
    await view.page.goto(`${stage.app.url}/profile`)
    await view.settled()
    await view.page.getByLabel('First name').fill('Brunello')
    await view.page.getByLabel('Setup').selectOption('in_progress')
    await view.page.getByRole('button', { name: 'Save' }).click()
    await view.page.getByText('Saved.').waitFor()
    await view.page.getByRole('main').getByText('Brunello Keller').waitFor()
    expect(await view.page.getByLabel('Setup').inputValue()).toBe('in_progress')
    await view.settled()
    await view.page.goto(`${stage.app.url}/experts`)
    await view.page.getByRole('main').getByText('Brunello Keller').waitFor()
  })

  test('a blank name is marked, what was entered stays, and nothing is saved', async () => {
    const view = await browser.openAs(people.member)
    await view.page.goto(`${stage.app.url}/profile`)
    await view.settled()
    await view.page.getByLabel('First name').fill('   ')
    await view.page.getByLabel('Setup').selectOption('in_progress')
    await view.page.getByRole('button', { name: 'Save' }).click()
    await view.page.getByText('Enter a first name.').waitFor()
    const field = view.page.getByLabel('First name')
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(await field.getAttribute('aria-describedby')).toBe('firstName-error')
    expect(await view.page.getByLabel('Setup').inputValue()).toBe('in_progress')
    expect(stage.standIns.clerk.users().find(({ id }) => id === people.member)?.firstName).toBe('Mia')
  })

  test('a page left alone for 20 s stays quiet, its session fresh', async () => {
    const view = await browser.open()
    await signIn(view, 'Mia Moreau', '/experts')
    await view.page.waitForTimeout(20_000)
    await view.page.reload()
    await view.page.getByRole('button', { name: 'Account of Mia Moreau' }).waitFor()
  })

  test('a session whose token has run out goes on at the next page', async () => {
    const view = await browser.open()
    await signIn(view, 'Mia Moreau')
    await view.page.goto('about:blank')
    await expireSessionToken(view)
    await view.page.goto(`${stage.app.url}/calendar`)
    await view.page.getByRole('main').getByText('Quarterly planning').waitFor()
    expect(view.page.url()).toBe(`${stage.app.url}/calendar`)
  })
})

/** Replaces the session cookie by one that ended long ago, as a tab finds it after a night. */
async function expireSessionToken({ context }: View) {
  const cookies = await context.cookies(stage.app.url)
  for (const cookie of cookies.filter(({ name }) => name.startsWith('__session'))) {
    const [header = '', payload = '', signature = ''] = cookie.value.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const stale = Buffer.from(JSON.stringify({ ...claims, iat: claims.iat - 9_000, exp: claims.exp - 9_000 }))
    await context.addCookies([{ ...cookie, value: `${header}.${stale.toString('base64url')}.${signature}` }])
  }
}
