import { afterEach, describe, expect, test, vi } from 'vitest'
import { currentCaller } from '@/lib/auth/caller.server'
import { currentImpersonator, impersonatorOf } from '@/lib/cache/impersonator'

// Outside Next there is no session.
vi.hoisted(() => {
  process.env.NEXT_RUNTIME = 'nodejs'
})

let refusal: Error | undefined
let act: Record<string, unknown> | undefined
let sessionId: string | undefined = 'sess_1'
let azp: string | undefined
vi.mock('@clerk/nextjs/server', () => {
  const now = Math.floor(Date.now() / 1000)
  const claims = { sub: 'user_1', sid: 'sess_1', iat: now, exp: now + 60 }
  const session = () => ({ userId: 'user_1', sessionId, sessionClaims: { ...claims, azp }, actor: act })
  return {
    auth: async () => {
      if (refusal) throw refusal
      return session()
    },
  }
})

test.each([
  ['nobody', undefined, null, false],
  ['a user of the app', { sub: 'user_2' }, 'user_2', false],
  ['a person of Clerk’s dashboard', { sub: 'user_3', iss: 'https://dashboard.clerk.com' }, 'user_3', true],
  [
    'somebody from another place',
    { sub: 'user_4', iss: 'https://dashboard.clerk.com.evil' },
    'user_4',
    false,
  ],
  ['somebody without an ID', {}, 'unknown', false],
])('the caller names who impersonates the user: %s', async (_, claim, impersonator, fromDashboard) => {
  act = claim
  expect(await currentCaller()).toMatchObject({ userId: 'user_1', impersonator, fromDashboard })
})

test('the caller is nobody with a token of another app of the instance, also where only the kit knows the origins of this one', async () => {
  const callerWith = async (origins: string | undefined, party: string | undefined) => {
    azp = party
    vi.resetModules()
    vi.stubEnv('APP_ORIGINS', origins)
    const caller = await (await import('@/lib/auth/caller.server')).currentCaller()
    vi.unstubAllEnvs()
    azp = undefined
    return caller?.userId
  }
  const own = 'https://app.example, https://www.app.example'
  expect(await callerWith(own, 'https://www.app.example')).toBe('user_1')
  expect(await callerWith(own, 'https://other.example')).toBeUndefined()
  expect(await callerWith(own, undefined)).toBeUndefined()
  expect(await callerWith(undefined, 'https://other.example')).toBe('user_1')
})

describe('who impersonates the user', () => {
  afterEach(() => {
    refusal = undefined
  })

  test.each([
    // In a stream, a loader, or a listener of the request's signal.
    '`headers` was called outside a request scope.',
    'Route /calendar used `headers()` inside `after()`. This is not supported.',
    "auth() was called but Clerk can't detect usage of clerkMiddleware().",
    'The key is not valid.',
  ])('is unknown, and so no token is given out, where it cannot be read: %s', async (message) => {
    act = { sub: 'user_2' }
    refusal = new Error(`Clerk: auth() is only supported in App Router.\nOriginal error: Error: ${message}`)
    await expect(currentImpersonator()).rejects.toMatchObject({ code: 'not_configured' })
  })

  test('is unknown where the token is one of a JWT template, which names no session', async () => {
    sessionId = undefined
    await expect(currentImpersonator()).rejects.toMatchObject({ code: 'not_configured' })
    sessionId = 'sess_1'
  })
})

describe('what `auth()` says of a session', () => {
  const own = { userId: 'user_1', sessionId: 'sess_1' }
  test.each([
    ['users themselves', own, null],
    ['users themselves, by null', { ...own, actor: null }, null],
    ['an impersonator', { ...own, actor: { sub: 'user_2' } }, 'user_2'],
    ['somebody without an ID', { ...own, actor: {} }, 'unknown'],
  ])('names %s', (_, session, impersonator) => expect(impersonatorOf(session)).toBe(impersonator))

  test.each([
    ['a task is still to be done, or nobody is signed in', { userId: null, sessionId: null }],
    ['the token is one of a JWT template', { userId: 'user_1' }],
  ])('names nobody, and is refused, where %s', (_, session) => {
    expect(() => impersonatorOf(session)).toThrow(/unknown whether somebody impersonates/)
  })
})
