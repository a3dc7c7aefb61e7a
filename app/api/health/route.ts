import { connection } from 'next/server'
import { checkHealth } from '@/lib/process/health'

/** 200 while the app can answer its users, with `degraded` where a dependency is out; 503 when nothing is left. */
export async function GET(): Promise<Response> {
  await connection()
  const health = await checkHealth()
  return Response.json(health, {
    status: health.status === 'down' ? 503 : 200,
    headers: { 'Cache-Control': 'no-store' },
  })
}
