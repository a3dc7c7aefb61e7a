import { connection } from 'next/server'
import { snapshot, snapshotFeed } from '@/lib/dashboard/panels.server'
import { RANGES } from '@/lib/dashboard/snapshot-schema'
import { errorResponse, knownErrorResponse, PRIVATE } from '@/lib/http/error-response'
import { isSameOrigin } from '@/lib/http/same-origin'

/** What an open dashboard shows, for admins: server-sent events where the client accepts them, otherwise JSON. `?range=1h` adds charts. */
export async function GET(request: Request): Promise<Response> {
  await connection()
  if (!isSameOrigin(request)) return errorResponse('cross_origin')
  try {
    const range = RANGES.find((one) => one === new URL(request.url).searchParams.get('range'))
    if (!request.headers.get('accept')?.includes('text/event-stream'))
      return Response.json(await snapshot(range), { headers: PRIVATE })
    // no-transform: compression would hold events back.
    const headers = {
      'Content-Type': 'text/event-stream',
      'Cache-Control': `${PRIVATE['Cache-Control']}, no-transform`,
    }
    return new Response(await snapshotFeed(request.signal, range), { headers })
  } catch (error) {
    return knownErrorResponse(error)
  }
}
