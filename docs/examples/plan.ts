import { z } from 'zod'
import { defineLookup, invalidateTags } from '../../lib/cache/lookups'
import { tagOfUser } from '../../lib/cache/tags'

/** The part of a billing API's answer that the app uses. */
const plan = z.object({ name: z.string(), seats: z.number() })
export type Plan = z.infer<typeof plan>

/** The one place that writes this tag. */
const tagOfPlan = (userId: string) => `plan:${userId}`

/** The plan of a user, or null if they have none. Errors of the billing API reach the caller unchanged. */
export const planOf = defineLookup<string, Plan>(() => ({
  name: 'plan',
  version: 1, // increase it whenever the shape of Plan changes
  key: (userId) => userId,
  tags: (userId) => [tagOfPlan(userId), tagOfUser(userId)],
  owner: (userId) => userId, // a deletion of the user removes it
  ttl: 3600,
  async load(userId, { signal }) {
    const url = new URL(`/plans/${encodeURIComponent(userId)}`, process.env.BILLING_URL)
    const response = await fetch(url, { signal })
    if (response.status === 404) return null
    if (!response.ok) throw new Error(`The billing API answered ${response.status}`)
    return plan.parse(await response.json())
  },
}))

/** Call it in the billing API's webhook, before you answer. Throws if Redis did not confirm. */
export const invalidatePlan = (userId: string): Promise<void> => invalidateTags([tagOfPlan(userId)])
