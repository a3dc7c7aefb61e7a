import type { Request } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisClient } from '@/lib/lookup/redis/client'
import { readAudit } from '@/lib/telemetry/read-audit'
import { people } from '../../local/seed'
import type { View } from '../support/browser'
import { openDashboard, panelOf } from '../support/dashboard'
import { useBrowser, useStage } from '../support/stage'

const stage = useStage()
// Next prints an error for an action from another origin.
const browser = useBrowser(stage, { output: true })

const CALENDAR = 'https://www.googleapis.com/auth/calendar.readonly'
const REFUSED = 'Refused. Only admins can do this'

/** The request that a button of the dashboard sends, as it can be sent again by anybody. */
async function requestOf(press: (view: View) => Promise<unknown>, path: string) {
  const view = await browser.openAs()
  await openDashboard(view, stage, path)
  const sent: Promise<Request> = view.page.waitForRequest((request) => 'next-action' in request.headers())
  await press(view)
  const request = await sent
  const action = request.headers()['next-action'] ?? ''
  const type = request.headers()['content-type'] ?? ''
  const body = request.postDataBuffer()?.toString() ?? ''
  await view.settled()
  await view.context.close()
  return { url: request.url(), action, type, body }
}

const pressButton = (name: string) => (view: View) => view.page.getByRole('button', { name }).first().click()

async function cookiesOf(user: string): Promise<string> {
  const { cookies } = await stage.standIns.clerk.issueSession(user)
  await stage.standIns.clerk.webhooks.flush()
  return Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
}

type Sent = Awaited<ReturnType<typeof requestOf>>

const send = ({ url, action, type, body }: Sent, headers: Record<string, string>) =>
  fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'next-action': action, 'content-type': type, accept: 'text/x-component', ...headers },
    body,
  })

async function connectedUser() {
  const { clerk } = stage.standIns
  const { id } = clerk.createUser({ emails: [`a${clerk.users().length}@example.com`] })
  clerk.connect(id, { email: 'a@example.com', scopes: [CALENDAR] })
  await clerk.webhooks.flush()
  return id
}

describe('an action of the dashboard, sent by somebody else', () => {
  let id: string
  let invalidation: Sent

  beforeAll(async () => {
    id = await connectedUser()
    invalidation = await requestOf(pressButton('Invalidate'), `/users/${id}`)
  })

  test.each([
    ['Refresh', people.member],
    ['Invalidate', people.expert],
    ['Warm', people.neverConnected],
  ])('%s is refused to a member who is not an admin', async (name, as) => {
    const request = name === 'Invalidate' ? invalidation : await requestOf(pressButton(name), `/users/${id}`)
    const answer = await send(request, { cookie: await cookiesOf(as), origin: stage.app.url })
    expect(await answer.text()).toContain(REFUSED)
  })

  test('a forged form is refused in the same words', async () => {
    const forged = { ...invalidation, body: invalidation.body.replaceAll(id, 'user_1:*') }
    const answer = await send(forged, { cookie: await cookiesOf(people.admin), origin: stage.app.url })
    expect(await answer.text()).toContain(REFUSED)
  })

  test('a signed-out caller is refused', async () => {
    const answer = await send(invalidation, { origin: stage.app.url })
    // The middleware sends them to the sign-in page before the action runs.
    expect(answer.status).toBe(307)
  })

  test('at an address that everybody may open it is for admins as well', async () => {
    const elsewhere = { ...invalidation, url: `${stage.app.url}/experts` }
    const invalidations = () => stage.standIns.upstash.counts().byCommand.unlink ?? 0
    const member = await cookiesOf(people.member)
    const admin = await cookiesOf(people.admin)
    const before = invalidations()
    for (const cookie of ['', member]) {
      const answer = await send(elsewhere, { cookie, origin: stage.app.url })
      expect(await answer.text()).not.toContain('Invalidated')
    }
    expect(invalidations()).toBe(before)
    // The same request, of somebody who may.
    expect(await (await send(invalidation, { cookie: admin, origin: stage.app.url })).text()).toContain(
      'Invalidated',
    )
    expect(invalidations()).toBeGreaterThan(before)
  })

  test('from another origin it has no effect', async () => {
    const cookie = await cookiesOf(people.admin)
    const before = stage.standIns.upstash.counts().byCommand.unlink ?? 0
    const answer = await send(invalidation, { cookie, origin: 'https://elsewhere.example' })
    expect(answer.status).toBe(500)
    expect(stage.standIns.upstash.counts().byCommand.unlink ?? 0).toBe(before)
  })

  test('the refusal of a member is in the trail that an admin reads', async () => {
    const view = await browser.openAs()
    await openDashboard(view, stage, `/audit?user=${people.member}`)
    await panelOf(view)('audit').getByRole('listitem').getByText('forbidden').first().waitFor()
  })
})

