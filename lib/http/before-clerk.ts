/** What begins Clerk's API keys, OAuth tokens and M2M tokens. Clerk's SDK takes a token without `Bearer` too. */
const MACHINE_TOKEN = /^(Bearer )?(ak|oat|mt)_/
/** Where Clerk leads a browser back to the app with it, as a parameter or a cookie, the SDK asks Clerk for new cookies. */
const HANDSHAKE = '__clerk_handshake_nonce'
/** What the cookie is called, but for a suffix, that the SDK sends to Clerk to renew a session token. */
const REFRESH = '__refresh'
/** Clerk's window, in milliseconds. */
const WINDOW = 10_000

/** Clerk's SDK decodes the names of cookies as well. */
function decoded(cookies: string): string {
  return cookies.replace(/(%[0-9A-F]{2})+/gi, (text) => {
    try {
      return decodeURIComponent(text)
    } catch {
      return text
    }
  })
}

const cookiesOf = ({ headers }: Request) => decoded(headers.get('cookie') ?? '')

const isHandshake = (request: Request) =>
  new URL(request.url).searchParams.has(HANDSHAKE) || cookiesOf(request).includes(HANDSHAKE)

/** Whether a session token lives, as far as it says so itself. */
function lives(token: string, at: number): boolean {
  try {
    const payload = token.split('.')[1] ?? ''
    return JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))).exp * 1000 > at
  } catch {
    return false
  }
}

/** Whether the SDK may ask Clerk for a new session token: there is a cookie for that, and the old one has expired. */
function isRefresh(request: Request, at: number): boolean {
  const cookies = cookiesOf(request)
  if (request.method !== 'GET' || !cookies.includes(REFRESH)) return false
  const bearer = /^Bearer (.+)/.exec(request.headers.get('authorization') ?? '')?.[1]
  const tokens = [...cookies.matchAll(/__session[^=;]*=([^;]*)/g)].map(([, token = '']) => token.trim())
  return [...tokens, ...(bearer ? [bearer] : [])].some((token) => !lives(token, at))
}

/** Takes the cookie away by which the SDK would ask Clerk: it leads the browser to Clerk instead, which costs the app nothing. */
function withoutRefresh({ headers }: Request): void {
  const kept = (headers.get('cookie') ?? '').split(';').filter((cookie) => !decoded(cookie).includes(REFRESH))
  headers.set('cookie', kept.join(';'))
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
 * Bounds what `clerkMiddleware` of @clerk/nextjs would ask Clerk about before any code of the app runs. It sends Clerk a
 * request for each machine token, although this app takes session tokens only, for each end of a handshake, and for each
 * session token that has expired beside a cookie to renew it: anybody can make the first two up, and repeat the third with a
 * token of their own, and use up what Clerk allows all users of the app. Call it before `clerkMiddleware`: it returns an
 * answer, or undefined for what that may see. `most`: how many handshakes, and how many renewals, of this process Clerk is asked
 * about in 10 s. Beyond that a handshake is answered 429, and a renewal goes through a handshake.
 */
export function createGuardOfClerk(most: number, now = Date.now) {
  const handshakes = createCount(most)
  const refreshes = createCount(most)

  return (request: Request): Response | undefined => {
    if (MACHINE_TOKEN.test(request.headers.get('authorization') ?? ''))
      return new Response('Only session tokens are accepted', { status: 401 })
    const at = now()
    if (isRefresh(request, at) && refreshes(at) > 0) withoutRefresh(request)
    if (!isHandshake(request)) return undefined
    const wait = handshakes(at)
    if (wait === 0) return undefined
    const seconds = String(Math.ceil(wait / 1000))
    return new Response('Too many requests', { status: 429, headers: { 'Retry-After': seconds } })
  }
}
