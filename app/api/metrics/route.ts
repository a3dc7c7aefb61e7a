import { connection } from 'next/server'
import { carriesOpsToken } from '@/lib/auth/ops-token'
import { errorResponse, knownErrorResponse } from '@/lib/http/error-response'
import { metrics } from '@/lib/telemetry/metrics'

/** The metrics of this process, for a Prometheus that sends OPS_TOKEN. */
export async function GET(request: Request): Promise<Response> {
  await connection()
  try {
    if (!carriesOpsToken(request))
      return errorResponse('unauthenticated', { message: 'Send OPS_TOKEN as a bearer token.' })
    const { registry } = metrics()
    return new Response(await registry.metrics(), {
      headers: { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' },
    })
  } catch (error) {
    return knownErrorResponse(error)
  }
}
