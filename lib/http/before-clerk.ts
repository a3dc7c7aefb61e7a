/** What begins Clerk's API keys, OAuth tokens and M2M tokens. Clerk's SDK takes a token without `Bearer` too. */
const MACHINE_TOKEN = /^(Bearer )?(ak|oat|mt)_/
/** Where Clerk leads a browser back to the app with it, as a parameter or a cookie, the SDK asks Clerk for new cookies. */
const HANDSHAKE = '__clerk_handshake_nonce'
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

const isHandshake = ({ url, headers }: Request) =>
  new URL(url).searchParams.has(HANDSHAKE) || decoded(headers.get('cookie') ?? '').includes(HANDSHAKE)

/**
 * Refuses what `clerkMiddleware` of @clerk/nextjs would ask Clerk about before any code of the app runs. It sends Clerk a
 * request for each machine token, although this app takes session tokens only, and for each end of a handshake: anybody
 * can make these up, and use up what Clerk allows all users of the app. Call it before `clerkMiddleware`: undefined for
 * what it may see. `handshakes`: how many of this process Clerk is asked about in 10 s.
 */
export function createGuardOfClerk(handshakes: number, now = Date.now) {
  let window = { end: Number.NEGATIVE_INFINITY, count: 0 }

  return (request: Request): Response | undefined => {
    if (MACHINE_TOKEN.test(request.headers.get('authorization') ?? ''))
      return new Response('Only session tokens are accepted', { status: 401 })
    if (!isHandshake(request)) return undefined
    const at = now()
    // A clock that was set back must not make a window last.
    if (at >= window.end || at < window.end - WINDOW) window = { end: at + WINDOW, count: 0 }
    if (++window.count <= handshakes) return undefined
    const wait = Math.ceil((window.end - at) / 1000)
    return new Response('Too many requests', { status: 429, headers: { 'Retry-After': String(wait) } })
  }
}
