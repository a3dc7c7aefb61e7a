import { existsSync, readdirSync } from 'node:fs'

const off = process.env.NEXT_CACHE_COMPONENTS === 'off'

/** As app/guides/guide.ts: docs/tokens.md and docs/guides/webhooks.md are the guides `tokens` and `webhooks`. */
const guides = ['docs', 'docs/guides'].flatMap((folder) =>
  existsSync(folder)
    ? readdirSync(folder).flatMap((file) => /^([a-z-]+|README)\.md$/.exec(file)?.[1] ?? [])
    : [],
)

// The policy of scripts is made for each request, in middleware.ts. This part holds for everything, and is in both.
const policy = "base-uri 'self'; object-src 'none'; frame-ancestors 'none'"

const headers = [
  { key: 'Content-Security-Policy', value: policy },
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
  // Browsers ignore it over plain http, so it is harmless on localhost. Other subdomains are not the kit's to decide.
  { key: 'Strict-Transport-Security', value: 'max-age=31536000' },
  { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=(), payment=(), usb=()' },
  // Not `same-origin`: with Clerk's `oauthFlow="popup"` the page must keep a handle on the window that it opened.
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin-allow-popups' },
]

/** @type {import('next').NextConfig} */
export default {
  // Builds for other keys keep apart: NEXT_PUBLIC_* values are inlined, so no build may serve two installations.
  distDir: process.env.NEXT_DIST_DIR || '.next',
  // The app's own pages, unless another address is set, such as that of Clerk's Account Portal.
  env: {
    NEXT_PUBLIC_CLERK_SIGN_IN_URL: process.env.NEXT_PUBLIC_CLERK_SIGN_IN_URL || '/sign-in',
    NEXT_PUBLIC_CLERK_SIGN_UP_URL: process.env.NEXT_PUBLIC_CLERK_SIGN_UP_URL || '/sign-up',
  },
  // A folder with only the files that the server needs, for the image of docs/deploy/Dockerfile.
  ...(process.env.NEXT_OUTPUT === 'standalone'
    ? { output: 'standalone', outputFileTracingRoot: import.meta.dirname }
    : {}),
  cacheComponents: !off,
  // A page whose settings only cacheComponents knows.
  pageExtensions: ['tsx', 'ts', ...(off ? [] : ['cc.tsx'])],
  // The builds of the tests leave this to `npm run types`.
  typescript: { ignoreBuildErrors: process.env.NEXT_BUILD_TYPES === 'off' },
  ...(off ? {} : { partialPrefetching: true }),
  poweredByHeader: false,
  // Switches off /_next/image, which no page uses.
  images: { unoptimized: true },
  reactStrictMode: true,
  // Bodies are kept in memory before anything is known of their sender. The forms of this app send a few kilobytes.
  experimental: {
    serverActions: { bodySizeLimit: '64kb' },
    proxyClientMaxBodySize: '64kb',
    // Next would keep a page of each guide that was asked for on disk, and anybody can make up names.
    isrFlushToDisk: false,
  },
  // A guide that does not exist is 404, which a page that streams cannot say. Next compares without regard to case.
  rewrites: async () => ({
    beforeFiles: [{ source: `/guides/:name((?!(?:${guides.join('|')})$)[^/]+)`, destination: '/404' }],
  }),
  headers: async () => [{ source: '/:path*', headers }],
}
