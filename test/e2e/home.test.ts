import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { people } from '../../local/seed'
import { type Stage, startStage } from '../support/app'
import { launchBrowser, openView } from '../support/browser'
import { axeFindings, type Look, openAs } from '../support/dashboard'

let stage: Stage
let browser: Browser

beforeAll(async () => {
  stage = await startStage()
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await stage?.close()
})

const looks: Look[] = [
  { width: 375, colorScheme: 'light' },
  { width: 375, colorScheme: 'dark' },
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
]

describe.each(looks)('the home page at $width px, $colorScheme', (look) => {
  test('shows a visitor what this server has answered, and axe has nothing to say', async () => {
    const view = await openView(browser, look)
    await view.page.goto(stage.app.url)
    // While a page streams in, what has come waits hidden beside it.
    await view.page.getByText('Reads answered by the cache').filter({ visible: true }).waitFor()
    await view.settled()
    expect(await view.page.getByText('Your connections').count()).toBe(0)
    expect(await axeFindings(view.page)).toEqual([])
    expect(view.trouble).toEqual([])
    await view.context.close()
  })

  test('shows who is signed in their own connections, and axe has nothing to say', async () => {
    const view = await openAs(browser, stage, people.tooFewScopes, look)
    await view.page.goto(stage.app.url)
    const google = view.page.locator('[data-provider="google"]').filter({ visible: true })
    await google.waitFor()
    expect(await google.innerText()).toContain('A permission is missing')
    await view.settled()
    expect(await axeFindings(view.page)).toEqual([])
    expect(view.trouble).toEqual([])
    await view.context.close()
  })
})

test('a connection that was mended on the account page is mended on the home page', async () => {
  const view = await openAs(browser, stage, people.needsReconnecting)
  await view.page.goto(stage.app.url)
  const google = view.page.locator('[data-provider="google"]').filter({ visible: true })
  await google.getByText('Needs to be reconnected').waitFor()
  await view.settled()
  await google.getByRole('button', { name: 'Open your account page' }).click()
  await view.page.waitForURL(/\/user/)
  stage.standIns.clerk.connect(people.needsReconnecting, {
    email: 'ruth@example.com',
    scopes: ['https://www.googleapis.com/auth/calendar.readonly'],
  })
  await stage.standIns.clerk.webhooks.flush()
  await view.page.goto(stage.app.url)
  await google.getByText('Connected', { exact: false }).waitFor()
  expect(await google.innerText()).toContain('Manage')
  await view.context.close()
})
