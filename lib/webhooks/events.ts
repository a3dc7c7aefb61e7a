import { createListeners, type Listener } from '../lookup/events'
import { onePerProcess } from '../lookup/one-per-process'

/**
 * One webhook that was answered. `event` is its type, or `unknown` if the signature is bad. `id` is its `svix-id`, if the
 * signature is good. `ms` is the time it took.
 */
export type DeliveryEvent = { event: string; id?: string; outcome: string; ms: number }

const deliveries = onePerProcess('webhook-deliveries', () => createListeners<DeliveryEvent>())

export const emitDelivery = (event: DeliveryEvent): void => deliveries.emit(event)

/** Calls the listener for every webhook of this process. A listener of the same name is replaced. */
export const onDelivery = (name: string, listener: Listener<DeliveryEvent>): (() => void) =>
  deliveries.on(listener, name)
