import { z } from 'zod'
import { tagsOfUser } from '../cache/clerk-cache'
import { warmUpUserCache } from '../cache/clerk-cache-utils'
import { invalidateTags } from '../cache/lookups'
import { tagOfTokens } from '../cache/token-cache'
import type { Delivery } from './receive'

/** What is left to do once the delivery has been answered. */
type Later = () => Promise<unknown>
type Handler = (data: Delivery['data']) => Promise<Later | undefined>

const changedUser = z.object({
  id: z.string(),
  username: z.string().nullish(),
  external_id: z.string().nullish(),
  email_addresses: z.array(z.object({ email_address: z.string() })).optional(),
})

/**
 * What a user's change makes untrue: the user, every name the payload gives them, their tokens. The payload is never
 * stored: its shape is not the API's. Connecting or disconnecting an account arrives as user.updated too.
 */
const forgetUser: Handler = async (data) => {
  const { id, username, external_id, email_addresses = [] } = changedUser.parse(data)
  const names = {
    usernames: username ? [username] : [],
    externalIds: external_id ? [external_id] : [],
    emails: email_addresses.map((email) => email.email_address),
  }
  await invalidateTags([...tagsOfUser(id, names), tagOfTokens(id)])
  return undefined
}

const createdSession = z.object({ user_id: z.string() })

/** Whoever has just signed in is about to be looked up. */
const warmUser: Handler = async (data) => {
  const { user_id } = createdSession.parse(data)
  return () => warmUpUserCache(user_id)
}

const handlers = new Map<string, Handler>([
  ['user.created', forgetUser],
  ['user.updated', forgetUser],
  ['user.deleted', forgetUser],
  ['session.created', warmUser],
])

/**
 * Acts on a delivery and hands back what may be done after it was answered. Safe to repeat and in any order: it only
 * forgets. Unknown types are accepted and ignored.
 * @throws LookupError `invalidation_unconfirmed` when Redis did not confirm it; ZodError when the payload names nobody
 */
export const handleDelivery = async ({ type, data }: Delivery): Promise<Later | undefined> =>
  handlers.get(type)?.(data)
