import { connection } from 'next/server'
import { z } from 'zod'
import { formats } from '@/lib/dashboard/file-formats'
import { readQuery } from '@/lib/dashboard/list-query'
import { exportList } from '@/lib/dashboard/panels.server'
import { errorResponse, knownErrorResponse, PRIVATE } from '@/lib/http/error-response'

const wanted = z.object({ list: z.enum(['audit', 'webhooks']), format: z.enum(['csv', 'ndjson']) })

/** Milliseconds after which an export ends. */
const MOST_MS = 30_000

/** A list of the dashboard as a file, with the filters of its page, for admins. A link, and so a navigation. */
export async function GET(request: Request): Promise<Response> {
  await connection()
  const site = request.headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none') return errorResponse('cross_origin')
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(MOST_MS)])
  try {
    const params = Object.fromEntries(new URL(request.url).searchParams)
    const { data } = wanted.safeParse(params)
    if (!data)
      return errorResponse('bad_request', { message: 'list is audit or webhooks, format is csv or ndjson.' })
    const { list, format } = data
    const text = await exportList(list, readQuery(params), format, signal)
    const name = `${list}-${new Date().toISOString().slice(0, 10)}.${format}`
    return new Response(text, {
      headers: {
        ...PRIVATE,
        'Content-Type': formats[format].type,
        'Content-Disposition': `attachment; filename="${name}"`,
      },
    })
  } catch (error) {
    if (signal.aborted)
      return errorResponse('unavailable', {
        message: `The export took longer than ${MOST_MS / 1000} s. Choose a shorter range of time, then try again.`,
      })
    return knownErrorResponse(error)
  }
}
