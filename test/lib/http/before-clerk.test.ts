import { describe, expect, test } from 'vitest'
import { createGuardOfClerk } from '@/lib/http/before-clerk'

const at = (path: string, headers: Record<string, string> = {}) =>
  new Request(`https://app.example.com${path}`, { headers })

/** Of the answers to requests one after another; undefined for what Clerk's SDK may see. */
async function statusesOf(guard: ReturnType<typeof createGuardOfClerk>, requests: Request[]) {
  const statuses: (number | undefined)[] = []
  for (const request of requests) statuses.push((await guard(request))?.status)
  return statuses
}

describe('a machine token', () => {
  test.each([
    'Bearer ak_made_up',
    'Bearer oat_made_up',
    'Bearer mt_made_up',
    'ak_made_up',
    'mt_made_up more',
  ])('is refused before Clerk is asked about it: %s', async (authorization) => {
    expect((await createGuardOfClerk(1)(at('/', { authorization })))?.status).toBe(401)
  })
})

const encoded = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
const header = { alg: 'RS256', typ: 'JWT', kid: 'ins_2abc' }
const tokenOf = (header: unknown, payload: unknown = {}) => `${encoded(header)}.${encoded(payload)}.c2ln`

describe('a token that Clerk cannot have made', () => {
  const line = `x\n{"level":"error","msg":"written by a stranger"}\n`
  const token = tokenOf(header)
  const tokens = [
    ...[{ kid: line }, { typ: line }, { alg: line }, { kid: '\u001b[31m' }, { kid: 'k'.repeat(101) }].map(
      (odd) => tokenOf({ ...header, ...odd }),
    ),
    tokenOf({ ...header, kid: { toString: line } }),
    tokenOf({ ...header, alg: 'HS256' }),
    tokenOf({ ...header, typ: 'at+jwt' }),
    tokenOf(null),
    // The SDK would throw, and blame a programming mistake.
    ...[null, 1, 'x', [], { iat: { valueOf: 1, toString: 1 } }, { exp: [] }, { nbf: '1' }].map((payload) =>
      tokenOf(header, payload),
    ),
    `${encoded(header)}.bm90IEpTT04.c2ln`,
    tokenOf({ ...header, kid: line }).replace('.', '===.'),
    // A decoder drops the mark of the byte order.
    `${Buffer.from(`\ufeff${JSON.stringify({ ...header, kid: line })}`).toString('base64url')}.e30.c2ln`,
  ]

  test.each(tokens)('is refused before the SDK quotes it: %s', async (odd) => {
    const guard = createGuardOfClerk(1)
    for (const authorization of [odd, `Bearer ${odd}`])
      expect((await guard(at('/', { authorization })))?.status).toBe(401)
    expect((await guard(at(`/?__clerk_handshake=${encodeURIComponent(odd)}`)))?.status).toBe(400)
  })

  test.each([...tokens, 'x', '', 'a.b.c', `${token}.c2ln`, `"${token}"`])(
    'is no cookie for the SDK: %s',
    async (odd) => {
      for (const name of ['__session', '__session_1A2b3C-_', '__clerk_handshake', '%5F_session']) {
        const request = at('/', { cookie: `a=1; ${name}=${odd}; b=2` })
        expect(await createGuardOfClerk(1)(request)).toBeUndefined()
        expect(request.headers.get('cookie')).toBe('a=1; b=2')
      }
    },
  )

  test('is no cookie for the SDK within another cookie', async () => {
    const request = at('/', { cookie: `a=1; b=2%3B%20__session=x` })
    await createGuardOfClerk(1)(request)
    expect(request.headers.get('cookie')).toBe('a=1')
  })

  test.each(['x', '', 'a.b.c', `${token}.c2ln`])('is refused as a parameter: %j', async (odd) => {
    const guard = createGuardOfClerk(1)
    expect((await guard(at(`/?__clerk_handshake=${odd}`)))?.status).toBe(400)
    expect((await guard(at(`/?__clerk_handshake=${token}&__clerk_handshake=${odd}`)))?.status).toBe(400)
  })

  test('is one only if it has the form: others go on, with cookies of other names', async () => {
    const cookie = `__session=${token}; __session_1A2b3C-_=${token}; __session_of_another=x; my__session=x; theme="a.b"`
    const request = at('/', { cookie, authorization: `Bearer ${token}` })
    expect(await createGuardOfClerk(1)(request)).toBeUndefined()
    expect(request.headers.get('cookie')).toBe(cookie)
  })
})

test.each([
  undefined,
  'Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln',
  'Bearer an.ops.token',
  'Bearer 4f1d9c0e5b',
  'Bearer make_ak_',
  'Basic ak_',
])('another Authorization goes on to Clerk: %s', async (authorization) => {
  const guard = createGuardOfClerk(1)
  expect(await guard(at('/', authorization === undefined ? {} : { authorization }))).toBeUndefined()
})

