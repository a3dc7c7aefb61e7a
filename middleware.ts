import { clerkMiddleware } from '@clerk/nextjs/server'

// Kept to one decision on purpose: it runs before every page, on the edge runtime, so it reads no Redis, calls no
// Clerk API and parses nothing with zod. It is a convenience, not the authorisation: lib/auth checks again wherever
// data is read. Pages here always answer 200 (they stream), so the redirect that has a status is this one.
const signedInOnly = /^\/(account|calendar|dashboard|profile)(\/|$)/

const origins = (process.env.APP_ORIGINS ?? '').split(',').flatMap((origin) => origin.trim() || [])

export default clerkMiddleware(
  async (auth, request) => {
    if (!signedInOnly.test(request.nextUrl.pathname)) return
    const { userId, redirectToSignIn } = await auth()
    if (!userId) return redirectToSignIn({ returnBackUrl: request.url })
  },
  {
    // With the key at hand a session is verified without asking Clerk for its key set.
    ...(process.env.CLERK_JWT_KEY && { jwtKey: process.env.CLERK_JWT_KEY }),
    // Other apps of the same Clerk instance get session tokens too. Checked at the start, in lib/process/settings.ts.
    ...(origins.length > 0 && { authorizedParties: origins }),
  },
)

export const config = {
  matcher: ['/((?!_next/|api/webhooks/|api/health|api/metrics|icon\\.svg|.*\\.(?:png|ico|txt|xml)$).*)'],
}
