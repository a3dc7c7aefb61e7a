import { describe, expect, test } from 'vitest'
import { people } from '../../local/seed'
import { axeFindings } from '../support/dashboard'
import { looks } from '../support/full'
import { type Look, useBrowser, useStage } from '../support/stage'

const stage = useStage()
const browser = useBrowser(stage)

describe.each(looks)('the home page at $width px, $colorScheme', (look) => {
  test('shows a visitor what this server has answered, and axe has nothing to say', async () => {
    const view = await browser.open(look)
    await view.page.goto(stage.app.url)
    // While a page streams in, what has come waits hidden beside it.
    await view.page.getByText('Reads answered by the cache').filter({ visible: true }).waitFor()
    await view.settled()
    expect(await view.page.getByText('Your connections').count()).toBe(0)
    expect(await axeFindings(view.page)).toEqual([])
  })

  test('shows who is signed in their own connections, and axe has nothing to say', async () => {
    const view = await browser.openAs(people.tooFewScopes, look)
    await view.page.goto(stage.app.url)
    const google = view.page.locator('[data-provider="google"]').filter({ visible: true })
    await google.waitFor()
    expect(await google.innerText()).toContain('A permission is missing')
    await view.settled()
    expect(await axeFindings(view.page)).toEqual([])
  })

  test('leads to every provider with its state, and axe has nothing to say there', async () => {
    const view = await browser.openAs(people.severalProviders, look)
    await view.page.goto(stage.app.url)
    await view.page.getByRole('link', { name: 'All providers' }).click()
    const rows = view.page.locator('[data-provider]').filter({ visible: true })
    await expect.poll(() => rows.count()).toBe(7)
    const states = (await rows.allInnerTexts()).map((row) => row.split(/\n+/).slice(0, 2).join(': '))
    expect(states).toEqual([
      expect.stringMatching(/^Google lena@example.com: . Connected/),
      expect.stringMatching(/^GitHub lena@example.com: . Connected/),
      expect.stringMatching(/^Microsoft: . Not connected/),
      expect.stringMatching(/^Slack lena@example.com: . A permission is missing/),
      ...['Linear', 'Notion', 'HubSpot'].map((name) => expect.stringMatching(`^${name}: . Not connected`)),
    ])
    expect(await view.page.evaluate('document.documentElement.scrollWidth')).toBe(look.width)
    await view.settled()
    expect(await axeFindings(view.page)).toEqual([])
  })
})

describe.each([
  ['github', 'GitHub', 'read:user'],
  ['slack', 'Slack', 'channels:read'],
])('%s', (provider, name, scope) => {
  test('is connected, granted what was missing, refused, reconnected and disconnected on the account page', async () => {
    const { clerk } = stage.standIns
    const { id } = clerk.createUser({ emails: [`${provider}@example.com`], firstName: 'Connie' })
    const { page, settled } = await browser.openAs(id)
    const row = page.locator(`[data-provider="${provider}"]`).filter({ visible: true })
    const press = (button: string) => row.getByRole('button', { name: button, exact: true }).click()
    const see = (text: string) => row.getByText(text).waitFor()
    const accountPage = async () => {
      await page.goto(`${stage.app.url}/account`)
      await row.waitFor()
      // A page that is left while it prefetches has failed requests.
      await settled()
    }
    /** Does something on Clerk's account page, which the button on ours leads to. */
    const atClerk = async (form: string, button: string, grant: boolean) => {
      await page.waitForURL(/\/user/)
      const card = page.getByRole('form', { name: form, exact: true })
      const box = card.getByRole('checkbox', { name: scope })
      if (await box.count()) await box.setChecked(grant)
      await card.getByRole('button', { name: button, exact: true }).click()
      await page.getByRole('heading', { name: 'Connected accounts' }).waitFor()
      await clerk.webhooks.flush()
      await accountPage()
    }
    const connected = `${name} ${provider}@example.com`

    await accountPage()
    await see('Not connected')
    await press(`Connect ${name}`)
    await atClerk(`Connect ${name}`, `Connect ${name}`, false)
    await see('A permission is missing')
    await see(scope)
    await press(`Connect ${name} again`)
    await atClerk(connected, 'Reconnect', true)
    await see('Connected')
    await press(`Check ${name}`)
    await see(`${name} accepts the connection.`)

    clerk.revokeAtProvider(id)
    await press(`Check ${name}`)
    await see('Needs to be reconnected')
    await settled()
    await press(`Reconnect ${name}`)
    await atClerk(connected, 'Reconnect', true)
    await see('Connected')
    await press(`Check ${name}`)
    await see(`${name} accepts the connection.`)

    await settled()
    await page.getByRole('button', { name: 'Open your account page' }).click()
    await atClerk(connected, 'Disconnect', true)
    await see('Not connected')
  })
})

test('a connection that was mended on the account page is mended on the home page', async () => {
  const view = await browser.openAs(people.needsReconnecting)
  await view.page.goto(stage.app.url)
  const google = view.page.locator('[data-provider="google"]').filter({ visible: true })
  await google.getByText('Needs to be reconnected').waitFor()
  await view.settled()
  await google.getByRole('button', { name: 'Reconnect Google' }).click()
  await view.page.waitForURL(/\/user/)
  stage.standIns.clerk.connect(people.needsReconnecting, {
    email: 'ruth@example.com',
    scopes: ['https://www.googleapis.com/auth/calendar.readonly'],
  })
  await stage.standIns.clerk.webhooks.flush()
  await view.page.goto(stage.app.url)
  await google.getByText('Connected', { exact: false }).waitFor()
  await google.getByRole('button', { name: 'Check Google' }).click()
  await google.getByText('Google accepts the connection.').waitFor()
})

test.each([320, 375])('no page is wider than a screen of %i px, however long the names', async (width) => {
  const { clerk } = stage.standIns
  const username = `u${'n'.repeat(60)}`
  const { id } = clerk.createUser({
    emails: [`long${width}@example.com`],
    username: `${username}${width}`,
    firstName: 'W'.repeat(60),
    lastName: 'ש'.repeat(60),
    publicMetadata: { role: 'expert', headline: 'W'.repeat(80), specialties: ['W'.repeat(60)] },
  })
  await clerk.webhooks.flush()
  const look: Look = { width, colorScheme: 'light' }
  const paths = ['/', '/experts', `/experts/${username}${width}`]
  const visits = [
    { view: await browser.open(look), paths },
    { view: await browser.openAs(id, look), paths: [...paths, '/profile'] },
  ]
  for (const { view, paths } of visits) {
    const widthOf = () => view.page.evaluate('document.documentElement.scrollWidth')
    for (const path of paths) {
      await view.page.goto(stage.app.url + path)
      expect(await widthOf(), `${path} as it arrives`).toBe(width)
      await view.settled()
      expect(await widthOf(), path).toBe(width)
    }
  }
})
