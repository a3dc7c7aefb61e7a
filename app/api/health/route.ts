import { connection } from 'next/server'
import { carriesOpsToken } from '@/lib/auth/ops-token'
import { opsSettings } from '@/lib/auth/settings'
import { checkHealth, coarse } from '@/lib/process/health'

/**
 * 200 while the app can serve its users (`degraded` if one dependency is down), 503 when both are down. Reasons and
 * latencies are only for monitoring that sends OPS_TOKEN.
 */
export async function GET(request: Request): Promise<Response> {
  await connection()
  const health = await checkHealth()
  const knows = request.headers.has('authorization') && opsSettings().OPS_TOKEN && carriesOpsToken(request)
  return Response.json(knows ? health : coarse(health), {
    status: health.status === 'down' ? 503 : 200,
    headers: { 'Cache-Control': 'no-store' },
  })
}
