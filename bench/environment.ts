import { randomBytes } from 'node:crypto'

/** The settings that the parts of the app read from the environment. No server answers at the address. */
export const setEnvironment = () =>
  Object.assign(process.env, {
    ...{ NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: 'pk_live_bench', CLERK_SECRET_KEY: 'sk_live_bench' },
    ...{ UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1', UPSTASH_REDIS_REST_TOKEN: 'bench' },
    CACHE_ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    LOG_LEVEL: 'silent',
  })
