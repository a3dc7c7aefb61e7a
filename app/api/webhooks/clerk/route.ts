import { after } from 'next/server'
import { ZodError } from 'zod'
import { errorResponse, knownErrorResponse } from '@/lib/http'
import { isUnconfirmed } from '@/lib/lookup/errors'
import { handleDelivery } from '@/lib/webhooks/handlers'
import { receiveWebhook } from '@/lib/webhooks/receive'

const badPayload = () => errorResponse(400, 'bad_payload', 'The body is not a Clerk event.')

/** Any answer but 200 makes Clerk deliver again: 503 asks for it when an invalidation was not confirmed. */
export async function POST(request: Request): Promise<Response> {
  try {
    const received = await receiveWebhook(request)
    if (received.status === 'too_large') return errorResponse(413, 'too_large', 'The body is over 1 MB.')
    if (received.status === 'bad_signature')
      return errorResponse(400, 'bad_signature', 'The signature, its secret or its time is not right.')
    if (received.status === 'bad_payload') return badPayload()
    const later = await handleDelivery(received.delivery)
    if (later) after(later)
    return Response.json({ ok: true })
  } catch (error) {
    if (error instanceof ZodError) return badPayload()
    if (isUnconfirmed(error))
      return errorResponse(503, 'invalidation_unconfirmed', 'Not confirmed. Deliver again.')
    const response = knownErrorResponse(error)
    return response.status === 503
      ? new Response(response.body, { status: 500, headers: response.headers })
      : response
  }
}