describe('the end of a handshake', () => {
  const NONCE = '__clerk_handshake_nonce'
  const TOKEN = '__clerk_handshake'
  const token = tokenOf(header)

  test.each([
    ['a parameter', at(`/?${NONCE}=made-up`)],
    ['a parameter whose name is encoded', at(`/?%5F_clerk_handshake_nonce=made-up`)],
    ['a cookie', at('/', { cookie: `theme=dark; ${NONCE}=made-up` })],
    ['a cookie whose name is encoded', at('/', { cookie: '%5F_clerk_handshake_nonce=made-up' })],
    ['a parameter with a token', at(`/?${TOKEN}=${token}`)],
    ['a cookie with a token', at('/', { cookie: `${TOKEN}=${token}` })],
    [
      'a cookie with text that cannot be decoded',
      at('/', { cookie: `%5F_clerk_handshake_nonce=made-up%zz%FF` }),
    ],
    ['a cookie beside text that cannot be decoded', at('/', { cookie: `a=%FF; ${NONCE}=made-up` })],
  ])('is refused once so many were in 10 s, as %s', async (_, request) => {
    const guard = createGuardOfClerk(3, { now: () => 0 })
    expect(await statusesOf(guard, Array(4).fill(request))).toEqual([undefined, undefined, undefined, 429])
  })

  test('with a token keeps none with a nonce waiting', async () => {
    const guard = createGuardOfClerk(1, { now: () => 0 })
    const requests = [`${TOKEN}=${token}`, `${TOKEN}=${token}`, `${NONCE}=made-up`].map((query) =>
      at(`/?${query}`),
    )
    expect(await statusesOf(guard, requests)).toEqual([undefined, 429, undefined])
  })

  test('waits for the end of the 10 s, and no other request does', async () => {
    let now = 1000
    const guard = createGuardOfClerk(1, { now: () => now })
    const handshake = at(`/?${NONCE}=made-up`)
    await guard(handshake)
    now += 2500
    const { headers } = (await guard(handshake)) ?? {}
    expect(headers?.get('retry-after')).toBe('8')
    // The browser of somebody who comes back from Clerk tries again by itself.
    expect(headers?.get('refresh')).toBe('8')
    expect(await guard(at('/'))).toBeUndefined()
    now += 7500
    expect(await guard(handshake)).toBeUndefined()
  })

  test('waits for the budget of all processes, which is asked only about what Clerk would be', async () => {
    let asked = 0
    const secondsToWait = async () => (++asked > 1 ? 4 : 0)
    const guard = createGuardOfClerk(3, { secondsToWait, now: () => 0 })
    const nonce = () => at(`/?${NONCE}=made-up`)
    expect(await statusesOf(guard, [at('/'), at(`/?${TOKEN}=${token}`), nonce(), nonce()])).toEqual([
      undefined,
      undefined,
      undefined,
      429,
    ])
    expect(asked).toBe(2)
    expect((await guard(nonce()))?.headers.get('retry-after')).toBe('4')
    // The fourth of this process does not ask.
    await guard(nonce())
    expect(asked).toBe(3)
  })

  test('waits no longer because the clock was set back', async () => {
    let now = 1_000_000
    const guard = createGuardOfClerk(1, { now: () => now })
    const handshake = at(`/?${NONCE}=made-up`)
    await guard(handshake)
    now = 0
    expect(await guard(handshake)).toBeUndefined()
  })
})

describe('a session token that has expired, beside a cookie to renew it', () => {
  const now = 1_000_000_000
  const token = (exp: number) => tokenOf(header, { exp, name: '>?>?' })
  const [living, expired] = [token(now / 1000 + 30), token(now / 1000 - 1)]
  const cookieOf = (request: Request) => request.headers.get('cookie')
  /** What Clerk gets to see of this request after one like it. */
  async function second(cookie: string, more: Record<string, string> = {}) {
    const guard = createGuardOfClerk(1, { now: () => now })
    const requests = [1, 2].map(() => at('/', { cookie, ...more }))
    for (const request of requests) expect(await guard(request)).toBeUndefined()
    const [first, next] = requests.map(cookieOf)
    expect(first).toBe(cookie)
    return next
  }

  test.each([
    [`a=1; __session_1A2b3C4d=${expired}; __refresh_x=r`, `a=1; __session_1A2b3C4d=${expired}`],
    [
      `__refresh_x=r; __session=${living}; __session_1A2b3C4d=${expired}`,
      `__session=${living}; __session_1A2b3C4d=${expired}`,
    ],
    [`%5F_refresh_x=r; %5F_session=${expired}; theme=dark`, `%5F_session=${expired}; theme=dark`],
    // Where no token is seen there may be one all the same.
    ['theme=dark; __refresh_x=r', 'theme=dark'],
  ])('loses that cookie once so many were in 10 s: %s', async (cookie, left) => {
    expect(await second(cookie)).toBe(left)
  })

  test('loses that cookie when the budget of all processes is used up', async () => {
    const request = at('/', { cookie: `__session=${expired}; __refresh_x=r` })
    expect(
      await createGuardOfClerk(9, { secondsToWait: async () => 1, now: () => now })(request),
    ).toBeUndefined()
    expect(cookieOf(request)).toBe(`__session=${expired}`)
  })

  test.each([
    `Bearer ${expired}`,
    expired,
    `${expired} `,
    'Bearer no-token',
    `Bearer  ${expired}`,
    `bearer ${expired}`,
  ])('loses it whatever else is in the header: %s', async (authorization) => {
    expect(await second('__refresh_x=r', { authorization })).toBe('')
    expect(await second(`__session=${living}; __refresh_x=r`, { authorization })).toBe(`__session=${living}`)
  })

  test.each([
    [`__session=${living}; __session_1A2b3C4d=${living}; __refresh_x=r`],
    [`__session=${expired}`],
    [`__session=${living}; __refresh_x=r`, `Bearer ${living}`],
    [`__session=${living}; __refresh_x=r`, 'Basic cGFzc3dvcmQ='],
    ['__refresh_x=r', living],
  ])('is no other: %s', async (cookie, authorization?: string) => {
    expect(await second(cookie, authorization === undefined ? {} : { authorization })).toBe(cookie)
  })
})
