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
  too_large: () => errorResponse('too_large', { headers: { Connection: 'close' } }),
  bad_signature: () => errorResponse('bad_signature'),
  bad_payload: () => errorResponse('bad_payload'),
  invalidation_unconfirmed: () => errorResponse('invalidation_unconfirmed'),
}

export async function POST(request: Request): Promise<Response> {
  try {
    return answers[await handleWebhook(request, after)]()
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return errorResponse('not_configured', {
      status: 500,
      message: 'CLERK_WEBHOOK_SIGNING_SECRET is not set.',
    })
  }
}
