import type { RedisAddress } from '../../lib/lookup/redis/client'

/** How a process of a test reaches the database: over TCP if the address says so. */
export const addressOf = ({ url, token }: { url: string; token: string }): RedisAddress =>
  url.startsWith('redis:') ? { url, tcp: () => import('../../lib/lookup/redis/tcp') } : { url, token }