describe('an admin who opens the page of a person', () => {
  const viewsOf = async (user: string) => {
    const { url, token } = stage.standIns.upstash
    const redis = createRedisClient({ url, token, state: createProcessState() })
    const { records } = await readAudit({ redis, key: 'ck:audit' }, { user })
    return records.filter(({ action }) => action === 'dashboard.view')
  }

  test('is one record, however many panels show the person, however often they are updated and reloaded', async () => {
    const id = await connectedUser()
    const view = await browser.openAs()
    await openDashboard(view, stage, `/users/${id}`)
    await expect.poll(() => viewsOf(id)).toMatchObject([{ actor: people.admin, subject: id, outcome: 'ok' }])
    const another = await connectedUser()
    await openDashboard(view, stage, `/users/${id}`)
    await openDashboard(view, stage, `/users/${another}`)
    await expect.poll(() => viewsOf(another)).toHaveLength(1)
    expect(await viewsOf(id)).toHaveLength(1)
  })

  test('is shown nobody by a name or an address, and nothing repeats it', async () => {
    const view = await browser.openAs()
    await openDashboard(view, stage, '/users/mia@example.com')
    await view.page.getByRole('heading', { name: 'User not found' }).waitFor()
    expect(await view.page.getByRole('main').innerHTML()).not.toContain('mia@example.com')
    await openDashboard(view, stage, '/audit?user=mia@example.com')
    expect(await panelOf(view)('audit').innerHTML()).not.toContain('mia@example.com')
  })
})

describe('an export', () => {
  const ask = async (headers: Record<string, string>, query = 'list=audit&format=ndjson') =>
    fetch(`${stage.app.url}/api/admin/dashboard/export?${query}`, { headers, redirect: 'manual' })

  test('is for admins, and not for the pages of others', async () => {
    const [member, admin] = [await cookiesOf(people.member), await cookiesOf(people.admin)]
    expect((await ask({})).status).toBe(401)
    expect((await ask({ cookie: member })).status).toBe(403)
    expect((await ask({ cookie: admin, 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await ask({ cookie: admin }, 'list=users&format=csv')).status).toBe(400)
    const answer = await ask({ cookie: admin })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(await answer.text()).not.toMatch(/@|ya29|sk_|eyJ/)
  })
})

/** The snapshots that come over a stream of events, one after another. */
async function* snapshotsOf(body: ReadableStream<Uint8Array> | null) {
  const decoder = new TextDecoder()
  const reader = body?.getReader()
  let text = ''
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    text += decoder.decode(part.value, { stream: true })
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) if (event.startsWith('data: ')) yield event
  }
  throw new Error('The stream of events ended')
}

