import { describe, expect, test } from 'vitest'
import { people } from '../../local/seed'
import { fullOr, looks } from '../support/full'
import { overflowOf } from '../support/pictures'
import { useBrowser, useStage } from '../support/stage'

const stage = useStage()
const browser = useBrowser(stage)

const pages = [
  { name: 'home', path: '/', shows: 'Reads served from the cache' },
  {
    name: 'home-signed-in',
    path: '/',
    as: people.needsReconnecting,
    shows: 'Needs to be reconnected',
  },
  { name: 'experts', path: '/experts', shows: 'Amara Okafor' },
  { name: 'expert', path: '/experts/amara-okafor', shows: 'Amara Okafor' },
  { name: 'not-found', path: '/experts/nobody', shows: 'Expert not found' },
  { name: 'calendar', path: '/calendar', as: people.member, shows: 'Quarterly planning' },
  {
    name: 'calendar-reconnect',
    path: '/calendar',
    as: people.needsReconnecting,
    shows: 'Google needs to be reconnected',
  },
  { name: 'calendar-scopes', path: '/calendar', as: people.tooFewScopes, shows: 'calendar.readonly' },
  { name: 'organizations', path: '/organizations', as: people.member, shows: 'The Expert Guild' },
  { name: 'organization', path: '/organizations/northwind', as: people.member, shows: 'Noah Baker' },
  { name: 'profile', path: '/profile', as: people.expert, shows: 'Your name is shown as' },
] as const

/** What `home.test.ts` does not open at 320 px. */
const others = pages.filter(({ name }) => /^(calendar|profile)/.test(name))

describe.each(fullOr([...pages], others))('the page $name', ({ path, ...rest }) => {
  test.each(fullOr(looks, looks.slice(-1)))(
    'fits $width px in $colorScheme and says nothing to the console',
    async (look) => {
      const view = 'as' in rest ? await browser.openAs(rest.as, look) : await browser.open(look)
      await view.page.goto(stage.app.url + path)
      if ('shows' in rest) await view.page.getByRole('main').getByText(rest.shows).first().waitFor()
      await view.settled()
      expect(await overflowOf(view.page), 'pixels wider than the window').toBeLessThanOrEqual(0)
    },
  )
})
