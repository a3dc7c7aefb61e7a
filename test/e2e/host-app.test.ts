import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { portsBeside, type StandIns, startStandIns } from '../../local/stand-ins'
import { fullOr } from '../support/full'
import { createHostApp } from '../support/host-app'
import { buildNext, type NextProcess, startNext } from '../support/next'
import { HOST_PORT } from '../support/ports'

const root = join(import.meta.dirname, '../..')
const BUILD_TIMEOUT = 1_200_000
const PATIENT = { CACHE_REDIS_TIMEOUT_MS: '10000' }

// Two builds with type checks. Without FULL_TESTS=1 only the files are tested, in test/docs/registry.test.ts.
describe.skipIf(fullOr(false, true))('an app that takes users, tokens and webhooks from the registry', () => {
  const host = createHostApp(join(root, '.next-host-app'))
  const url = `http://localhost:${HOST_PORT}`
  let standIns: StandIns
  let server: NextProcess
  let ada: string
  let jwt: string

  async function start() {
    const env = { ...standIns.env, ...PATIENT }
    await buildNext(env, host.folder)
    server = await startNext(HOST_PORT, env, host.folder)
    if (server.child.exitCode !== null) throw new Error(`The app ended:\n${server.text()}`)
  }

  /** Signs Ada in. The token lives long enough for all tests. */
  async function signIn(): Promise<string> {
    const { sessionId } = await standIns.clerk.issueSession(ada)
    const { CLERK_API_URL, CLERK_SECRET_KEY } = standIns.env
    const response = await fetch(`${CLERK_API_URL}/v1/sessions/${sessionId}/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${CLERK_SECRET_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ expires_in_seconds: 7200 }),
    })
    return z.object({ jwt: z.string() }).parse(await response.json()).jwt
  }

  /** What a page or route of the app shows to Ada. */
  async function show(path: string): Promise<string> {
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${jwt}` } })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text.slice(0, 500)}\n${server.text()}`)
    // React separates two texts by an empty comment.
    return text.replaceAll('<!-- -->', '')
  }

  const paths = () => [
    ...[`/members?id=${ada}`, `/people/${ada}`, '/ada_of_acme', '/settings'],
    ...['/api/me', '/api/calendar-token'],
  ]
  const showAll = async () => Promise.all(paths().map(show))

  beforeAll(async () => {
    standIns = await startStandIns(HOST_PORT, { ports: portsBeside(HOST_PORT) })
    const secret = standIns.env.CLERK_WEBHOOK_SIGNING_SECRET ?? ''
    standIns.clerk.webhooks.target({ url: `${url}/api/clerk-events`, secret })
    const user = standIns.clerk.createUser({
      ...{ username: 'ada_of_acme', firstName: 'Ada', lastName: 'Byron', emails: ['ada@acme.example'] },
      publicMetadata: { role: 'admin' },
    })
    ada = user.id
    standIns.clerk.connect(ada, { scopes: ['openid'] })
    jwt = await signIn()
    host.add('users', 'tokens', 'webhooks')
    host.adopt()
    await start()
    await standIns.clerk.webhooks.flush()
  }, BUILD_TIMEOUT)

  afterAll(async () => {
    await server?.stop()
    await standIns?.close()
    host.remove()
  })

  test('shows what it showed before', async () => {
    const [members, person, profile, settings, me, token] = await showAll()
    expect(members).toContain('Ada Byron (ada@acme.example)')
    for (const page of [person, profile]) expect(page).toContain('>Ada Byron</h1>')
    expect(settings).toContain('ada@acme.example')
    expect(JSON.parse(me ?? '')).toMatchObject({ name: 'Ada Byron', admin: true })
    expect(JSON.parse(token ?? '')).toEqual({ connected: true })
  })

  test('asks Clerk nothing once it is warm', async () => {
    await showAll()
    standIns.clerk.resetRequests()
    await showAll()
    expect(standIns.clerk.requests().byRoute).toEqual({})
  })

  test("shows a new name at the next page, by the app's own webhook route", async () => {
    await showAll()
    standIns.clerk.updateUser(ada, { lastName: 'Lovelace' })
    await standIns.clerk.webhooks.flush()
    const [members, person, profile, , me] = await showAll()
    for (const shown of [members, person, profile, me]) expect(shown).toContain('Ada Lovelace')
  })

  test(
    'is what it was when it is taken out again: it builds, and asks Clerk for every page',
    async () => {
      await server.stop()
      host.takeOut()
      await start()
      await showAll()
      standIns.clerk.resetRequests()
      const [members] = await showAll()
      expect(members).toContain('(ada@acme.example)')
      expect(standIns.clerk.requests().total).toBeGreaterThanOrEqual(paths().length)
    },
    BUILD_TIMEOUT,
  )
})
