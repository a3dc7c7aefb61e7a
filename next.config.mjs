const off = process.env.NEXT_CACHE_COMPONENTS === 'off'

const headers = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
]

/** @type {import('next').NextConfig} */
export default {
  // Builds for other keys keep apart: NEXT_PUBLIC_* values are inlined, so no build may serve two installations.
  distDir: process.env.NEXT_DIST_DIR || '.next',
  cacheComponents: !off,
  // The builds of the tests leave this to `npm run types`.
  typescript: { ignoreBuildErrors: process.env.NEXT_BUILD_TYPES === 'off' },
  ...(off ? {} : { partialPrefetching: true }),
  poweredByHeader: false,
  reactStrictMode: true,
  headers: async () => [{ source: '/:path*', headers }],
}
