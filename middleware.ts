import { clerkMiddleware } from '@clerk/nextjs/server'
import type { NextFetchEvent, NextRequest } from 'next/server'

// Kept to one decision on purpose: it runs before every page, on the edge runtime, so it reads no Redis, calls no
// Clerk API and parses nothing with zod. It is a convenience, not the authorisation: lib/auth checks again wherever
// data is read. Pages here always answer 200 (they stream), so the redirect that has a status is this one.
const signedInOnly = /^\/(account|calendar|dashboard|profile)(\/|$)/

const withClerk = clerkMiddleware(
  async (auth, request) => {
    if (!signedInOnly.test(request.nextUrl.pathname)) return
    const { userId, redirectToSignIn } = await auth()
    if (!userId) return redirectToSignIn({ returnBackUrl: request.url })
  },
  // With the key at hand a session is verified without asking Clerk for its key set.
  process.env.CLERK_JWT_KEY ? { jwtKey: process.env.CLERK_JWT_KEY } : {},
)

/**
 * Clerk passes a request on by a rewrite to its own address. Next writes that address as http://localhost, so a server
 * that was told to listen on 127.0.0.1 would take it for another server and send it the request, again and again.
 */
export default async function middleware(request: NextRequest, event: NextFetchEvent) {
  const response = await withClerk(request, event)
  if (response?.headers.get('x-middleware-rewrite') !== request.url) return response
  response.headers.delete('x-middleware-rewrite')
  response.headers.set('x-middleware-next', '1')
  return response
}

export const config = {
  matcher: ['/((?!_next/|api/webhooks/|api/health|api/metrics|icon\\.svg|.*\\.(?:png|ico|txt|xml)$).*)'],
}
