import { after } from 'next/server'
import { ConfigurationError } from '@/lib/env'
import { errorResponse } from '@/lib/http/error-response'
import { type Answer, handleWebhook } from '@/lib/webhooks/handle-webhook'

const accepted = (outcome: 'ok' | 'ignored') => () => Response.json({ ok: true, outcome })

/** Any answer but 200 makes Clerk deliver again. */
const answers: Record<Answer, () => Response> = {
  ok: accepted('ok'),
  ignored: accepted('ignored'),
  // What was not read is still in the connection, and a next request on it would wait behind.
  too_large: () =>
    errorResponse(413, 'too_large', 'The body is over 1 MB.', { headers: { Connection: 'close' } }),
  bad_signature: () =>
    errorResponse(
      400,
      'bad_signature',
      'The signature, its secret or its time is not right: CLERK_WEBHOOK_SIGNING_SECRET must be this endpoint’s.',
    ),
  bad_payload: () => errorResponse(400, 'bad_payload', 'The body is not a Clerk event.'),
  invalidation_unconfirmed: () =>
    errorResponse(503, 'invalidation_unconfirmed', 'Redis did not confirm the invalidation. Deliver again.'),
}

export async function POST(request: Request): Promise<Response> {
  try {
    return answers[await handleWebhook(request, after)]()
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return errorResponse(500, error.code, 'CLERK_WEBHOOK_SIGNING_SECRET is not set.')
  }
}
