import { fileURLToPath } from 'node:url'

/** @type {import('next').NextConfig} */
export default {
  cacheComponents: true,
  partialPrefetching: true,
  // What `'use cache: remote'` needs to share its values: Next brings none.
  cacheHandlers: { remote: fileURLToPath(new URL('remote-handler.mjs', import.meta.url)) },
  turbopack: { root: fileURLToPath(new URL('../..', import.meta.url)) },
  // `npm run types` of this package covers these files.
  typescript: { ignoreBuildErrors: true },
}