describe('the feed of the dashboard', () => {
  const ask = async (headers: Record<string, string>) => {
    const answer = await fetch(`${stage.app.url}/api/admin/dashboard`, { headers, redirect: 'manual' })
    return [answer.status, (await answer.json()).error?.code]
  }

  test('is for admins', async () => {
    expect(await ask({ cookie: await cookiesOf(people.member) })).toEqual([403, 'forbidden'])
    expect(await ask({})).toEqual([401, 'unauthenticated'])
    expect(await ask({ cookie: await cookiesOf(people.admin) })).toEqual([200, undefined])
  })

  test('is not for the pages of others', async () => {
    const headers = { cookie: await cookiesOf(people.admin), 'sec-fetch-site': 'cross-site' }
    expect(await ask(headers)).toEqual([403, 'cross_origin'])
  })

  test('holds no token and no address', async () => {
    const id = await connectedUser()
    await requestOf(pressButton('Refresh'), `/users/${id}`)
    const answer = await fetch(`${stage.app.url}/api/admin/dashboard`, {
      headers: { cookie: await cookiesOf(people.admin) },
    })
    const text = await answer.text()
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(text).not.toMatch(/@|ya29|sk_|eyJ/)
  })

  /** An admin of their own who listens, and the snapshots that they get. */
  async function listeningAdmin() {
    const { clerk } = stage.standIns
    const { id } = clerk.createUser({
      ...{ emails: [`l${clerk.users().length}@example.com`], publicMetadata: { role: 'admin' } },
    })
    const { jwt, sessionId } = await clerk.issueSession(id)
    await clerk.webhooks.flush()
    const headers = { authorization: `Bearer ${jwt}`, accept: 'text/event-stream' }
    const response = await fetch(`${stage.app.url}/api/admin/dashboard`, { headers })
    expect(response.status).toBe(200)
    return { id, sessionId, headers, snapshots: snapshotsOf(response.body) }
  }

  test.each<[string, (reader: { id: string; sessionId: string }) => void, number]>([
    ['whose session is revoked', (r) => stage.standIns.clerk.endSession(r.sessionId, 'revoked'), 401],
    [
      'who loses the role',
      (r) => stage.standIns.clerk.updateUser(r.id, { publicMetadata: { role: 'member' } }),
      403,
    ],
    ['who is banned', (r) => stage.standIns.clerk.updateUser(r.id, { banned: true }), 401],
    ['who is deleted', (r) => stage.standIns.clerk.deleteUser(r.id), 401],
  ])('ends at the next update for an admin %s, and polling is refused', async (_, end, status) => {
    const reader = await listeningAdmin()
    const other = await listeningAdmin()
    await reader.snapshots.next()
    await other.snapshots.next()
    await other.snapshots.next()
    end(reader)
    await stage.standIns.clerk.webhooks.flush()
    let after = 0
    const ended = async () => {
      for await (const _snapshot of reader.snapshots) after++
    }
    await expect(ended()).rejects.toThrow('The stream of events ended')
    // What had been sent before the webhook was answered: the update that is for all, and the one at the beginning.
    expect(after).toBeLessThanOrEqual(2)
    const polled = await fetch(`${stage.app.url}/api/admin/dashboard`, {
      headers: { ...reader.headers, accept: 'application/json' },
    })
    expect(polled.status).toBe(status)
    await other.snapshots.next()
  })

  test('for twenty who listen costs Redis no more than for one', async () => {
    const costOf = async (readers: number) => {
      const end = new AbortController()
      // Sessions of their own, which are checked before each update.
      const cookies = await Promise.all(Array.from({ length: readers }, () => cookiesOf(people.admin)))
      const streams = await Promise.all(
        cookies.map((cookie) =>
          fetch(`${stage.app.url}/api/admin/dashboard`, {
            headers: { cookie, accept: 'text/event-stream' },
            signal: end.signal,
          }),
        ),
      )
      expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200))
      const received = streams.map(({ body }) => snapshotsOf(body))
      const update = () => Promise.all(received.map((snapshots) => snapshots.next()))
      // A listener costs something when it comes: it is checked, and gets a snapshot of its own, before or after the
      // first that is for all.
      await update()
      await update()
      stage.standIns.upstash.resetCounts()
      await update()
      const { commands } = stage.standIns.upstash.counts()
      end.abort()
      return commands
    }
    const one = await costOf(1)
    const twenty = await costOf(20)
    process.stdout.write(`Redis commands for an update: ${one} for one listener, ${twenty} for twenty\n`)
    expect(one).toBeGreaterThan(0)
    // The app's own counts and records go to Redis too, and fall into the one window or the other. One command for each
    // listener would be nineteen more.
    expect(twenty).toBeLessThanOrEqual(one + 10)
  })
})
