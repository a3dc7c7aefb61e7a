import { once } from 'node:events'
import { connect } from 'node:net'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { people } from '../../local/seed'
import { eventOf, type Signing, signatureOf } from '../support/signed-webhook'
import { useStage } from '../support/stage'

const stage = useStage()
let url: string
let secret: string

beforeAll(() => {
  url = `${stage.app.url}/api/webhooks/clerk`
  secret = stage.standIns.env.CLERK_WEBHOOK_SIGNING_SECRET ?? ''
})

beforeEach(() => {
  stage.standIns.upstash.faults.clear()
  stage.standIns.upstash.resetCounts()
})

const event = eventOf('user.updated', { id: people.expert })
const other = `whsec_${btoa('somebody else entirely')}`
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
/** What a webhook that is handled sends. Telemetry sends other commands whenever it wants. */
const invalidations = () => stage.standIns.upstash.counts().byCommand.unlink ?? 0

const send = (body: string, signing: Partial<Signing> = {}) =>
  post(body, signatureOf(body, { secret, ...signing }))
const post = (body: string, headers: Record<string, string>) => fetch(url, { method: 'POST', body, headers })
const codeOf = async (response: Response) => [response.status, (await response.json()).error?.code]

/** A connection over which the headers of a webhook were sent, and no body yet. */
async function sendHeaders(headers: Record<string, string>) {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  const lines = Object.entries({ host: 'localhost', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  socket.write(`POST /api/webhooks/clerk HTTP/1.1\r\n${lines.join('')}\r\n`)
  return socket
}

describe('a webhook that is not Clerk’s is refused and has no effect:', () => {
  test.each<[string, Partial<Signing>]>([
    ['another secret', { secret: other }],
    ['other whitespace', { signed: event.replace('{', '{ ') }],
    ['six minutes ago', { at: minutesAgo(6) }],
    ['six minutes ahead', { at: minutesAgo(-6) }],
  ])('%s', async (_, signing) => {
    expect(await codeOf(await send(event, signing))).toEqual([400, 'bad_signature'])
    expect(invalidations()).toBe(0)
  })

  test.each(['svix-id', 'svix-timestamp', 'svix-signature'] as const)('no %s', async (header) => {
    const headers: Record<string, string> = signatureOf(event, { secret })
    delete headers[header]
    expect(await codeOf(await post(event, headers))).toEqual([400, 'bad_signature'])
    expect(invalidations()).toBe(0)
  })

  test('no body', async () => {
    expect(await codeOf(await fetch(url, { method: 'POST' }))).toEqual([400, 'bad_signature'])
    expect(invalidations()).toBe(0)
  })

  test('2 MB, however well signed', async () => {
    const body = eventOf('user.updated', { id: people.expert, more: 'x'.repeat(2 * 1024 * 1024) })
    expect(await codeOf(await send(body))).toEqual([413, 'too_large'])
    expect(invalidations()).toBe(0)
  })

  test.each<[string, Record<string, string>, RegExp]>([
    ['without signature headers is refused at once', {}, /^HTTP\/1\.1 400 /],
    [
      'from yesterday is refused at once',
      signatureOf('', { secret: other, at: minutesAgo(24 * 60) }),
      /^HTTP\/1\.1 400 /,
    ],
    ['that is recent has 10 s', signatureOf('', { secret: other }), /^HTTP\/1\.1 408 /],
  ])('a body that does not arrive %s, and the connection is closed', async (_, headers, answer) => {
    const socket = await sendHeaders({ ...headers, 'content-length': '1000000' })
    socket.write('{')
    const parts: Buffer[] = []
    for await (const part of socket) parts.push(part)
    expect(Buffer.concat(parts).toString()).toMatch(answer)
    expect(invalidations()).toBe(0)
  })

  test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('%s', async (method) => {
    expect((await fetch(url, { method })).status).toBe(405)
    expect(invalidations()).toBe(0)
  })
})

describe('a webhook that is signed well', () => {
  test.each(['', 'not json', '[]', '{}'])('and is not an event is refused: %j', async (body) => {
    expect(await codeOf(await send(body))).toEqual([400, 'bad_payload'])
    expect(stage.standIns.upstash.counts().byCommand).not.toHaveProperty('unlink')
  })

  test.each([4, -4])('%i minutes ago is accepted', async (minutes) => {
    expect((await send(event, { at: minutesAgo(minutes), id: `msg_${minutes}` })).status).toBe(200)
  })

  test('by one of two signatures is accepted', async () => {
    const [bad, good] = [other, secret].map((by) => signatureOf(event, { secret: by })['svix-signature'])
    const headers = { ...signatureOf(event, { secret }), 'svix-signature': `${bad} ${good}` }
    expect((await post(event, headers)).status).toBe(200)
  })

  test('and sent byte by byte is accepted', async () => {
    const body = eventOf('user.updated', { id: people.expert, first_name: 'Zoë' })
    const bytes = Buffer.from(body)
    const headers = { connection: 'close', ...signatureOf(body, { secret }) }
    const socket = await sendHeaders({ ...headers, 'content-length': String(bytes.length) })
    for (const byte of bytes) await new Promise((sent) => socket.write(Buffer.of(byte), sent))
    const [answer] = await once(socket, 'data')
    socket.destroy()
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('and of a type without a handler is accepted', async () => {
    expect((await send(eventOf('sms.created', {}))).status).toBe(200)
  })
})

describe('the whole chain', () => {
  const bearer = async (userId: string) => {
    const { jwt, sessionId } = await stage.standIns.clerk.issueSession(userId)
    await stage.standIns.clerk.webhooks.flush()
    const get = (path: string) => fetch(stage.app.url + path, { headers: { authorization: `Bearer ${jwt}` } })
    return { get, sessionId }
  }

  test('a change made while Redis is dead is answered 503, and is on the page once Redis is back and Clerk has repeated it', async () => {
    const { clerk, engine } = stage.standIns
    const page = async () => (await fetch(`${stage.app.url}/experts/amara-okafor`)).text()
    expect(await page()).toContain('Amara Okafor')
    await engine.kill()
    clerk.updateUser(people.expert, { firstName: 'Amarachi' })
    const attempts = () => clerk.webhooks.log().at(-1)?.attempts ?? []
    await expect.poll(attempts).toEqual([503])
    await engine.restart()
    clerk.webhooks.retryNow()
    await clerk.webhooks.flush()
    expect(attempts()).toEqual([503, 200])
    await expect.poll(page).toContain('Amarachi Okafor')
    // While the breaker of the app is open, pages come from Clerk and tokens are refused.
    const { get } = await bearer(people.member)
    await expect.poll(async () => (await get('/api/calendar/token')).status).toBe(200)
    clerk.updateUser(people.expert, { firstName: 'Amara' })
    await clerk.webhooks.flush()
  })

  test('a session that Clerk has revoked is refused at once, its token good for a minute or not; another goes on', async () => {
    const [one, two] = [await bearer(people.member), await bearer(people.member)]
    expect(await (await one.get('/profile')).text()).toContain('Mia Moreau')
    stage.standIns.clerk.endSession(one.sessionId, 'revoked')
    await stage.standIns.clerk.webhooks.flush()
    const refused = await (await one.get('/profile')).text()
    expect(refused).not.toContain('Mia Moreau')
    expect(refused).toContain('/sign-in?redirect_url=')
    expect(await codeOf(await one.get('/api/calendar/token'))).toEqual([401, 'unauthenticated'])
    expect(await (await two.get('/profile')).text()).toContain('Mia Moreau')
  })

  test('a deleted user is refused at once, and an update that comes late changes nothing', async () => {
    const { clerk } = stage.standIns
    const { id } = clerk.createUser({ emails: ['short@example.com'], firstName: 'Shorty', lastName: 'Lived' })
    const { get } = await bearer(id)
    expect(await (await get('/profile')).text()).toContain('Shorty Lived')
    const late = eventOf('user.updated', { id, first_name: 'Shorty' })
    clerk.deleteUser(id)
    await clerk.webhooks.flush()
    expect((await send(late, { id: 'msg_late' })).status).toBe(200)
    expect(await (await get('/profile')).text()).not.toContain('Shorty Lived')
    expect(await codeOf(await get('/api/calendar/token'))).toEqual([401, 'unauthenticated'])
  })

  test('while Redis is dead pages let a signed-in user in, and tokens are refused', async () => {
    const { get } = await bearer(people.member)
    stage.standIns.upstash.faults.set({ reset: 'before' })
    expect(await (await get('/profile')).text()).toContain('Mia Moreau')
    expect(await codeOf(await get('/api/calendar/token'))).toEqual([503, 'unavailable'])
  })

  test('a change at Clerk is on the first view after its webhook was answered, twenty times in a row', async () => {
    const { clerk } = stage.standIns
    const page = async () => (await fetch(`${stage.app.url}/experts/amara-okafor`)).text()
    const times: number[] = []
    for (let round = 0; round < 20; round++) {
      const name = `Amara${String.fromCharCode(97 + round)}`
      await page()
      const changedAt = performance.now()
      clerk.updateUser(people.expert, { firstName: name })
      await clerk.webhooks.flush()
      expect(await page()).toContain(`${name} Okafor`)
      times.push(performance.now() - changedAt)
    }
    clerk.updateUser(people.expert, { firstName: 'Amara' })
    await clerk.webhooks.flush()
    const sorted = times.map(Math.round).sort((one, next) => one - next)
    process.stdout.write(
      `Change to fresh page, 20 times: ${sorted[9]} ms median, ${sorted.at(-1)} ms at most\n`,
    )
  })

  test('nothing is printed that Next would not print', () => {
    expect(stage.app.output()).toEqual([])
  })
})

test('without CLERK_WEBHOOK_SIGNING_SECRET the answer is not_configured', async () => {
  await stage.restart({ CLERK_WEBHOOK_SIGNING_SECRET: undefined })
  expect(await codeOf(await send(event))).toEqual([500, 'not_configured'])
})
