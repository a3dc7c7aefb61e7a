import { beforeAll, describe, expect, test } from 'vitest'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisClient } from '@/lib/lookup/redis/client'
import { createCountsSink, minuteOf } from '@/lib/telemetry/fleet-counts'
import { people } from '../../local/seed'
import { fullOr, looks } from '../support/full'
import { useBrowser, useStage } from '../support/stage'

const stage = useStage()
const browser = useBrowser(stage)

beforeAll(countAnHour)

/** An hour as a fleet might have counted it: a deployment that emptied the cache, a quiet spell, and usernames at times. */
async function countAnHour() {
  const { url, token } = stage.standIns.upstash
  const redis = createRedisClient({ url, token, state: createProcessState() })
  const sink = createCountsSink({ redis, namespace: 'ck', writer: 'an-hour' })
  const now = minuteOf(Date.now())
  const batch = Array.from({ length: 59 }, (_, i) => {
    const warm = i < 20 ? 0.93 : Math.min(0.97, 0.3 + (i - 20) / 12)
    const reads = i > 40 && i < 46 ? 0 : 400 + 60 * Math.round(3 * Math.sin(i / 5))
    const of = (lookup: string, all: number, rate: number) => ({
      [`lookups_total lookup=${lookup}&layer=redis`]: Math.round(all * rate),
      [`lookups_total lookup=${lookup}&layer=none`]: all - Math.round(all * rate),
    })
    const fields = {
      ...of('user', reads, warm),
      ...of('token', Math.round(reads / 4), Math.min(1, warm + 0.02)),
      ...(i % 7 < 4 && of('username', Math.round(reads / 9), warm - 0.1)),
    }
    const minute = now - 59 + i
    return { id: `hour-${i}`, seq: i + 1, at: minute * 60_000, record: { minute, fields } }
  })
  await sink(batch)
}

const pages = [
  { name: 'home', path: '/', shows: 'Reads answered by the cache' },
  {
    name: 'home-signed-in',
    path: '/',
    as: people.needsReconnecting,
    shows: 'Needs to be reconnected',
  },
  { name: 'experts', path: '/experts', shows: 'Amara Okafor' },
  { name: 'expert', path: '/experts/amara-okafor', shows: 'Amara Okafor' },
  { name: 'not-found', path: '/experts/nobody', shows: 'Page not found' },
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
  { name: 'dashboard', path: '/dashboard', as: people.admin, shows: 'Clerk requests avoided' },
  {
    name: 'dashboard-user',
    path: `/dashboard/users/${people.tooFewScopes}`,
    as: people.admin,
    shows: 'Expires in',
    // The page shows what was cached before it was opened.
    opensTwice: true,
  },
  { name: 'dashboard-cache', path: '/dashboard/cache', as: people.admin, shows: 'Hit rate as a table' },
  {
    name: 'dashboard-webhooks',
    path: '/dashboard/webhooks',
    as: people.admin,
    shows: 'Deliveries as a table',
  },
] as const

/** Where `npm run screenshots` puts them. */
const folder = process.env.SCREENSHOTS
// Other tests open the other pages, most of them at 320 px.
describe.each(fullOr([...pages], pages.slice(-7)))('the page $name', ({ name, path, ...rest }) => {
  test.each(fullOr(looks, looks.slice(-1)))(
    'fits $width px in $colorScheme and says nothing to the console',
    async (look) => {
      const view = 'as' in rest ? await browser.openAs(rest.as, look) : await browser.open(look)
      if ('opensTwice' in rest) {
        await view.page.goto(stage.app.url + path)
        await view.page.getByRole('heading', { name: 'Audit records' }).waitFor()
        await view.settled()
      }
      await view.page.goto(stage.app.url + path)
      if ('shows' in rest) await view.page.getByRole('main').getByText(rest.shows).first().waitFor()
      await view.settled()
      const overflow = await view.page.evaluate(
        () => document.documentElement.scrollWidth - window.innerWidth,
      )
      expect(overflow, 'pixels wider than the window').toBeLessThanOrEqual(0)
      await view.page.screenshot({
        path: `${folder ?? '.next-e2e/screenshots'}/${name}-${look.width}-${look.colorScheme}.png`,
        fullPage: name.startsWith('dashboard'),
      })
    },
  )
})
