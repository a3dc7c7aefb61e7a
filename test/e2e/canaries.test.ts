import { beforeAll, expect, test } from 'vitest'
import { people } from '../../local/seed'
import { fullOr } from '../support/full'
import { dumpRedis } from '../support/redis-dump'
import { useStage } from '../support/stage'

const stage = useStage({ LOG_LEVEL: 'trace' })

// A sign-in changes the user, and while Redis is down its webhook is refused. Clerk's second retry is after 5 minutes.
beforeAll(() => {
  const { clerk, env, appUrl } = stage.standIns
  clerk.webhooks.target({
    url: `${appUrl}/api/webhooks/clerk`,
    secret: env.CLERK_WEBHOOK_SIGNING_SECRET ?? '',
    retryDelays: Array(1000).fill(1000),
  })
})

const OWN = ['/', '/experts', '/calendar', '/profile', '/account']
const OF_ADMINS = ['/dashboard', '/dashboard/users', '/dashboard/integrations']
const ROUTES = ['/api/calendar/events', '/api/calendar/events?limit=0', '/api/health']

async function asUser(userId: string) {
  const { jwt } = await stage.standIns.clerk.issueSession(userId)
  return (path: string, headers: Record<string, string> = {}) =>
    fetch(stage.app.url + path, { headers: { authorization: `Bearer ${jwt}`, ...headers } })
}

test('no token is in a page, an RSC payload, an answer, an error, a log line, a record or in Redis', async () => {
  const { clerk, google, upstash, env } = stage.standIns
  const texts = new Map<string, string>()
  const keep = async (name: string, response: Response) =>
    texts.set(`${texts.size} ${name}`, `${JSON.stringify([...response.headers])} ${await response.text()}`)

  /** Every page and route, as document and as RSC payload. By default each page as somebody who it is for. */
  async function visit(state: string) {
    for (const userId of [
      ...[people.member, people.expert, people.admin],
      ...fullOr([people.tooFewScopes, people.needsReconnecting], []),
    ]) {
      const get = await asUser(userId)
      const pages = fullOr([...OWN, ...OF_ADMINS], userId === people.admin ? OF_ADMINS : OWN)
      for (const path of [...pages, ...ROUTES]) await keep(`${state} ${path}`, await get(path))
      for (const path of pages) await keep(`${state} RSC ${path}`, await get(`${path}?_rsc=x`, { rsc: '1' }))
    }
    const admin = await asUser(people.admin)
    for (const userId of [people.member, people.expert])
      await keep(`${state} dashboard of ${userId}`, await admin(`/dashboard/users/${userId}`))
    for (const list of ['audit', 'webhooks'])
      await keep(`${state} export`, await admin(`/api/admin/dashboard/export?list=${list}&format=csv`))
    for (const path of ['/api/metrics', '/api/admin/cache/stats']) {
      const headers = { authorization: `Bearer ${env.OPS_TOKEN}` }
      await keep(`${state} ${path}`, await fetch(stage.app.url + path, { headers }))
    }
  }

  clerk.updateUser(people.expert, { privateMetadata: { note: 'canary-private' } })
  await visit('fresh')
  texts.set('Redis, full', await dumpRedis(upstash.url, env.UPSTASH_REDIS_REST_TOKEN ?? ''))
  for (const token of clerk.issuedTokens()) google.revokeToken(token)
  await visit('refused by Google')
  for (const userId of [people.member, people.expert]) clerk.expireToken(userId)
  await visit('expired')
  clerk.revokeAtProvider(people.member)
  clerk.expireToken(people.member)
  await visit('withdrawn')
  clerk.faults.add({ status: 500 })
  await visit('Clerk down')
  clerk.faults.clear()
  upstash.faults.set({ reset: 'before' })
  await visit('Redis down')
  upstash.faults.clear()
  await clerk.webhooks.flush()
  await visit('after')
  texts.set('Redis, at the end', await dumpRedis(upstash.url, env.UPSTASH_REDIS_REST_TOKEN ?? ''))
  texts.set('what the server printed', stage.app.output().join('\n'))

  const canaries = clerk.issuedTokens()
  expect(canaries.length).toBeGreaterThan(3)
  // A token is recognised by any eight bytes of it in base64, so that a cut or wrapped one is found too.
  const found = [...texts].filter(([, text]) =>
    canaries.some((token) => text.includes(token.slice(5, 25)) || text.includes(token.slice(-20))),
  )
  expect(found.map(([name]) => name)).toEqual([])

  // What is cached of a user is not sent with a page: the ID at the provider stands for the fields that no page shows.
  const user = await fetch(`${clerk.url}/v1/users/${people.expert}`, {
    headers: { authorization: `Bearer ${env.CLERK_SECRET_KEY}` },
  })
  const [account] = Object(await user.json()).external_accounts
  const holding = (canary: string) =>
    [...texts].flatMap(([name, text]) => (text.includes(canary) ? [name] : []))
  expect(holding(String(account.provider_user_id)).filter((name) => !name.startsWith('Redis'))).toEqual([])
  expect(holding(String(account.provider_user_id))).toContain('Redis, full')
  expect(holding('canary-private')).toEqual([])

  // The search can find one: it is in the one answer that is meant to carry it, and Redis holds it sealed.
  const get = await asUser(people.expert)
  // Until the breakers of the outages before have closed.
  const isInAnswer = async () => {
    const answer = await (await get('/api/calendar/token')).text()
    return clerk.issuedTokens().some((token) => answer.includes(token))
  }
  await expect.poll(isInAnswer, { interval: 500 }).toBe(true)
  expect(texts.get('Redis, full')).toMatch(/\|v1\.local\./)
  // The trail and the metrics had their part.
  expect(texts.get('Redis, at the end')).toContain('token.refresh')
  expect(
    [...texts].some(([name, text]) => name.endsWith('/api/metrics') && text.includes('clerk_cache_')),
  ).toBe(true)
})
