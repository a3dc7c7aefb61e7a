import { clerkMiddleware } from '@clerk/nextjs/server'
import { type NextFetchEvent, type NextRequest, NextResponse } from 'next/server'
import { appOrigins } from './lib/auth/origins'
import { clerkBudget } from './lib/clerk/budget'
import { ClerkError } from './lib/clerk/error'
import { createGuardOfClerk } from './lib/http/before-clerk'
import { contentSecurityPolicy } from './lib/http/content-security-policy'
import { isForPeople, outagePage } from './lib/http/outage-page'
import { createPublicKeys, givenPublicKey } from './lib/http/public-keys'
import { withoutHandshake, withUsableRedirects } from './lib/http/redirect-addresses'
import { onePerProcess } from './lib/lookup/one-per-process'

// Kept to one decision and one header on purpose: it runs before every page, so it reads no user and asks neither Redis nor Clerk,
// but for what Clerk's own middleware would ask Clerk about: that is counted in the budget of the fleet. It is a convenience, not the
// authorisation: lib/auth checks again wherever data is read. Pages here always answer 200 (they stream), so the redirect that
// has a status is this one.
const signedInOnly = /^\/(account|calendar|dashboard|organizations|profile)(\/|$)/

/** Lets each process ask Clerk about a tenth of what Clerk allows in 10 s, within the budget of all processes. */
const guardOfClerk = () =>
  onePerProcess('guard-of-clerk', () =>
    createGuardOfClerk(clerkBudget().read().limit / 10, {
      findPublicKeys: process.env.CLERK_JWT_KEY
        ? givenPublicKey(process.env.CLERK_JWT_KEY)
        : createPublicKeys(),
      mayAsk: () => clerkBudget().admitSession(),
    }),
  )

/** Bytes. The limit of next.config.mjs, where Next would cut the body off and then answer 500. */
const LONGEST_BODY = 64 * 1024

/** `jwtKey`: Clerk's public key, so that a session is verified without asking Clerk for it. */
const withClerk = (jwtKey: string | undefined) =>
  clerkMiddleware(
    async (auth, request) => {
      const { pathname } = request.nextUrl
      // Next checks `Origin` only, which a proxy or an extension can have taken away.
      const site = request.headers.get('sec-fetch-site')
      if (request.method === 'POST' && (site === 'cross-site' || site === 'same-site'))
        return new NextResponse('Forbidden', { status: 403 })
      // Next would answer 500.
      if (!canBeDecoded(pathname) || !isOrigin(request.headers.get('origin')))
        return new NextResponse('Bad request', { status: 400 })
      if (signedInOnly.test(pathname)) {
        const { userId, redirectToSignIn } = await auth()
        // The end of a handshake that Clerk refuses hides the session that may be beside it.
        const address = new URL(request.url)
        const plain = withoutHandshake(address)
        if (!userId && plain.search !== address.search) return NextResponse.redirect(plain)
        // Clerk knows the address that is open: that of the request names the port that Next listens on.
        if (!userId) return redirectToSignIn()
      }
      return withPolicy(request)
    },
    {
      ...(jwtKey && { jwtKey }),
      // Other apps of the same Clerk instance get session tokens too. Checked at the start, in lib/process/settings.ts.
      ...(appOrigins().length > 0 && { authorizedParties: appOrigins() }),
    },
  )

/** Those under which the app is open: each proxy may add one. The address of the request names the port that Next listens on. */
const hostsOf = ({ headers }: NextRequest): string[] => [
  ...['host', 'x-forwarded-host'].flatMap((name) => headers.get(name)?.split(/\s*,\s*/) ?? []),
  ...appOrigins().map((origin) => origin.replace(/^.*\/\//, '')),
]

function canBeDecoded(pathname: string): boolean {
  try {
    decodeURIComponent(pathname)
    return true
  } catch {
    return false
  }
}

/** Whether a header can be the one of a browser: the origin of an address, or `null` for an origin that is kept secret. */
const isOrigin = (origin: string | null) => origin === null || origin === 'null' || URL.canParse(origin)

/** Goes on with a new nonce: Next puts the one in the request's header on all inline scripts that it writes. */
function withPolicy(request: NextRequest): NextResponse {
  const policy = contentSecurityPolicy({
    nonce: btoa(crypto.randomUUID()),
    publishableKey: process.env.NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY,
    clerkAddresses: [
      process.env.NEXT_PUBLIC_CLERK_PROXY_URL,
      process.env.NEXT_PUBLIC_CLERK_JS_URL,
      process.env.NEXT_PUBLIC_CLERK_SIGN_IN_URL,
    ],
    development: process.env.NODE_ENV === 'development',
  })
  const headers = new Headers(request.headers)
  headers.set('Content-Security-Policy', policy)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('Content-Security-Policy', policy)
  return response
}

/** What is thrown here is answered with a page that says that the sign-in could not be checked: Next would answer with a bare 500. */
export default async function middleware(request: NextRequest, event: NextFetchEvent) {
  if (Number(request.headers.get('content-length')) > LONGEST_BODY)
    return new NextResponse('Content too large', { status: 413 })
  const usable = withUsableRedirects(request.nextUrl, hostsOf(request))
  if (usable) return NextResponse.redirect(usable)
  try {
    return await guardOfClerk()(request, (guarded, jwtKey) => answer(guarded, event, jwtKey))
  } catch (error) {
    // The log has it when Clerk does not answer with its public keys, and not that it does not accept the secret key.
    if (error instanceof ClerkError && error.code === 'clerk_unavailable') return outagePage(request)
    // biome-ignore lint/suspicious/noConsole: Next logs only what is thrown
    console.error(error instanceof ClerkError ? error.message : error)
    return outagePage(request)
  }
}

/**
 * Clerk passes a request on by a rewrite to its own address. Next writes that address as http://localhost, so a server
 * that was told to listen on 127.0.0.1 would take it for another server and send it the request, again and again.
 */
async function answer(request: NextRequest, event: NextFetchEvent, jwtKey: string | undefined) {
  const response = await withClerk(jwtKey)(request, event)
  // No page: one that came through `frontendApiProxy`, which is on by default at *.vercel.app.
  if (response && response.status >= 500 && isForPeople(request)) return outagePage(request)
  // With a new session. Next would let caches that are shared keep the answer to a prefetch for a year.
  if (response?.headers.has('set-cookie')) response.headers.set('Cache-Control', 'private, no-store')
  // The SDK sets it at the end of a handshake, made up or not. No page is for scripts of other origins.
  for (const name of ['origin', 'credentials']) response?.headers.delete(`Access-Control-Allow-${name}`)
  if (response?.headers.get('x-middleware-rewrite') !== request.url) return response
  response.headers.delete('x-middleware-rewrite')
  response.headers.set('x-middleware-next', '1')
  return response
}

// What it leaves out is never a page: a page would have neither the redirect nor the policy.
export const config = {
  // In the process of the pages, whose budget it shares.
  runtime: 'nodejs',
  matcher: ['/((?!_next/static/|api/webhooks/clerk$|api/health$|api/metrics$|icon\\.svg$).*)'],
}
