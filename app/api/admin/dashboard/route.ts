import { connection } from 'next/server'
import { snapshot, snapshotFeed } from '@/lib/dashboard/panels.server'
import { errorResponse, isSameOrigin, knownErrorResponse, PRIVATE } from '@/lib/http/error-response'

/** What open dashboards show: as server-sent events to whoever takes those, else as JSON. For admins. */
export async function GET(request: Request): Promise<Response> {
  await connection()
  if (!isSameOrigin(request)) return errorResponse(403, 'cross_origin', 'Only for this site’s own pages.')
  try {
    if (!request.headers.get('accept')?.includes('text/event-stream'))
      return Response.json(await snapshot(), { headers: PRIVATE })
    // Compressed, events would wait for each other.
    const headers = {
      'Content-Type': 'text/event-stream',
      'Cache-Control': `${PRIVATE['Cache-Control']}, no-transform`,
    }
    return new Response(await snapshotFeed(request.signal), { headers })
  } catch (error) {
    return knownErrorResponse(error)
  }
}
