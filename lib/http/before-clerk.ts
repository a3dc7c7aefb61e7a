import { createPublicKey, verify } from 'node:crypto'
import { type NextMiddleware, NextRequest } from 'next/server'
import { type Clock, deadline, systemClock } from '../lookup/clock'
import { boundRequestsToClerk } from './clerk-deadline'
import { outagePage } from './outage-page'

/** What begins Clerk's API keys, OAuth tokens and M2M tokens. Clerk's SDK takes a token without `Bearer` too. */
const MACHINE_TOKEN = /^(Bearer )?(ak|oat|mt)_/
/** Where Clerk leads a browser back to the app with one of them, as a parameter or a cookie, the SDK asks Clerk for new cookies, or reads them. */
const NONCE = '__clerk_handshake_nonce'
const HANDSHAKE = '__clerk_handshake'
/** Where Clerk's API begins a handshake. */
const HANDSHAKE_PATH = '/v1/client/handshake'
/** With it, `auth()` of the SDK prints the session token. */
const DEBUG = 'x-clerk-debug'
/** What the cookie is called, but for a suffix, that the SDK sends to Clerk to renew a session token. */
const REFRESH = '__refresh'
const SESSION = /^__session(_[\w-]{8})?$/
/** Characters that a token of Clerk has at least. */
const SHORTEST = 100
/** Clerk's window, in milliseconds. */
const WINDOW = 10_000

interface Cookie {
  name: string
  value: string
}

/** Some versions of Clerk's SDK decode the header before they split it. What is not ASCII is in none of the names. */
const decoded = (cookies: string) =>
  cookies.replace(/%([0-7][0-9A-F])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

const cookiesIn = (header: string): Cookie[] =>
  decoded(header)
    .split(';')
    .map((one) => {
      const [name = '', ...value] = one.split('=')
      return { name: name.trim(), value: value.join('=').trim() }
    })

/** The parts of the header: a browser sends one cookie in each. */
const partsOf = ({ headers }: Request) =>
  (headers.get('cookie') ?? '').split(';').map((text) => ({ text, cookies: cookiesIn(text) }))

/** The text of one of the first two parts of a token, as the SDK decodes it. Undefined if it cannot be decoded. */
function textOf(token: string, part: 0 | 1): string | undefined {
  const parts = token.split('.', 4)
  if (parts.length !== 3) return undefined
  try {
    const text = (parts[part] ?? '').replaceAll('=', '').replaceAll('-', '+').replaceAll('_', '/')
    return new TextDecoder().decode(Uint8Array.from(atob(text), (one) => one.charCodeAt(0)))
  } catch {
    return undefined
  }
}

/** Undefined if it is not JSON. */
function decodedPart(token: string, part: 0 | 1) {
  try {
    return JSON.parse(textOf(token, part) ?? '')
  } catch {
    return undefined
  }
}

const has = (form: RegExp, text: unknown) => typeof text === 'string' && form.test(text)

/** The SDK compares the times before it knows who signed them. */
const areClaims = (claims: unknown) =>
  typeof claims === 'object' &&
  claims !== null &&
  !Array.isArray(claims) &&
  Object.entries(claims).every(([name, value]) => !/^(iat|exp|nbf)$/.test(name) || typeof value === 'number')

/** Whether a token has the form of one that Clerk has signed. What the SDK makes of any other is printed: its header, or a mistake. */
function isToken(token: string): boolean {
  const { typ = 'JWT', alg, kid = '-' } = decodedPart(token, 0) ?? {}
  return (
    areClaims(decodedPart(token, 1)) &&
    /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) &&
    typ === 'JWT' &&
    has(/^RS(256|384|512)$/, alg) &&
    has(/^[\w-]{1,100}$/, kid)
  )
}

/** The token of the header, as the SDK finds it. */
function tokenInHeader({ headers }: Request): string {
  const [scheme = '', token] = (headers.get('authorization') ?? '').split(' ', 2)
  return token ? (scheme === 'Bearer' ? token : '') : scheme
}

