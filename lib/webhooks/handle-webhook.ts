import { ClerkError } from '../clerk/error'
import { type Clock, deadline, systemClock } from '../lookup/clock'
import { isOutage, KitError } from '../lookup/errors'
import { type DeliveryRecord, recordDelivery } from './delivery-log'
import { emitDelivery } from './events'
import { type ClerkEvent, type HandledEvent, handleClerkEvent } from './handle-clerk-event'
import { subjectOf } from './payload'
import { verifyWebhookRequest } from './verify-webhook'

/**
 * The result of a webhook. `ignored` is a type that no part of the app handles. Only `ok`, `ignored`, `bad_payload` and
 * `invalidation_unconfirmed` need the signing secret: anybody can send the others.
 */
export type Answer =
  | 'ok'
  | 'ignored'
  | 'too_large'
  | 'too_slow'
  | 'unsigned'
  | 'bad_signature'
  | 'bad_payload'
  | 'aborted'
  | 'invalidation_unconfirmed'

type Outcome = { answer: Answer; result?: HandledEvent }

/**
 * A webhook is answered within 10 s in which this process runs, and 13 s in all: Clerk waits for 15 s. If this time passes,
 * it goes on, and Clerk's next attempt repeats it. A ban takes fourteen requests to Redis and two to Clerk, one after another.
 */
const DEADLINE_MS = 10_000
const DEADLINE_CAP_MS = 13_000

const outcomes: Record<Answer, DeliveryRecord['outcome']> = {
  ok: 'ok',
  ignored: 'ignored',
  too_large: 'refused',
  too_slow: 'refused',
  unsigned: 'refused',
  bad_signature: 'refused',
  bad_payload: 'refused',
  aborted: 'refused',
  invalidation_unconfirmed: 'failed',
}

/**
 * Handles a request of Clerk: verifies the signature, invalidates, and returns what to answer. Every attempt
 * invalidates, so that no copy of a webhook depends on another one. The log and the warming come after the answer, once
 * for each `svix-id` that succeeded.
 * @throws ConfigurationError if CLERK_WEBHOOK_SIGNING_SECRET is not set
 */
export async function handleWebhook(
  request: Request,
  after: (task: () => Promise<void>) => void,
  clock: Clock = systemClock,
): Promise<Answer> {
  const started = performance.now()
  const webhook = await verifyWebhookRequest(request)
  const event = webhook.status === 'ok' ? webhook.event : undefined
  const { answer, result } = event ? await handleInTime(event, clock) : { answer: webhook.status }
  const type = event?.type ?? 'unknown'
  const ms = Math.round((performance.now() - started) * 10) / 10
  emitDelivery({ event: type, outcome: answer, ms, ...('id' in webhook && { id: webhook.id }) })
  // A sender without the secret must not be able to write anything.
  if (!('id' in webhook)) return answer
  const outcome = outcomes[answer]
  const record = {
    ...{ at: Date.now(), id: webhook.id, type, outcome, ms },
    subject: event ? subjectOf(event.data) : null,
    reason: outcome === 'ok' || outcome === 'ignored' ? null : answer,
    invalidated: [...(result?.invalidated ?? [])],
  }
  after(async () => {
    if (await recordDelivery(record)) await result?.later()
  })
  return answer
}

async function handleInTime(event: ClerkEvent, clock: Clock): Promise<Outcome> {
  let cancel = () => {}
  const late = new Promise<Outcome>((resolve) => {
    const giveUp = () => resolve({ answer: 'invalidation_unconfirmed' })
    cancel = deadline(clock, DEADLINE_MS, giveUp, DEADLINE_CAP_MS)
  })
  return Promise.race([handle(event), late]).finally(() => cancel())
}

async function handle(event: ClerkEvent): Promise<Outcome> {
  try {
    const result = await handleClerkEvent(event)
    return { answer: result.handled ? 'ok' : 'ignored', result }
  } catch (error) {
    // Not `instanceof`: a handler may come from another copy of the module.
    if (error instanceof KitError && error.code === 'bad_payload') return { answer: 'bad_payload' }
    // Also if Redis or Clerk could not be asked whether a user is still banned.
    if (isOutage(error) || error instanceof ClerkError) return { answer: 'invalidation_unconfirmed' }
    throw error
  }
}
