import { connection } from 'next/server'
import { checkHealth } from '@/lib/process/health'

/** 200 while the app can serve its users (`degraded` if one dependency is down), 503 when both are down. */
export async function GET(): Promise<Response> {
  await connection()
  const health = await checkHealth()
  return Response.json(health, {
    status: health.status === 'down' ? 503 : 200,
    headers: { 'Cache-Control': 'no-store' },
  })
}
