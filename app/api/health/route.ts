import { connection } from 'next/server'
import { carriesOpsToken } from '@/lib/auth/ops-token'
import { opsSettings } from '@/lib/auth/settings'
import { ConfigurationError } from '@/lib/env'
import { checkHealth, coarse } from '@/lib/process/health'

/**
 * 200 while the app can serve its users (`degraded` if one dependency is down), 503 when both are down. Reasons and
 * latencies are only for monitoring that sends OPS_TOKEN.
 */
export async function GET(request: Request): Promise<Response> {
  await connection()
  const health = await checkHealth()
  return Response.json(mayKnowWhy(request) ? health : coarse(health), {
    status: health.status === 'down' ? 503 : 200,
    headers: { 'Cache-Control': 'no-store' },
  })
}

function mayKnowWhy(request: Request): boolean {
  if (!request.headers.has('authorization')) return false
  try {
    return Boolean(opsSettings().OPS_TOKEN) && carriesOpsToken(request)
  } catch (error) {
    // A malformed OPS_TOKEN admits nobody. The start has named it, and health does not depend on it.
    if (error instanceof ConfigurationError) return false
    throw error
  }
}
