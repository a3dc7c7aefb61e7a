import { connection } from 'next/server'
import { z } from 'zod'
import { carriesOpsToken } from '@/lib/auth/ops-token'
import { requireAdmin } from '@/lib/auth/roles.server'
import { opsSettings } from '@/lib/auth/settings'
import { errorResponse, knownErrorResponse, PRIVATE } from '@/lib/http/error-response'
import { cacheStats } from '@/lib/telemetry/stats'

const query = z.object({ minutes: z.coerce.number().int().min(1).max(1440).default(60) })

/** Statistics of this process, and of the fleet over the last `minutes` (default: 60). For admins, or with OPS_TOKEN. */
export async function GET(request: Request): Promise<Response> {
  await connection()
  try {
    if (!(opsSettings().OPS_TOKEN && carriesOpsToken(request))) await requireAdmin()
    const parsed = query.safeParse(Object.fromEntries(new URL(request.url).searchParams))
    if (!parsed.success)
      return errorResponse('bad_request', { message: 'minutes must be a whole number from 1 to 1440.' })
    return Response.json(await cacheStats(parsed.data), { headers: PRIVATE })
  } catch (error) {
    return knownErrorResponse(error)
  }
}
