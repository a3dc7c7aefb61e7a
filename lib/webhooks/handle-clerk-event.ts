import { withPriority } from '../lookup/priority'
import { addWebhookHandlers, handlersOf } from './handlers'
import { userHandlers } from './user-handlers'

addWebhookHandlers('users', userHandlers)

/** A verified webhook of Clerk. This is the part that is used of what `verifyWebhook` of @clerk/nextjs returns. */
export interface ClerkEvent {
  type: string
  data: object
}

/** What `handleClerkEvent` has done. */
export interface HandledEvent {
  /** False if no part of the app handles this type. */
  handled: boolean
  /** What was invalidated, as nouns for a log. Never a name or an address. */
  invalidated: readonly string[]
  /** Warms the cache. Optional: pass it to `after` of `next/server`, so that it does not delay the answer. Never throws. */
  later(): Promise<void>
}

/**
 * Invalidates what a webhook changes. For your own webhook route:
 *
 *     const event = await verifyWebhook(request) // of @clerk/nextjs/webhooks
 *     const { later } = await handleClerkEvent(event)
 *     after(later)
 *
 * When it has resolved, no read returns what was cached before. Safe to repeat and in any order. If it throws, answer
 * with an error: Clerk then delivers the webhook again.
 * @throws LookupError `invalidation_unconfirmed` if Redis did not confirm it; WebhookError if the payload has no ID
 */
export async function handleClerkEvent({ type, data }: ClerkEvent): Promise<HandledEvent> {
  const handlers = handlersOf(type)
  // All of them run to their end, even if one fails.
  // A webhook has no session, and must not wait behind visitors.
  const settled = await withPriority('high', () =>
    Promise.allSettled(handlers.map(async (handle) => handle(data))),
  )
  const results = settled.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
  return {
    handled: handlers.length > 0,
    invalidated: results.flatMap(({ invalidated = [] }) => invalidated),
    later: async () => void (await Promise.allSettled(results.map(({ later }) => later?.()))),
  }
}
