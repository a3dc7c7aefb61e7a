import { describe, expect, test } from 'vitest'
import { createGuardOfClerk } from '@/lib/http/before-clerk'

const at = (path: string, headers: Record<string, string> = {}) =>
  new Request(`https://app.example.com${path}`, { headers })

describe('a machine token', () => {
  test.each([
    'Bearer ak_made_up',
    'Bearer oat_made_up',
    'Bearer mt_made_up',
    'ak_made_up',
    'mt_made_up more',
  ])('is refused before Clerk is asked about it: %s', (authorization) => {
    expect(createGuardOfClerk(1)(at('/', { authorization }))?.status).toBe(401)
  })
})

test.each([
  undefined,
  'Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln',
  'Bearer 4f1d9c0e5b',
  'Bearer make_ak_',
  'Basic ak_',
])('another Authorization goes on to Clerk: %s', (authorization) => {
  const guard = createGuardOfClerk(1)
  expect(guard(at('/', authorization === undefined ? {} : { authorization }))).toBeUndefined()
})

describe('the end of a handshake', () => {
  const NONCE = '__clerk_handshake_nonce'

  test.each([
    ['a parameter', at(`/?${NONCE}=made-up`)],
    ['a parameter whose name is encoded', at(`/?%5F_clerk_handshake_nonce=made-up`)],
    ['a cookie', at('/', { cookie: `theme=dark; ${NONCE}=made-up` })],
    ['a cookie whose name is encoded', at('/', { cookie: '%5F_clerk_handshake_nonce=made-up' })],
    ['a cookie beside text that cannot be decoded', at('/', { cookie: `a=%FF; ${NONCE}=made-up` })],
  ])('is refused once so many were in 10 s, as %s', (_, request) => {
    const guard = createGuardOfClerk(3, () => 0)
    expect([1, 2, 3, 4].map(() => guard(request)?.status)).toEqual([undefined, undefined, undefined, 429])
  })

  test('waits for the end of the 10 s, and no other request does', () => {
    let now = 1000
    const guard = createGuardOfClerk(1, () => now)
    const handshake = at(`/?${NONCE}=made-up`)
    guard(handshake)
    now += 2500
    expect(guard(handshake)?.headers.get('retry-after')).toBe('8')
    expect(guard(at('/'))).toBeUndefined()
    now += 7500
    expect(guard(handshake)).toBeUndefined()
  })

  test('waits no longer because the clock was set back', () => {
    let now = 1_000_000
    const guard = createGuardOfClerk(1, () => now)
    const handshake = at(`/?${NONCE}=made-up`)
    guard(handshake)
    now = 0
    expect(guard(handshake)).toBeUndefined()
  })
})

describe('a session token that has expired, beside a cookie to renew it', () => {
  const now = 1_000_000_000
  const token = (exp: number) =>
    `e30.${Buffer.from(JSON.stringify({ exp, name: '>?>?' })).toString('base64url')}.c2ln`
  const [living, expired] = [token(now / 1000 + 30), token(now / 1000 - 1)]
  const cookieOf = (request: Request) => request.headers.get('cookie')
  /** What Clerk gets to see of this request after one like it. */
  function second(cookie: string, more: Record<string, string> = {}) {
    const guard = createGuardOfClerk(1, () => now)
    const requests = [1, 2].map(() => at('/', { cookie, ...more }))
    for (const request of requests) expect(guard(request)).toBeUndefined()
    const [first, next] = requests.map(cookieOf)
    expect(first).toBe(cookie)
    return next
  }

  test.each([
    [`a=1; __session_x=${expired}; __refresh_x=r`, `a=1; __session_x=${expired}`],
    [
      `__refresh_x=r; __session=${living}; __session_x=${expired}`,
      `__session=${living}; __session_x=${expired}`,
    ],
    [`%5F_refresh_x=r; %5F_session=${expired}; theme=dark`, `%5F_session=${expired}; theme=dark`],
    ['__session=no-token; __refresh_x=r', '__session=no-token'],
  ])('loses that cookie once so many were in 10 s: %s', (cookie, left) => {
    expect(second(cookie)).toBe(left)
  })

  test('loses it also where the token is in the header', () => {
    expect(second('__refresh_x=r', { authorization: `Bearer ${expired}` })).toBe('')
  })

  test.each([
    `__session=${living}; __session_x=${living}; __refresh_x=r`,
    `__session=${expired}`,
    '__refresh_x=r',
  ])('is no other: %s', (cookie) => {
    expect(second(cookie)).toBe(cookie)
  })
})
