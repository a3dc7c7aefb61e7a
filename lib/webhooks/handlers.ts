import { z } from 'zod'
import { TAG_OF_ALL_USERS, tagOfUser, tagOfUsername } from '../cache/clerk-cache'
import { invalidateTags } from '../cache/lookups'
import { tagOfTokens } from '../cache/token-cache'
import type { Delivery } from './receive'

type Handler = (data: Delivery['data']) => Promise<void>

const changedUser = z.object({ id: z.string(), username: z.string().nullish() })

/**
 * What a user's change makes untrue. The payload is only named, never stored: its shape is not the API's. Connecting
 * or disconnecting an account arrives as user.updated too, so the token goes with the user.
 */
const forgetUser: Handler = async (data) => {
  const { id, username } = changedUser.parse(data)
  await invalidateTags([
    tagOfUser(id),
    tagOfTokens(id),
    TAG_OF_ALL_USERS,
    ...(username ? [tagOfUsername(username)] : []),
  ])
}

const handlers = new Map<string, Handler>([
  ['user.created', forgetUser],
  ['user.updated', forgetUser],
  ['user.deleted', forgetUser],
])

/**
 * Acts on a delivery. Safe to repeat and in any order: it only forgets. Unknown types are accepted and ignored.
 * @throws LookupError `invalidation_unconfirmed` when Redis did not confirm it; ZodError when the payload names no user.
 */
export async function handleDelivery({ type, data }: Delivery): Promise<void> {
  await handlers.get(type)?.(data)
}
