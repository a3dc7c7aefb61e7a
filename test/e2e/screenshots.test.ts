import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { people } from '../../local/seed'
import { type Stage, startStage } from '../support/app'
import { launchBrowser, openView } from '../support/browser'

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

const pages = [
  { name: 'home', path: '/' },
  { name: 'experts', path: '/experts', shows: 'Amara Okafor' },
  { name: 'expert', path: '/experts/amara-okafor', shows: 'Amara Okafor' },
  { name: 'not-found', path: '/experts/nobody', shows: 'Nothing here' },
  { name: 'calendar', path: '/calendar', as: people.member, shows: 'Quarterly planning' },
  {
    name: 'calendar-reconnect',
    path: '/calendar',
    as: people.needsReconnecting,
    shows: 'Google wants to be connected again',
  },
  { name: 'calendar-scopes', path: '/calendar', as: people.tooFewScopes, shows: 'calendar.readonly' },
  { name: 'profile', path: '/profile', as: people.expert, shows: 'You are shown as' },
  { name: 'dashboard', path: '/dashboard', as: people.admin, shows: 'Nobody chosen' },
  {
    name: 'dashboard-user',
    path: `/dashboard?user=${people.tooFewScopes}`,
    as: people.admin,
    shows: 'Expires in',
  },
] as const

const looks = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 375, colorScheme: 'light' },
  { width: 375, colorScheme: 'dark' },
] as const

describe.each(pages)('the page $name', ({ name, path, ...rest }) => {
  test.each(looks)('fits $width px in $colorScheme and says nothing to the console', async (look) => {
    const view = await openView(browser, look)
    if ('as' in rest) {
      const { cookies } = await stage.standIns.clerk.issueSession(rest.as)
      await view.context.addCookies(
        Object.entries(cookies).map(([key, value]) => ({ name: key, value, url: stage.app.url })),
      )
    }
    await view.page.goto(stage.app.url + path)
    if ('shows' in rest) await view.page.getByRole('main').getByText(rest.shows).first().waitFor()
    await view.settled()
    const overflow = await view.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(overflow, 'pixels wider than the window').toBeLessThanOrEqual(0)
    const folder = process.env.SCREENSHOTS ?? '.next-e2e/screenshots'
    await view.page.screenshot({
      path: `${folder}/${name}-${look.width}-${look.colorScheme}.png`,
      fullPage: name.startsWith('dashboard'),
    })
    await view.context.close()
    expect(view.trouble).toEqual([])
  })
})