/** Until when a session token is good, in milliseconds, as it says itself. */
function endOf(token: string): number | undefined {
  const exp: unknown = decodedPart(token, 1)?.exp
  return typeof exp === 'number' ? exp * 1000 : undefined
}

const lives = (token: string, at: number) => (endOf(token) ?? 0) > at

/** The tokens in a text, in one pass, because anybody can make up a long one. The shortest of Clerk has more than 300 characters. */
const tokensIn = (text: string): string[] =>
  text.split(/[^\w.-]+/).filter((piece) => piece.length >= SHORTEST && isToken(piece))

/** Whether a handshake brings a session token that has expired: for each, the SDK prints an error. */
const isStale = (handshake: string, at: number) =>
  tokensIn(textOf(handshake, 1) ?? '').some((token) => (endOf(token) ?? at + 1) <= at)

/**
 * Whether a token was signed by a Clerk instance: for `isSigned` of `createGuardOfClerk`.
 * `pem`: the instance's public key (`CLERK_JWT_KEY`). Undefined if it is none.
 */
export function signedBy(pem: string): ((token: string) => boolean) | undefined {
  const key = readKey(pem)
  if (!key) return undefined
  const length = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8
  return (token) => {
    const [header, payload, text = ''] = token.split('.')
    const signature = Buffer.from(text, 'base64url')
    if (signature.length !== length) return false
    const hash = `RSA-SHA${decodedPart(token, 0)?.alg.slice(2)}`
    return verify(hash, Buffer.from(`${header}.${payload}`), key, signature)
  }
}

function readKey(pem: string) {
  try {
    return createPublicKey(pem.replaceAll('\\n', '\n'))
  } catch {
    return undefined
  }
}

/**
 * Whether the SDK may ask Clerk for a new session token: there is a cookie for that, and a token that Clerk has signed and that has
 * expired. If nobody can say what Clerk has signed, what is in the header counts as a token, whatever it is, but for the
 * password of a site, and so does a token that is not seen.
 */
function isRefresh(
  request: Request,
  cookies: Cookie[],
  at: number,
  isSigned?: (token: string) => boolean,
): boolean {
  if (request.method !== 'GET' || !cookies.some(({ name }) => name.includes(REFRESH))) return false
  const authorization = request.headers.get('authorization') ?? ''
  if (isSigned) {
    const seen = tokensIn(`${authorization} ${decoded(request.headers.get('cookie') ?? '')}`)
    return seen.some((token) => !lives(token, at) && isSigned(token))
  }
  const tokens = cookies.flatMap(({ name, value }) => (SESSION.test(name) ? [value] : []))
  if (!/^(Basic .|$)/.test(authorization)) tokens.push(authorization.replace(/^Bearer /, ''))
  return tokens.length === 0 || tokens.some((token) => !lives(token, at))
}

/** Lets Clerk lead back with a token that it has signed, and not with a nonce that it has to be asked about. */
function askForToken(response: Answer): void {
  const location = response?.headers.get('location')
  if (!response || !location || !URL.canParse(location)) return
  const url = new URL(location)
  if (!url.pathname.endsWith(HANDSHAKE_PATH)) return
  url.searchParams.delete('format')
  response.headers.set('location', url.href)
}

/** Whether the SDK goes on as for a visitor, with somebody who has a session or had one. It says `…-missing` of those who have none. */
const isUnknown = (response: Answer) =>
  response &&
  response.status < 400 &&
  response.headers.get('x-clerk-auth-status') === 'signed-out' &&
  !response.headers.get('x-clerk-auth-reason')?.endsWith('-missing')

/** Whether the SDK goes on as for a visitor because it got no public keys. A connection that fails is unexpected for it. */
const hasNoKeys = (response: Answer) =>
  response &&
  response.status < 400 &&
  /^(jwk-remote-failed-to-load|unexpected-error)$/.test(response.headers.get('x-clerk-auth-reason') ?? '')

