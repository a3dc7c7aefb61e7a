import { ZodError } from 'zod'
import { isUnconfirmed } from '../lookup/errors'
import { type DeliveryRecord, recordDelivery } from './delivery-log'
import { emitDelivery } from './events'
import { type Effect, handleClerkEvent } from './handlers'
import { type Delivery, verifyWebhookRequest } from './verify-webhook'

/** What the sender is told; `ignored` is a type that nobody handles. */
export type Answer =
  | 'ok'
  | 'ignored'
  | 'too_large'
  | 'bad_signature'
  | 'bad_payload'
  | 'invalidation_unconfirmed'

type Verdict = { answer: 'ok'; effect: Effect } | { answer: Exclude<Answer, 'ok'>; effect?: undefined }

/** The sender is answered within a second. What is still under way goes on; the next attempt repeats it. */
const PATIENCE_MS = 900

const outcomes: Record<Answer, DeliveryRecord['outcome']> = {
  ok: 'ok',
  ignored: 'ignored',
  too_large: 'refused',
  bad_signature: 'refused',
  bad_payload: 'refused',
  invalidation_unconfirmed: 'failed',
}

/**
 * Takes one webhook: verifies, invalidates, answers. It invalidates at every attempt, so that no copy depends on the
 * luck of another; the log and slow work come after the answer, once for each `svix-id` that succeeded.
 * @throws ConfigurationError without CLERK_WEBHOOK_SIGNING_SECRET
 */
export async function handleWebhook(
  request: Request,
  after: (task: () => Promise<void>) => void,
): Promise<Answer> {
  const started = performance.now()
  const received = await verifyWebhookRequest(request)
  const verdict = received.status === 'ok' ? await actInTime(received.delivery) : { answer: received.status }
  const { answer, effect } = verdict
  const type = received.status === 'ok' ? received.delivery.type : 'unknown'
  const ms = Math.round((performance.now() - started) * 10) / 10
  emitDelivery({ event: type, outcome: answer, ms })
  // Whoever has no secret writes nothing anywhere.
  if (!('id' in received)) return answer
  const record = {
    at: Date.now(),
    id: received.id,
    type,
    outcome: outcomes[answer],
    reason: outcomes[answer] === 'ok' || outcomes[answer] === 'ignored' ? null : answer,
    ms,
    invalidated: [...(effect?.invalidated ?? [])],
  }
  after(async () => {
    if (await recordDelivery(record)) await effect?.later?.()
  })
  return answer
}

async function actInTime(delivery: Delivery): Promise<Verdict> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Verdict>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, { answer: 'invalidation_unconfirmed' })
  })
  return Promise.race([act(delivery), late]).finally(() => clearTimeout(timer))
}

async function act(delivery: Delivery): Promise<Verdict> {
  try {
    const effect = await handleClerkEvent(delivery)
    return effect ? { answer: 'ok', effect } : { answer: 'ignored' }
  } catch (error) {
    if (error instanceof ZodError) return { answer: 'bad_payload' }
    if (isUnconfirmed(error)) return { answer: 'invalidation_unconfirmed' }
    throw error
  }
}
