import { readFile } from 'node:fs/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { people } from '../../local/seed'
import { fullOr } from '../support/full'
import { E2E_BUILD } from '../support/ports'
import { eventOf, signatureOf } from '../support/signed-webhook'
import { useBrowser, useStage } from '../support/stage'

const stage = useStage()
const browser = useBrowser(stage, { trouble: true })

const EXPERTS = 13

beforeEach(() => stage.restart())

const get = (path: string, headers: Record<string, string> = {}) => fetch(stage.app.url + path, { headers })

async function signedIn(user: string): Promise<Record<string, string>> {
  const { jwt } = await stage.standIns.clerk.issueSession(user)
  return { authorization: `Bearer ${jwt}` }
}

/** A fresh Redis, and how many experts the page then shows: each of them must be loaded from Clerk. */
async function expertsLoaded(): Promise<number> {
  await stage.standIns.engine.restart()
  const html = await (await get('/experts')).text()
  return new Set(html.match(/\/experts\/[a-z-]+/g)).size
}

const prefetch = (path: string, kind: number) => () =>
  get(path, { rsc: '1', 'next-router-prefetch': String(kind) })

/** Opens the stream and leaves it after its first message. */
async function openDashboardStream() {
  const stop = new AbortController()
  const response = await fetch(`${stage.app.url}/api/admin/dashboard`, {
    headers: await signedIn(people.admin),
    signal: stop.signal,
  })
  await response.body?.getReader().read()
  stop.abort()
}

const manifest = z.object({ node: z.record(z.string(), z.object({ exportedName: z.string() })) })

/** Runs a server action with an empty form, as a browser would whose page came from another process. */
async function runAction(name: string, headers: Record<string, string>) {
  const text = await readFile(`${E2E_BUILD}/server/server-reference-manifest.json`, 'utf8')
  const actions = Object.entries(manifest.parse(JSON.parse(text)).node)
  const [id = ''] = actions.find(([, { exportedName }]) => exportedName === name) ?? []
  expect(id).not.toBe('')
  const body = new FormData()
  // How React sends `(null, an empty form)`.
  body.set('0', '[null,"$K1"]')
  return fetch(`${stage.app.url}/profile`, {
    method: 'POST',
    headers: { ...headers, 'next-action': id, origin: stage.app.url },
    body,
  })
}

type Kind = [name: string, send: () => Promise<unknown>]

const prefetches = ['/', '/experts', '/experts/amara-okafor'].flatMap((path) =>
  [1, 2, 3].map((kind): Kind => [`a prefetch of kind ${kind} of ${path}`, prefetch(path, kind)]),
)

const kinds: Kind[] = [
  ...fullOr<Kind[]>(
    [
      ['a page', () => get('/experts')],
      ...prefetches,
      ['a page of a signed-in user', async () => get('/calendar', await signedIn(people.member))],
      ['a page that does not exist', () => get('/nothing-here')],
    ],
    prefetches.slice(1, 2),
  ),
  ['a route handler', async () => get('/api/calendar/events', await signedIn(people.member))],
  ['a server action', async () => runAction('saveProfile', await signedIn(people.member))],
  [
    'a webhook',
    () => {
      const body = eventOf('user.updated', { id: people.member })
      const headers = signatureOf(body, { secret: stage.standIns.env.CLERK_WEBHOOK_SIGNING_SECRET ?? '' })
      return fetch(`${stage.app.url}/api/webhooks/clerk`, { method: 'POST', headers, body })
    },
  ],
  ['the stream of the dashboard', openDashboardStream],
]

describe('a process loads users whatever its first request was:', () => {
  test.each(kinds)('%s', async (_, send) => {
    await send()
    expect([await expertsLoaded(), await expertsLoaded()]).toEqual([EXPERTS, EXPERTS])
  })

  test('a browser at a page that does not exist, whose router then prefetches the home page', async () => {
    const { page, settled } = await browser.open()
    await page.goto(`${stage.app.url}/nothing-here`)
    await settled()
    expect([await expertsLoaded(), await expertsLoaded()]).toEqual([EXPERTS, EXPERTS])
  })
})