/** A request as if it came without these parameters. */
function withoutParameters(request: NextRequest, names: string[]): NextRequest {
  const url = new URL(request.url)
  if (!names.some((name) => url.searchParams.has(name))) return request
  for (const name of names) url.searchParams.delete(name)
  return new NextRequest(url, request)
}

/** Counts in windows of 10 s: 0 while no more than `most` came, else the milliseconds until the next window. */
function createCount(most: number) {
  let window = { end: Number.NEGATIVE_INFINITY, count: 0 }
  return (at: number): number => {
    // A clock that was set back must not make a window last.
    if (at >= window.end || at < window.end - WINDOW) window = { end: at + WINDOW, count: 0 }
    return ++window.count <= Math.max(1, most) ? 0 : window.end - at
  }
}

type Answer = Awaited<ReturnType<NextMiddleware>>

/** Where the SDK passes requests on to Clerk's Frontend API, which may take as long as they do. */
const PROXY = '/__clerk/'
/** Milliseconds for the SDK. */
const TIMEOUT = 5000
const LATE = Symbol('late')

/** Milliseconds after which a request of the SDK ends: later than it is waited for, so that what comes of it is not used. */
const LATEST = 6000
/** Most requests of the SDK for public keys, and most others, that are under way. Each keeps a connection open, of the thousand that many servers allow. */
const MOST_UNDER_WAY = 250

/** The answer, or that there was none in time. */
function inTime(answer: Promise<Answer>, clock: Clock): Promise<Answer | typeof LATE> {
  let cancel = () => {}
  const late = new Promise<typeof LATE>((resolve) => {
    cancel = deadline(clock, TIMEOUT, () => resolve(LATE))
  })
  return Promise.race([answer, late]).finally(() => cancel())
}

interface GuardOptions {
  /**
   * Whether Clerk has signed a token: `signedBy(CLERK_JWT_KEY)`. With it, made-up tokens are refused at once. Without it, every
   * token counts that has the form of one of Clerk, so that made-up ones can make people wait who come back from Clerk.
   */
  isSigned?: ((token: string) => boolean) | undefined
  /**
   * Whether one more request may be sent to Clerk now, and counts it. Give it where several processes share what Clerk allows:
   * by default every one may be.
   */
  mayAsk?: () => Promise<boolean>
  /** Milliseconds since 1970 (default: `Date.now`). */
  now?: () => number
  /** For tests: what counts the 5 s. By default only the time in which the process runs counts. */
  clock?: Clock
}

/**
 * Bounds what `clerkMiddleware` of @clerk/nextjs would ask Clerk about, and print, before any code of the app runs. It sends
 * Clerk a request for each machine token, although this app takes session tokens only, for each end of a handshake with a nonce,
 * and for each session token that has expired beside a cookie to renew it: anybody can make the first two up, and repeat the
 * third with a token of their own, and use up what Clerk allows all users of the app. And it prints the header of a token that
 * it cannot verify. Call it with the request and what calls `clerkMiddleware`: it resolves to the answer.
 *
 * - `most`: how many nonces, and how many renewals, this process lets through in 10 s. Nobody waits beyond that: a renewal goes through
 *   a handshake, and Clerk ends a handshake with a token that it has signed.
 * - A Clerk that does not answer within 5 s is not asked again: then it is as beyond that. If the SDK then asks for Clerk's public keys and
 *   gets no answer either, it is the page of an outage after 5 s more. The SDK's requests to Clerk end after 6 s, and no more than
 *   250 for its public keys and 250 others are under way. If a token cannot be checked without them, it is the page of an outage.
 * - What does not have the form of a token of Clerk, or is not signed by it, is taken away as a cookie, and answered 401 in
 *   `Authorization` and 400 as a parameter.
 */
