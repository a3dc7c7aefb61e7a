import { generateKeyPairSync, sign } from 'node:crypto'
import { NextRequest } from 'next/server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createGuardOfClerk } from '@/lib/http/before-clerk'
import { type FindPublicKeys, givenPublicKey } from '@/lib/http/public-keys'
import type { Clock } from '@/lib/lookup/clock'

const at = (path: string, headers: Record<string, string> = {}) =>
  new NextRequest(`https://app.example.com${path}`, { headers })

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString()

type Guard = ReturnType<typeof createGuardOfClerk>
type Options = Partial<Parameters<typeof createGuardOfClerk>[1]>

const guardOf = (most: number, options: Options = {}) =>
  createGuardOfClerk(most, { findPublicKeys: givenPublicKey(pem), ...options })

/** The answer of the guard, or what Clerk's SDK gets to see. */
async function pass(guard: Guard, request: NextRequest, answer?: Response) {
  let seen: NextRequest | undefined
  const response = await guard(request, async (passed) => {
    seen = passed
    return answer
  })
  return { seen, response, status: seen ? 'passed' : response?.status }
}

describe('a machine token', () => {
  test.each([
    'Bearer ak_made_up',
    'Bearer oat_made_up',
    'Bearer mt_made_up',
    'ak_made_up',
    'mt_made_up more',
  ])('is refused before Clerk is asked about it: %s', async (authorization) => {
    expect((await pass(guardOf(1), at('/', { authorization }))).status).toBe(401)
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
    const guard = guardOf(1)
    for (const authorization of [odd, `Bearer ${odd}`])
      expect((await pass(guard, at('/', { authorization }))).status).toBe(401)
    const parameter = at(`/?__clerk_handshake=${encodeURIComponent(odd)}`)
    expect((await pass(guard, parameter)).status).toBe(400)
  })

  test.each([...tokens, 'x', '', 'a.b.c', `${token}.c2ln`, `"${token}"`])(
    'is no cookie for the SDK: %s',
    async (odd) => {
      for (const name of ['__session', '__session_1A2b3C-_', '__clerk_handshake', '%5F_session']) {
        const { seen } = await pass(guardOf(1), at('/', { cookie: `a=1; ${name}=${odd}; b=2` }))
        expect(seen?.headers.get('cookie')).toBe('a=1; b=2')
      }
    },
  )

  test('is no cookie for the SDK within another cookie', async () => {
    const { seen } = await pass(guardOf(1), at('/', { cookie: `a=1; b=2%3B%20__session=x` }))
    expect(seen?.headers.get('cookie')).toBe('a=1')
  })

  test.each(['x', '', 'a.b.c', `${token}.c2ln`])('is refused as a parameter: %j', async (odd) => {
    const guard = guardOf(1)
    expect((await pass(guard, at(`/?__clerk_handshake=${odd}`))).status).toBe(400)
    const both = at(`/?__clerk_handshake=${token}&__clerk_handshake=${odd}`)
    expect((await pass(guard, both)).status).toBe(400)
  })

  // The SDK would see another value than the guard, and print it.
  test.each([
    `%20${token}`,
    `${token}%20`,
    `${token}%3Bx`,
    ` ${token}`,
    `${token} `,
    token.replace('.', '%2E'),
  ])('is no cookie for the SDK if its value does not stand there as it is: %s', async (odd) => {
    for (const name of ['__session', '__clerk_handshake']) {
      const { seen } = await pass(guardOf(1), at('/', { cookie: `a=1; ${name}=${odd}; b=2` }))
      expect(seen?.headers.get('cookie')).toBe('a=1; b=2')
    }
  })

  test('is one only if it has the form: others go on, with cookies of other names', async () => {
    const cookie = `__session=${token}; __session_1A2b3C-_=${token}; __session_of_another=x; my__session=x; theme="a.b"`
    const request = at('/', { cookie, authorization: `Bearer ${token}` })
    const { seen } = await pass(guardOf(1), request)
    expect(seen?.headers.get('cookie')).toBe(cookie)
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
  const request = at('/', authorization === undefined ? {} : { authorization })
  expect((await pass(guardOf(1), request)).status).toBe('passed')
})

test('the header with which the SDK would print the session token is taken away', async () => {
  const { seen } = await pass(guardOf(1), at('/', { 'X-Clerk-Debug': '1', accept: 'text/html' }))
  expect([...(seen?.headers ?? [])]).toEqual([['accept', 'text/html']])
})

/** A token with the signature of the instance. */
function signed(payload: unknown, alg = 'RS256', key = keys.privateKey): string {
  const content = `${encoded({ ...header, alg })}.${encoded(payload)}`
  return `${content}.${sign(`RSA-SHA${alg.slice(2)}`, Buffer.from(content), key).toString('base64url')}`
}

const deep = `${encoded(header)}.${Buffer.from(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`).toString('base64url')}.c2ln`

// With a search that tries each beginning, each of these would take minutes.
test.each([
  ['a cookie', () => at('/', { cookie: `__refresh_x=${'-'.repeat(1_000_000)}` })],
  ['tokens in a cookie', () => at('/', { cookie: `__refresh_x=${'a.b.c.'.repeat(200_000)}` })],
  [
    'Authorization',
    () => at('/', { cookie: '__refresh_x=r', authorization: `Basic ${'-'.repeat(1_000_000)}` }),
  ],
  ['a handshake', () => at(`/?__clerk_handshake=${signed({ handshake: ['-'.repeat(700_000)] })}`)],
  ['a deep handshake', () => at(`/?__clerk_handshake=${deep}`)],
])('a very long text costs no more than its length, as %s', async (_, request) => {
  expect((await pass(guardOf(9, { now: () => 0 }), request())).response).not.toBeInstanceOf(Error)
})

describe('the end of a handshake with a nonce', () => {
  const NONCE = '__clerk_handshake_nonce'
  const path = (request?: NextRequest) => request && request.nextUrl.pathname + request.nextUrl.search

  test.each([
    ['a parameter', `/guides?a=1&${NONCE}=made-up`, undefined, '/guides?a=1'],
    ['a parameter whose name is encoded', `/?%5F_clerk_handshake_nonce=made-up&b=%20`, undefined, '/?b=+'],
    ['a cookie', '/', `theme=dark; ${NONCE}=made-up`, '/'],
    ['a cookie whose name is encoded', '/', 'theme=dark;%5F_clerk_handshake_nonce=made-up', '/'],
    [
      'a cookie with text that cannot be decoded',
      '/',
      `theme=dark;%5F_clerk_handshake_nonce=made-up%zz%FF`,
      '/',
    ],
    ['a cookie beside text that cannot be decoded', '/', `theme=dark; a=%FF; ${NONCE}=made-up`, '/'],
  ])('is taken away once so many were in 10 s, as %s', async (_, from, cookie, to) => {
    const guard = guardOf(3, { now: () => 0 })
    const request = () => at(from, cookie === undefined ? {} : { cookie })
    for (let i = 0; i < 3; i++) {
      const { seen } = await pass(guard, request())
      expect(path(seen)).toBe(path(request()))
      expect(seen?.headers.get('cookie') ?? undefined).toBe(cookie)
    }
    const { seen } = await pass(guard, request())
    expect(path(seen)).toBe(to)
    expect(
      seen?.headers
        .get('cookie')
        ?.split(/; ?/)
        .filter((one) => one.includes('nonce')) ?? [],
    ).toEqual([])
    expect(seen?.headers.get('cookie') ?? 'theme=dark').toContain('theme=dark')
  })

  test('is asked for again as a token, which needs no request to Clerk', async () => {
    const guard = guardOf(1, { now: () => 0 })
    const handshake = 'https://clerk.example.com/v1/client/handshake?redirect_url=%2F&format=nonce&reason=x'
    const cookie = 'a=1; __clerk_redirect_count=1'
    const open = async () => {
      const redirect = new Response(null, { status: 307, headers: { location: handshake } })
      const { response, seen } = await pass(guard, at(`/?${NONCE}=made-up`, { cookie }), redirect)
      return [response?.headers.get('location'), seen?.headers.get('cookie')]
    }
    expect(await open()).toEqual([handshake, cookie])
    // The SDK counts the rounds, so that a browser which drops the token does not go on for ever.
    expect(await open()).toEqual([handshake.replace('&format=nonce', ''), cookie])
  })

  test('leads to no other change of an address that it is redirected to', async () => {
    const guard = guardOf(1, { now: () => 0 })
    await pass(guard, at(`/?${NONCE}=made-up`))
    for (const location of ['/sign-in?format=nonce', 'https://app.example.com/?format=nonce']) {
      const redirect = new Response(null, { status: 307, headers: { location } })
      const { response } = await pass(guard, at(`/?${NONCE}=made-up`), redirect)
      expect(response?.headers.get('location')).toBe(location)
    }
  })

  test('is counted anew after 10 s, and no longer because the clock was set back', async () => {
    let now = 1_000_000
    const guard = guardOf(1, { now: () => now })
    const isSeen = async () => path((await pass(guard, at(`/?${NONCE}=made-up`))).seen)?.includes('nonce')
    expect(await isSeen()).toBe(true)
    expect(await isSeen()).toBe(false)
    now += 10_000
    expect(await isSeen()).toBe(true)
    now = 0
    expect(await isSeen()).toBe(true)
  })

  test('is taken away while the budget of all processes is used up, which is asked only about what Clerk would be', async () => {
    let asked = 0
    const guard = guardOf(3, { mayAsk: async () => ++asked < 2, now: () => 0 })
    const isSeen = async (query: string) => path((await pass(guard, at(`/?${query}`))).seen)?.includes(query)
    expect(await isSeen('a=1')).toBe(true)
    expect(asked).toBe(0)
    expect(await isSeen(`${NONCE}=a`)).toBe(true)
    expect(await isSeen(`${NONCE}=b`)).toBe(false)
    expect(await isSeen(`${NONCE}=c`)).toBe(false)
    expect(asked).toBe(3)
    // The fourth of this process does not ask.
    expect(await isSeen(`${NONCE}=d`)).toBe(false)
    expect(asked).toBe(3)
  })

  test('may be asked about once, however small the limit is', async () => {
    const { seen } = await pass(guardOf(0.4, { now: () => 0 }), at(`/?${NONCE}=a`))
    expect(path(seen)).toBe(`/?${NONCE}=a`)
  })
})

describe('the end of a handshake with a token', () => {
  const TOKEN = '__clerk_handshake'
  const now = 1_000_000_000
  const session = (exp: number) => signed({ sub: 'user_1', exp })
  const handshake = (exp: number) => ({ handshake: [`__session=${session(exp)}; Path=/`, '__client_uat=1'] })
  const good = signed(handshake(now / 1000 + 30))
  const stale = signed(handshake(now / 1000 - 1))
  const made = tokenOf(header, handshake(now / 1000 + 30))
  const withKey = () => guardOf(1, { now: () => now })

  test.each([
    ['a parameter', () => at(`/?${TOKEN}=${good}`)],
    ['a cookie', () => at('/', { cookie: `${TOKEN}=${good}` })],
    [
      'a parameter of somebody who signs out',
      () => at(`/?${TOKEN}=${signed({ handshake: ['__session=; Max-Age=0'] })}`),
    ],
  ])('that Clerk has signed keeps nobody waiting, as %s', async (_, request) => {
    const guard = withKey()
    for (let i = 0; i < 20; i++) {
      const { seen } = await pass(guard, request())
      expect(seen?.url).toBe(request().url)
      expect(seen?.headers.get('cookie')).toBe(request().headers.get('cookie'))
    }
  })

  test('that is made up is refused, or is no cookie', async () => {
    expect((await pass(withKey(), at(`/?${TOKEN}=${made}`))).status).toBe(400)
    const { seen } = await pass(withKey(), at('/', { cookie: `a=1; ${TOKEN}=${made}` }))
    expect(seen?.headers.get('cookie')).toBe('a=1')
  })

  // The SDK would print an error, as often as it is sent.
  test('whose session token has expired is taken away', async () => {
    expect((await pass(withKey(), at(`/?a=1&${TOKEN}=${stale}`))).seen?.nextUrl.search).toBe('?a=1')
    const { seen } = await pass(withKey(), at('/', { cookie: `a=1; ${TOKEN}=${stale}` }))
    expect(seen?.headers.get('cookie')).toBe('a=1')
  })
})

describe('a session token that has expired, beside a cookie to renew it', () => {
  const now = 1_000_000_000
  const token = (exp: number) => signed({ exp, name: '>?>?' })
  const [living, expired] = [token(now / 1000 + 30), token(now / 1000 - 1)]
  /** What Clerk gets to see of this request after one like it. */
  async function second(cookie: string, more: Record<string, string> = {}) {
    const guard = guardOf(1, { now: () => now })
    const cookies: (string | null | undefined)[] = []
    for (let i = 0; i < 2; i++) {
      const { seen } = await pass(guard, at('/', { cookie, ...more }))
      cookies.push(seen?.headers.get('cookie'))
    }
    expect(cookies[0]).toBe(cookie)
    return cookies[1]
  }

  test.each([
    [`a=1; __session_1A2b3C4d=${expired}; __refresh_x=r`, `a=1; __session_1A2b3C4d=${expired}`],
    [
      `__refresh_x=r; __session=${living}; __session_1A2b3C4d=${expired}`,
      `__session=${living}; __session_1A2b3C4d=${expired}`,
    ],
    [`%5F_refresh_x=r; %5F_session=${expired}; theme=dark`, `%5F_session=${expired}; theme=dark`],
  ])('loses that cookie once so many were in 10 s: %s', async (cookie, left) => {
    expect((await second(cookie))?.trim()).toBe(left)
  })

  test('loses that cookie when the budget of all processes is used up', async () => {
    const request = at('/', { cookie: `__session=${expired}; __refresh_x=r` })
    const guard = guardOf(9, { mayAsk: async () => false, now: () => now })
    const handshake = 'https://clerk.example.com/v1/client/handshake?format=nonce'
    const redirect = new Response(null, { status: 307, headers: { location: handshake } })
    const { seen, response } = await pass(guard, request, redirect)
    expect(seen?.headers.get('cookie')).toBe(`__session=${expired}`)
    // Its end needs no request to Clerk either.
    expect(response?.headers.get('location')).toBe('https://clerk.example.com/v1/client/handshake')
  })

  // It is not known whether their session goes on, and only a page is led to Clerk.
  test.each([
    ['session-token-expired', 503],
    ['session-token-and-uat-missing', 200],
  ])(
    'is not answered as a visitor once so many were in 10 s, where Clerk’s SDK says %s: %i',
    async (reason, status) => {
      const guard = guardOf(9, { mayAsk: async () => false, now: () => now })
      const headers = { 'x-clerk-auth-status': 'signed-out', 'x-clerk-auth-reason': reason }
      for (const request of [
        at('/', { cookie: `__session=${expired}; __refresh_x=r` }),
        at('/?__clerk_handshake_nonce=a'),
      ]) {
        const { response } = await pass(guard, request, new Response(null, { headers }))
        expect(response?.status).toBe(status)
        expect(response?.headers.has('retry-after')).toBe(status === 503)
      }
      const { response } = await pass(guard, at('/'), new Response(null, { headers }))
      expect(response?.status).toBe(200)
    },
  )

  test.each([`Bearer ${expired}`, expired, `${expired} `, `Bearer  ${expired}`, `bearer ${expired}`])(
    'loses it whatever else is in the header: %s',
    async (authorization) => {
      expect(await second('__refresh_x=r', { authorization })).toBe('')
      expect((await second(`__session=${living}; __refresh_x=r`, { authorization }))?.trim()).toBe(
        `__session=${living}`,
      )
    },
  )

  // The SDK asks Clerk for none of them, so that nobody can use up what others need.
  const [head, , signature] = expired.split('.')
  test.each([
    [`__session=${living}; __session_1A2b3C4d=${living}; __refresh_x=r`],
    [`__session=${expired}`],
    [`__session=${tokenOf(header, { exp: 1 })}; __refresh_x=r`],
    [`__session=${head}.${encoded({ exp: 1 })}.${signature}; __refresh_x=r`],
    ['__refresh_x=r'],
    ['__refresh_x=r', 'Bearer no-token'],
    [`__session=${living}; __refresh_x=r`, `Bearer ${living}`],
    [`__session=${living}; __refresh_x=r`, 'Basic cGFzc3dvcmQ='],
    ['__refresh_x=r', living],
  ])('is no other: %s', async (cookie, authorization?: string) => {
    expect(await second(cookie, authorization === undefined ? {} : { authorization })).toBe(cookie)
  })
})

describe('the public key', () => {
  const later = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const laterPem = later.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const both = { findPublicKeys: createBoth() }

  /** As while Clerk changes from one key to the other. */
  function createBoth(): FindPublicKeys {
    const [first, second] = [givenPublicKey(pem), givenPublicKey(laterPem)]
    return async (tokens) => {
      const [one, other] = [await first(tokens), await second(tokens)]
      return {
        isSigned: (token) => one.isSigned(token) || other.isSigned(token),
        pemFor: ([token = '']) => (other.isSigned(token) ? laterPem : pem),
        count: 2,
      }
    }
  }

  async function keyFor(request: NextRequest, options: Options = {}) {
    let given: string | undefined
    const answer = await guardOf(9, options)(request, async (_, jwtKey) => {
      given = jwtKey
      return undefined
    })
    return { given, answer }
  }

  test.each([
    ['a session', () => at('/', { cookie: `__session=${signed({ exp: 9e9 })}` })],
    ['a token in Authorization', () => at('/', { authorization: signed({ exp: 9e9 }) })],
    ['a short token that is made up', () => at('/', { authorization: tokenOf({ alg: 'RS256' }) })],
    ['the end of a handshake', () => at(`/?__clerk_handshake=${signed({ handshake: [] })}`)],
    ['the end of a handshake with a nonce', () => at('/?__clerk_handshake_nonce=n')],
    ['a nonce in a cookie', () => at('/', { cookie: '__clerk_handshake_nonce=n' })],
  ])('is given to Clerk’s SDK with %s, so that it asks for none', async (_, request) => {
    expect((await keyFor(request())).given).toBe(pem)
  })

  test('is not looked for where nobody brings a token', async () => {
    const findPublicKeys = () => Promise.reject(new Error('Clerk does not answer'))
    for (const authorization of ['', 'Bearer no-token', 'Basic cGFzc3dvcmQ='])
      expect(
        await keyFor(
          at('/', { cookie: `a=1; __session=x; sb-token=${signed({ exp: 9e9 })}`, authorization }),
          {
            findPublicKeys,
          },
        ),
      ).toEqual({ given: undefined, answer: undefined })
    await expect(keyFor(at('/?__clerk_handshake_nonce=n'), { findPublicKeys })).rejects.toThrow()
    await expect(
      keyFor(at('/', { cookie: `__session=${signed({ exp: 9e9 })}` }), { findPublicKeys }),
    ).rejects.toThrow()
  })

  test('is that of the handshake where there are two, whatever session is beside it', async () => {
    const handshake = signed({ handshake: [] }, 'RS256', later.privateKey)
    for (const request of [
      at(`/?__clerk_handshake=${handshake}`, { cookie: `__session=${signed({ exp: 9e9 })}` }),
      at('/', { cookie: `__session=${signed({ exp: 9e9 })}; __clerk_handshake=${handshake}` }),
    ])
      expect((await keyFor(request, both)).given).toBe(laterPem)
  })

  test('is that of the session that lives where there are two, whatever old token comes before it', async () => {
    const now = 1_000_000_000
    const session = (exp: number) =>
      signed({ sub: 'user_1', exp: now / 1000 + exp }, 'RS256', exp > 0 ? later.privateKey : keys.privateKey)
    const [old, living] = [session(-1), session(30)]
    const stale = signed({ handshake: [`__session=${old}; Path=/`] })
    const options = { ...both, now: () => now }
    for (const request of [
      at('/', { cookie: `__session=${old}; __session_1A2b3C4d=${living}` }),
      at(`/?__clerk_handshake=${stale}`, { cookie: `__session=${living}` }),
      at('/', { cookie: `__clerk_handshake=${stale}; __session=${living}` }),
    ])
      expect((await keyFor(request, options)).given).toBe(laterPem)
  })

  test('is not known of a nonce where there are two: Clerk is asked for a token', async () => {
    const { seen } = await pass(guardOf(9, both), at('/?__clerk_handshake_nonce=n'))
    expect(seen?.nextUrl.search).toBe('')
  })
})

describe('a Clerk that does not answer', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const clock: Clock = {
    now: () => performance.now(),
    timer(ms, fn) {
      const timer = setTimeout(fn, ms)
      return () => clearTimeout(timer)
    },
  }
  const expired = signed({ exp: 1, sid: `sess_${'x'.repeat(100)}` })
  const nonce = () =>
    at('/guides?a=1&__clerk_handshake_nonce=n', { cookie: 'b=2; __clerk_handshake_nonce=n' })
  const renewal = () => at('/profile', { cookie: `b=2; __refresh_1A2b3C-_=r; __session=${expired}` })

  /** What the guard does while the first `hanging` calls of the SDK have no answer. */
  async function answerOf(request: NextRequest, hanging: number) {
    const seen: [address: string, cookies: string | null][] = []
    const answer = guardOf(10, { clock })(request, async (passed) => {
      seen.push([passed.url, passed.headers.get('cookie')])
      if (seen.length <= hanging) return new Promise(() => {})
      const location = 'https://clerk.example.com/v1/client/handshake?format=nonce&a=1'
      return new Response(null, { status: 307, headers: { location } })
    })
    await vi.advanceTimersByTimeAsync(hanging * 5000)
    return { seen, response: await answer }
  }

  test.each([
    ['the end of a handshake', nonce, 'https://app.example.com/guides?a=1', 'b=2'],
    [
      'a session token that has expired',
      renewal,
      'https://app.example.com/profile',
      `b=2; __session=${expired}`,
    ],
  ])('is asked about %s once, and after 5 s goes on without', async (_, request, address, cookies) => {
    const { seen, response } = await answerOf(request(), 1)
    expect(seen.slice(1)).toEqual([[address, cookies]])
    // Clerk ends this handshake without being asked.
    expect(response?.headers.get('location')).toBe('https://clerk.example.com/v1/client/handshake?a=1')
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([
    ['a page that was asked about already', nonce, 2],
    ['any other request', () => at('/'), 1],
    ['a form, which is not sent twice', () => new NextRequest(nonce(), { method: 'POST', body: 'a=1' }), 1],
  ])('is the page of an outage for %s', async (_, request, hanging) => {
    const { seen, response } = await answerOf(request(), hanging)
    expect([response?.status, response?.headers.get('retry-after')]).toEqual([503, '5'])
    expect(seen.length).toBe(hanging)
  })

  test('may take its time for what the browser sends it through this app', async () => {
    const request = new NextRequest('https://app.example.com/__clerk/v1/client', { method: 'POST' })
    let end = () => {}
    const answer = guardOf(10, { clock })(request, async () => {
      await new Promise<void>((resolve) => {
        end = resolve
      })
      return new Response('answer')
    })
    await vi.advanceTimersByTimeAsync(60_000)
    end()
    expect((await answer)?.status).toBe(200)
  })

  test('leaves nothing behind where it does answer', async () => {
    const { seen, response } = await answerOf(nonce(), 0)
    expect([seen.length, response?.status, vi.getTimerCount()]).toEqual([1, 307, 0])
    expect(response?.headers.get('location')).toContain('format=nonce')
  })
})
