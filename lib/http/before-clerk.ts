import { type NextMiddleware, NextRequest } from 'next/server'
import { type Clock, deadline, systemClock } from '../lookup/clock'
import { boundRequestsToClerk } from './clerk-deadline'
import { decodedPart, isStale, isToken, lives, tokensIn } from './clerk-token'
import { outagePage } from './outage-page'
import type { FindPublicKeys, PublicKeys } from './public-keys'

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
const isTokenName = (name: string) => name === HANDSHAKE || SESSION.test(name)
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

interface Part {
  text: string
  cookies: Cookie[]
}

/** The parts of the header: a browser sends one cookie in each. */
const partsOf = ({ headers }: Request): Part[] =>
  (headers.get('cookie') ?? '').split(';').map((text) => ({ text, cookies: cookiesIn(text) }))

/** The token of the header, as the SDK finds it. */
function tokenInHeader({ headers }: Request): string {
  const [scheme = '', token] = (headers.get('authorization') ?? '').split(' ', 2)
  return token ? (scheme === 'Bearer' ? token : '') : scheme
}

/** Whether the SDK may ask Clerk for a new session token: there is a cookie for that, and a token that Clerk has signed and that has expired. */
const isRefresh = (
  { method }: Request,
  cookies: Cookie[],
  tokens: string[],
  at: number,
  keys: PublicKeys | undefined,
): boolean =>
  method === 'GET' &&
  cookies.some(({ name }) => name.includes(REFRESH)) &&
  tokens.some((token) => !lives(token, at) && keys?.isSigned(token))

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

/** A request as if it came without these parameters. */
function withoutParameters(request: NextRequest, names: string[]): NextRequest {
  const url = new URL(request.url)
  if (!names.some((name) => url.searchParams.has(name))) return request
  for (const name of names) url.searchParams.delete(name)
  return new NextRequest(url, request)
}

/** Counts in windows of 10 s: true while no more than `most` came. */
function createCount(most: number) {
  let window = { end: Number.NEGATIVE_INFINITY, count: 0 }
  return (at: number): boolean => {
    // A clock that was set back must not make a window last.
    if (at >= window.end || at < window.end - WINDOW) window = { end: at + WINDOW, count: 0 }
    return ++window.count <= Math.max(1, most)
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
/** Most requests of the SDK that are under way. Each keeps a connection open, of the thousand that many servers allow. */
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
  /** What says which tokens Clerk has signed: `givenPublicKey(CLERK_JWT_KEY)`, or `createPublicKeys()`, which asks Clerk. */
  findPublicKeys: FindPublicKeys
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
 * - A Clerk that does not answer within 5 s is not asked again: then it is as beyond that, or the page of an outage. The SDK's requests
 *   to Clerk end after 6 s, and no more than 250 are under way.
 * - What does not have the form of a token of Clerk, or is not signed by it, is taken away as a cookie, and answered 401 in
 *   `Authorization` and 400 as a parameter.
 * - `next` gets the public key for the option `jwtKey` of `clerkMiddleware`, so that the SDK asks for none. It is undefined
 *   where the request brings no token.
 *
 * It rejects with what `findPublicKeys` rejects with: then nobody can say who asks.
 */
export function createGuardOfClerk(
  most: number,
  { findPublicKeys, mayAsk = async () => true, now = Date.now, clock = systemClock }: GuardOptions,
) {
  const [nonces, refreshes] = [createCount(most), createCount(most)]
  const underWay = boundRequestsToClerk({ timeout: LATEST, most: MOST_UNDER_WAY })
  const isRefused = async (count: typeof nonces, at: number) =>
    underWay.count >= MOST_UNDER_WAY || !count(at) || !(await mayAsk())
  const haveForm = ({ text, cookies }: Part) =>
    // The SDK decodes the value and does not trim it, so it has to stand there as it is.
    cookies.every(({ name, value }) => !isTokenName(name) || (text.endsWith(`=${value}`) && isToken(value)))

  return async (
    request: NextRequest,
    next: (request: NextRequest, jwtKey: string | undefined) => Promise<Answer>,
  ): Promise<Answer> => {
    request.headers.delete(DEBUG)
    const token = tokenInHeader(request)
    const isOther = decodedPart(token, 0) !== undefined && !isToken(token)
    const authorization = request.headers.get('authorization') ?? ''
    if (isOther || MACHINE_TOKEN.test(authorization))
      return new Response('Only session tokens are accepted', { status: 401 })
    const { pathname, searchParams: parameters } = new URL(request.url)
    const handshakes = parameters.getAll(HANDSHAKE)
    if (!handshakes.every(isToken)) return badRequest()

    const sent = partsOf(request)
    let kept = sent.filter(haveForm)
    const isIn = (name: string) =>
      parameters.has(name) || kept.some(({ cookies }) => cookies.some((cookie) => cookie.name === name))
    const valuesOf = (is: (name: string) => boolean) =>
      kept.flatMap(({ cookies }) => cookies.flatMap(({ name, value }) => (is(name) ? [value] : [])))
    // Not those in other cookies, which may be of another service: nobody waits for Clerk because of them.
    const brought = [...handshakes, ...tokensIn(authorization), ...valuesOf(isTokenName)]
    const keys = brought.length > 0 || isIn(NONCE) ? await findPublicKeys(brought) : undefined
    if (!handshakes.every((one) => keys?.isSigned(one))) return badRequest()
    const at = now()
    const dropped = handshakes.some((one) => isStale(one, at)) ? [HANDSHAKE] : []
    kept = kept.filter(({ cookies }) =>
      cookies.every(
        ({ name, value }) => name !== HANDSHAKE || (keys?.isSigned(value) && !isStale(value, at)),
      ),
    )

    /** What Clerk is asked about, and what it is not asked about any more. */
    const asked: string[] = []
    const unasked: string[] = []
    const leaveOut = (named: string) => {
      unasked.push(named)
      kept = kept.filter((part) => !part.cookies.some(({ name }) => name.includes(named)))
    }
    const cookies = kept.flatMap((part) => part.cookies)
    if (isRefresh(request, cookies, brought, at, keys))
      (await isRefused(refreshes, at)) ? leaveOut(REFRESH) : asked.push(REFRESH)
    // Nobody knows which of several keys has signed what Clerk will answer.
    if (isIn(NONCE)) keys?.count !== 1 || (await isRefused(nonces, at)) ? leaveOut(NONCE) : asked.push(NONCE)

    // What the SDK goes by first: the end of a handshake, then a session that lives, which may be beside an old one.
    const ends = [...(dropped.length > 0 ? [] : handshakes), ...valuesOf((name) => name === HANDSHAKE)]
    const jwtKey = keys?.pemFor([...ends, ...brought.filter((one) => lives(one, at)), ...brought])
    const send = () => {
      if (kept.length < sent.length) request.headers.set('cookie', kept.map(({ text }) => text).join(';'))
      const without = unasked.includes(NONCE) ? [...dropped, NONCE] : dropped
      const answer = next(withoutParameters(request, without), jwtKey)
      return pathname.startsWith(PROXY) ? answer : inTime(answer, clock)
    }
    let response = await send()
    if (response === LATE && asked.length > 0 && request.method === 'GET') {
      asked.forEach(leaveOut)
      response = await send()
    }
    if (response === LATE) return outagePage(request)
    if (unasked.length === 0) return response
    askForToken(response)
    return isUnknown(response) ? outagePage(request) : response
  }
}

const badRequest = () => new Response('Bad request', { status: 400 })
