import { describe, expect, test } from 'vitest'
import { people } from '../../local/seed'
import { useStage } from '../support/stage'

/** Not what the app was built with: the setting counts when it starts. */
const ORIGIN = 'https://app.example.com'
const stage = useStage({ APP_ORIGINS: `https://www.example.com, ${ORIGIN}` })

async function statusAs(origin: string, path: string): Promise<number> {
  const { jwt } = await stage.standIns.clerk.issueSession(people.admin, { origin })
  await stage.standIns.clerk.webhooks.flush()
  const headers = { authorization: `Bearer ${jwt}` }
  return (await fetch(stage.app.url + path, { headers, redirect: 'manual' })).status
}

const STATS = '/api/admin/cache/stats'

describe('a session token', () => {
  test.each(['https://www.example.com', ORIGIN])(
    'that names an origin of APP_ORIGINS is accepted: %s',
    async (origin) => {
      expect(await statusAs(origin, STATS)).toBe(200)
    },
  )

  test.each([
    ['of the address that the app listens on', () => stage.app.url],
    ['with another port', () => `${ORIGIN}:8443`],
    ['of a subdomain', () => 'https://evil.app.example.com'],
    ['that only begins like one', () => `${ORIGIN}.evil.example`],
    ['over http', () => 'http://app.example.com'],
    ['that is empty', () => ''],
  ])('that names an origin %s is refused', async (_, origin) => {
    expect(await statusAs(origin(), STATS)).toBe(401)
  })
})
