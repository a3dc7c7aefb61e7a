import { onePerProcess } from '../lookup/one-per-process'

/** What a handler has done. */
interface HandlerResult {
  /** What was invalidated, as nouns for the log. Never a name or an address. */
  invalidated?: readonly string[]
  /** Work for after the answer, such as warming the cache. It may never run, so nothing may depend on it. */
  later?: () => Promise<unknown>
}

/**
 * Handles the `data` of a webhook before the webhook is answered. It must be safe to repeat and to run in any order,
 * because Clerk delivers a webhook more than once and in any order.
 */
export type WebhookHandler = (data: object) => Promise<HandlerResult>

/** Handlers by the type of the webhook, such as `user.updated`. */
export type WebhookHandlers = Readonly<Record<string, WebhookHandler>>

const byPart = onePerProcess('webhook-handlers', () => new Map<string, WebhookHandlers>())

/**
 * Adds the handlers of a part of the app. Adding again under the same name replaces them, because Next loads a module
 * more than once.
 */
export function addWebhookHandlers(part: string, handlers: WebhookHandlers): void {
  byPart.set(part, handlers)
}

export const handlersOf = (type: string): WebhookHandler[] =>
  [...byPart.values()].flatMap((handlers) => (Object.hasOwn(handlers, type) ? (handlers[type] ?? []) : []))
