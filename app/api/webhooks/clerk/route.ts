import { after } from 'next/server'
import { ConfigurationError } from '@/lib/env'
import { errorResponse } from '@/lib/http/error-response'
import { tokenHandlers } from '@/lib/integrations/token-handlers'
import { organizationHandlers } from '@/lib/organizations/organization-handlers'
import { type Answer, handleWebhook } from '@/lib/webhooks/handle-webhook'
import { addWebhookHandlers } from '@/lib/webhooks/handlers'

addWebhookHandlers('tokens', tokenHandlers)
addWebhookHandlers('organizations', organizationHandlers)

const accepted = (outcome: 'ok' | 'ignored') => () => Response.json({ ok: true, outcome })

/** The rest of the body may still have to arrive, and nobody will read it. Without this the connection stays open. */
const CLOSE = { Connection: 'close' }

/** If the answer is not 200, Clerk delivers again. `id`: the `svix-id` of the webhook. */
const answers: Record<Answer, (id: string) => Response> = {
  ok: accepted('ok'),
  ignored: accepted('ignored'),
  too_large: () => errorResponse('too_large', { headers: CLOSE }),
  too_slow: () => errorResponse('too_slow', { headers: CLOSE }),
  unsigned: () => errorResponse('bad_signature', { headers: CLOSE }),
  bad_signature: () => errorResponse('bad_signature', { headers: CLOSE }),
  bad_payload: () => errorResponse('bad_payload'),
  // Nobody reads this answer.
  aborted: () => errorResponse('bad_request'),
  invalidation_unconfirmed: (id) =>
    errorResponse('invalidation_unconfirmed', {
      message: `Redis did not confirm the invalidation of delivery ${id}. It was not lost: deliver it again.`,
    }),
}

export async function POST(request: Request): Promise<Response> {
  try {
    return answers[await handleWebhook(request, after)](request.headers.get('svix-id') ?? '')
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return errorResponse('not_configured', {
      status: 500,
      message: 'CLERK_WEBHOOK_SIGNING_SECRET is not set.',
    })
  }
}
