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
})

test('a connection that has to be reconnected is, by one button and Google’s consent', async () => {
  const view = await browser.openAs(people.needsReconnecting)
  await view.page.goto(stage.app.url)
  const google = view.page.locator('[data-provider="google"]').filter({ visible: true })
  await google.getByText('Needs to be reconnected').waitFor()
  await view.settled()
  await google.getByRole('button', { name: 'Reconnect Google' }).click()
  await view.page.getByText('ruth@example.com').waitFor()
  await view.page.getByRole('button', { name: 'Allow' }).click()
  await google.getByText('Connected', { exact: false }).waitFor()
  expect(view.page.url()).toBe(`${stage.app.url}/`)
  expect(await google.innerText()).toContain('Manage')
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