export function createGuardOfClerk(
  most: number,
  { isSigned, mayAsk = async () => true, now = Date.now, clock = systemClock }: GuardOptions = {},
) {
  const [nonces, tokens, refreshes] = [createCount(most), createCount(most), createCount(most)]
  const underWay = boundRequestsToClerk({ timeout: LATEST, most: MOST_UNDER_WAY })
  const isRefused = async (count: typeof nonces, at: number) =>
    underWay.sessions >= MOST_UNDER_WAY || count(at) > 0 || !(await mayAsk())
  const isGood = (token: string) => isToken(token) && (!isSigned || isSigned(token))
  const mayPass = ({ text, cookies }: ReturnType<typeof partsOf>[number], at: number) =>
    cookies.every(({ name, value }) => {
      if (name !== HANDSHAKE && !SESSION.test(name)) return true
      // The SDK decodes the value and does not trim it, so it has to stand there as it is.
      if (!text.endsWith(`=${value}`)) return false
      return name === HANDSHAKE ? isGood(value) && !isStale(value, at) : isToken(value)
    })

  return async (request: NextRequest, next: (request: NextRequest) => Promise<Answer>): Promise<Answer> => {
    request.headers.delete(DEBUG)
    const token = tokenInHeader(request)
    const isOther = decodedPart(token, 0) !== undefined && !isToken(token)
    if (isOther || MACHINE_TOKEN.test(request.headers.get('authorization') ?? ''))
      return new Response('Only session tokens are accepted', { status: 401 })
    const { pathname, searchParams: parameters } = new URL(request.url)
    const handshakes = parameters.getAll(HANDSHAKE)
    if (!handshakes.every(isGood)) return new Response('Bad request', { status: 400 })
    const at = now()
    const dropped = handshakes.some((one) => isStale(one, at)) ? [HANDSHAKE] : []
    const sent = partsOf(request)
    let kept = sent.filter((part) => mayPass(part, at))
    const cookies = kept.flatMap((part) => part.cookies)
    const isIn = (name: string) =>
      (parameters.has(name) && !dropped.includes(name)) || cookies.some((cookie) => cookie.name === name)
    const wait = !isSigned && isIn(HANDSHAKE) ? tokens(at) : 0
    if (wait > 0) return tooMany(wait)

    /** What Clerk is asked about, and what it is not asked about any more. */
    const asked: string[] = []
    const unasked: string[] = []
    const leaveOut = (named: string) => {
      unasked.push(named)
      kept = kept.filter((part) => !part.cookies.some(({ name }) => name.includes(named)))
    }
    if (isRefresh(request, cookies, at, isSigned))
      (await isRefused(refreshes, at)) ? leaveOut(REFRESH) : asked.push(REFRESH)
    if (isIn(NONCE)) (await isRefused(nonces, at)) ? leaveOut(NONCE) : asked.push(NONCE)

    const send = () => {
      if (kept.length < sent.length) request.headers.set('cookie', kept.map(({ text }) => text).join(';'))
      const answer = next(withoutParameters(request, unasked.includes(NONCE) ? [...dropped, NONCE] : dropped))
      return pathname.startsWith(PROXY) ? answer : inTime(answer, clock)
    }
    let response = await send()
    if (response === LATE && asked.length > 0 && request.method === 'GET') {
      asked.forEach(leaveOut)
      response = await send()
    }
    if (response === LATE || (!isSigned && hasNoKeys(response))) return outagePage(request)
    if (unasked.length === 0) return response
    askForToken(response)
    return isUnknown(response) ? outagePage(request) : response
  }
}

/** For somebody who comes back from Clerk, and waits because of others: their browser tries again by itself. */
function tooMany(wait: number): Response {
  const seconds = String(Math.ceil(wait / 1000))
  const headers = { 'Retry-After': seconds, Refresh: seconds, 'Cache-Control': 'no-store' }
  return new Response(`Too many requests. This page tries again in ${seconds} s.`, { status: 429, headers })
}
