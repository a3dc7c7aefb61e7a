import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { people } from '../../local/seed'
import { type StandIns, startStandIns } from '../../local/stand-ins'
import { BUILD_TIMEOUT, buildKitApp, KIT_BUILD, type KitApp, startKitApp } from '../support/kit-app'
import { E2E_PORT } from '../support/ports'

type SessionOptions = Parameters<StandIns['clerk']['issueSession']>[1]

let standIns: StandIns
let app: KitApp
beforeAll(async () => {
  await buildKitApp(KIT_BUILD)
  standIns = await startStandIns(E2E_PORT)
  app = await startKitApp(KIT_BUILD, E2E_PORT, standIns.env)
}, BUILD_TIMEOUT)
afterAll(async () => {
  await app?.stop()
  await standIns?.close()
})
beforeEach(() => app.run('forgetTokenOutcomes'))

/** What comes of a read of the user's own token in one of the places of the fixture. `leaves`: before the answer has ended. */
async function readAt(
  path: string,
  place: string,
  session: SessionOptions = {},
  { leaves = place === 'abort' } = {},
) {
  const { jwt } = await standIns.clerk.issueSession(people.expert, session)
  const controller = new AbortController()
  const headers = { authorization: `Bearer ${jwt}` }
  const answer = await fetch(app.url + path, { headers, signal: controller.signal })
  if (leaves) controller.abort()
  else await answer.text()
  const outcome = async () => {
    const read = await app.run('tokenOutcomes')
    return read.ok && Object(read.value)[place]
  }
  await expect.poll(outcome).toBeDefined()
  return outcome()
}

// A token reaches nobody of whom it is unknown who they are, and users themselves get an error that says what to pass.
test.each([
  ['/tokens', 'page', 'ok', 'impersonated'],
  ['/tokens', 'after a page', 'not_configured', 'not_configured'],
  ['/tokens/route', 'route', 'ok', 'impersonated'],
  ['/tokens/timer', 'timer', 'ok', 'impersonated'],
  ['/tokens/after', 'after', 'ok', 'impersonated'],
  ['/tokens/start', 'start', 'ok', 'impersonated'],
  ['/tokens/pull', 'pull', 'not_configured', 'not_configured'],
  ['/tokens/abort', 'abort', 'not_configured', 'not_configured'],
  ['/tokens/loader', 'loader', 'not_configured', 'not_configured'],
  ['/tokens/within', 'within', 'not_configured', 'not_configured'],
])(
  'a token read at %s (%s) is %s for the user and %s for an impersonator',
  async (path, place, own, impersonated) => {
    expect(await readAt(path, place)).toBe(own)
    await app.run('forgetTokenOutcomes')
    expect(await readAt(path, place, { impersonator: people.admin })).toBe(impersonated)
  },
)

test('an impersonator gets no token in a pending session', async () => {
  const session = { pending: true } as const
  expect(await readAt('/tokens/route', 'route', session)).toBe('ok')
  await app.run('forgetTokenOutcomes')
  expect(await readAt('/tokens/route', 'route', { ...session, impersonator: people.admin })).toBe(
    'impersonated',
  )
})

test('an impersonator who leaves a page early gets no token after it', async () => {
  expect(await readAt('/tokens', 'after a page', { impersonator: people.admin }, { leaves: true })).not.toBe(
    'ok',
  )
})

// Clerk's `auth()` takes their word for it, because nobody signs what says that there is no session.
describe('where no middleware runs, whoever says that nobody is signed in', () => {
  type Session = Awaited<ReturnType<StandIns['clerk']['issueSession']>>

  async function read(headers: Record<string, string>) {
    await app.run('forgetTokenOutcomes')
    await (await fetch(`${app.url}/unhandled`, { headers })).text()
    const outcomes = await app.run('tokenOutcomes')
    return outcomes.ok && Object(outcomes.value).unhandled
  }

  const cookieOf = ({ cookies }: Session) => ({
    cookie: Object.entries(cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; '),
  })

  // A token can be anywhere in a request, also in its address or its body, so none is looked for.
  test.each(['signed-out', 'handshake'])('gets no token, by whatever session (%s)', async (status) => {
    const says = { 'x-clerk-auth-status': status }
    for (const options of [{ impersonator: people.admin }, {}]) {
      const session = await standIns.clerk.issueSession(people.expert, options)
      for (const headers of [{ authorization: `Bearer ${session.jwt}` }, cookieOf(session)])
        expect(await read({ ...says, ...headers })).toBe('not_configured')
      expect(await read(cookieOf(session))).toBe('not_configured')
    }
  })
})

test('none of it is an error of Next', () => {
  expect(app.text()).not.toContain('Error')
})
