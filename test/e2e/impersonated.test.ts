import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
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
  { leaves = place === 'abort', headers: sent = {} }: { leaves?: boolean; headers?: HeadersInit } = {},
) {
  const { jwt } = await standIns.clerk.issueSession(people.expert, session)
  const controller = new AbortController()
  const headers = { ...sent, authorization: `Bearer ${jwt}` }
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
test.each(['signed-out', 'handshake'])(
  'an impersonator gets no token where no middleware runs, and they say that they are %s',
  async (status) => {
    const headers = { 'x-clerk-auth-status': status }
    const session = { impersonator: people.admin }
    expect(await readAt('/unhandled', 'unhandled', session)).toBe('not_configured')
    await app.run('forgetTokenOutcomes')
    expect(await readAt('/unhandled', 'unhandled', session, { headers })).toBe('not_configured')
  },
)

test('none of it is an error of Next', () => {
  expect(app.text()).not.toContain('Error')
})
