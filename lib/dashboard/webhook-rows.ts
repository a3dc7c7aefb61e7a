import type { Delivery } from './snapshot-schema'

/** One attempt to deliver a webhook. */
type Attempt = Pick<Delivery, 'at' | 'outcome' | 'reason' | 'ms'>

/** A webhook with every attempt to deliver it, the newest first. Its outcome is that of the newest. */
export type Webhook = Delivery & { attempts: readonly Attempt[] }

export const hasFailed = ({ outcome }: Pick<Delivery, 'outcome'>): boolean =>
  outcome === 'failed' || outcome === 'refused'

/** The webhooks of these deliveries, which are newest first. Those whose newest attempt failed come first. */
export function webhooksOf(deliveries: readonly Delivery[]): Webhook[] {
  const byId = new Map<string, Webhook>()
  for (const delivery of deliveries) {
    const { at, outcome, reason, ms } = delivery
    const known = byId.get(delivery.id)
    const attempts = [...(known?.attempts ?? []), { at, outcome, reason, ms }]
    byId.set(delivery.id, { ...(known ?? delivery), attempts })
  }
  const all = [...byId.values()]
  return [...all.filter(hasFailed), ...all.filter((one) => !hasFailed(one))]
}
