/** What begins Clerk's API keys, OAuth tokens and M2M tokens. Clerk's SDK takes a token without `Bearer` too. */
const MACHINE_TOKEN = /^(Bearer )?(ak|oat|mt)_/
/** Where Clerk leads a browser back to the app with one of them, as a parameter or a cookie, the SDK asks Clerk for new cookies, or reads them. */
const NONCE = '__clerk_handshake_nonce'
const HANDSHAKE = '__clerk_handshake'
/** What the cookie is called, but for a suffix, that the SDK sends to Clerk to renew a session token. */
const REFRESH = '__refresh'
const SESSION = /^__session(_[\w-]{8})?$/
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

/** One of the three parts of a token, as the SDK decodes it. Undefined if it is not JSON. */
function decodedPart(token: string, part: 0 | 1) {
  const parts = token.split('.')
  if (parts.length !== 3) return undefined
  try {
    const text = (parts[part] ?? '').replaceAll('=', '').replaceAll('-', '+').replaceAll('_', '/')
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text), (one) => one.charCodeAt(0))))
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

const hasItsForm = ({ name, value }: Cookie) => (name !== HANDSHAKE && !SESSION.test(name)) || isToken(value)

/** The token of the header, as the SDK finds it. */
function tokenInHeader({ headers }: Request): string {
  const [scheme = '', token] = (headers.get('authorization') ?? '').split(' ', 2)
  return token ? (scheme === 'Bearer' ? token : '') : scheme
}

/** Whether a session token lives, as far as it says so itself. */
function lives(token: string, at: number): boolean {
  const exp: unknown = decodedPart(token, 1)?.exp
  return typeof exp === 'number' && exp * 1000 > at
}

/**
 * Whether the SDK may ask Clerk for a new session token: there is a cookie for that, and not every token is seen to live.
 * What is in the header counts as a token, whatever it is, but for the password of a site.
 */
function isRefresh({ method, headers }: Request, cookies: Cookie[], at: number): boolean {
  if (method !== 'GET' || !cookies.some(({ name }) => name.includes(REFRESH))) return false
  const tokens = cookies.flatMap(({ name, value }) => (SESSION.test(name) ? [value] : []))
  const authorization = headers.get('authorization') ?? ''
  if (!/^(Basic .|$)/.test(authorization)) tokens.push(authorization.replace(/^Bearer /, ''))
  return tokens.length === 0 || tokens.some((token) => !lives(token, at))
}

/** Counts in windows of 10 s: 0 while no more than `most` came, else the milliseconds until the next window. */
function createCount(most: number) {
  let window = { end: Number.NEGATIVE_INFINITY, count: 0 }
  return (at: number): number => {
    // A clock that was set back must not make a window last.
    if (at >= window.end || at < window.end - WINDOW) window = { end: at + WINDOW, count: 0 }
    return ++window.count <= most ? 0 : window.end - at
  }
}

/**
 * Bounds what `clerkMiddleware` of @clerk/nextjs would ask Clerk about, and print, before any code of the app runs. It sends
 * Clerk a request for each machine token, although this app takes session tokens only, for each end of a handshake, and for
 * each session token that has expired beside a cookie to renew it: anybody can make the first two up, and repeat the third with
 * a token of their own, and use up what Clerk allows all users of the app. And it prints the header of a token that it cannot
 * verify. Call it before `clerkMiddleware`: it resolves to an answer, or to undefined for what that may see, and takes cookies
 * away from the request. What does not have the form of a token of Clerk is taken away as a cookie, and answered 401 in
 * `Authorization` and 400 as a parameter.
 * - `most`: how many ends of handshakes with a nonce, how many with a token, and how many renewals this process lets through
 *   in 10 s. Beyond that a handshake is answered 429, and a renewal goes through a handshake.
 * - `secondsToWait`: called before each request that Clerk's middleware would send. It resolves to 0 for one that may be sent.
 *   Give it where several processes share what Clerk allows: by default all may be sent.
 */
export function createGuardOfClerk(
  most: number,
  {
    secondsToWait = async () => 0,
    now = Date.now,
  }: { secondsToWait?: () => Promise<number>; now?: () => number } = {},
) {
  const [nonces, tokens, refreshes] = [createCount(most), createCount(most), createCount(most)]
  const waitFor = async (count: typeof nonces, at: number) => count(at) || (await secondsToWait()) * 1000

  return async (request: Request): Promise<Response | undefined> => {
    const token = tokenInHeader(request)
    const isOther = decodedPart(token, 0) !== undefined && !isToken(token)
    if (isOther || MACHINE_TOKEN.test(request.headers.get('authorization') ?? ''))
      return new Response('Only session tokens are accepted', { status: 401 })
    const parameters = new URL(request.url).searchParams
    if (!parameters.getAll(HANDSHAKE).every(isToken)) return new Response('Bad request', { status: 400 })
    const sent = partsOf(request)
    const formed = sent.filter((part) => part.cookies.every(hasItsForm))
    const cookies = formed.flatMap((part) => part.cookies)
    const at = now()
    const isLate = isRefresh(request, cookies, at) && (await waitFor(refreshes, at)) > 0
    const kept = formed.filter((part) => !isLate || !part.cookies.some(({ name }) => name.includes(REFRESH)))
    if (kept.length < sent.length) request.headers.set('cookie', kept.map(({ text }) => text).join(';'))
    const isIn = (name: string) => parameters.has(name) || cookies.some((cookie) => cookie.name === name)
    const wait = Math.max(isIn(NONCE) ? await waitFor(nonces, at) : 0, isIn(HANDSHAKE) ? tokens(at) : 0)
    if (wait === 0) return undefined
    const seconds = String(Math.ceil(wait / 1000))
    // Somebody who comes back from Clerk waits because of others: their browser tries again by itself.
    const headers = { 'Retry-After': seconds, Refresh: seconds, 'Cache-Control': 'no-store' }
    return new Response(`Too many requests. This page tries again in ${seconds} s.`, { status: 429, headers })
  }
}
