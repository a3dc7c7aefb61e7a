import { z } from 'zod'
import { getCachedUserById, tagsOfUser } from '../cache/clerk-cache'
import { invalidateTags } from '../cache/lookups'
import { revokeSession, revokeUser } from '../cache/revocations'
import { tagOfTokens, warmUpOAuthToken } from '../cache/token-cache'
import { tagOfIntegrations } from '../integrations/cache'
import { providers } from '../integrations/providers'
import type { Delivery } from './verify-webhook'

/** What a delivery has done. Names the user or session and the kinds of what else went, never a name or address. */
export type Effect = {
  invalidated: readonly string[]
  /** What may be done once the delivery has been answered. It may never run: what must happen has happened. */
  later?: () => Promise<unknown>
}

type Handler = (data: Delivery['data']) => Promise<Effect>

/** Only the id is required: a name that cannot be read is no reason to keep the user. */
const user = z.object({
  id: z.string().min(1),
  username: z.string().nullish().catch(null),
  external_id: z.string().nullish().catch(null),
  email_addresses: z.array(z.object({ email_address: z.string() })).catch([]),
})

/** All that a user's payload makes untrue: the user, every name it gives them, their tokens and integrations. */
function whatIsOf(data: Delivery['data']) {
  const { id, username, external_id, email_addresses } = user.parse(data)
  const names = {
    usernames: username ? [username] : [],
    externalIds: external_id ? [external_id] : [],
    emails: email_addresses.map((email) => email.email_address),
  }
  const kinds = Object.entries(names).filter(([, list]) => list.length > 0)
  return {
    id,
    tags: [...tagsOfUser(id, names), tagOfTokens(id), tagOfIntegrations(id)],
    effect: {
      invalidated: [
        `user:${id}`,
        tagOfTokens(id),
        tagOfIntegrations(id),
        ...kinds.map(([kind, list]) => `${kind}: ${list.length}`),
      ],
    },
  }
}

/**
 * The payload is never stored: its shape is not the API's, and it may be older than what is cached. Connecting or
 * disconnecting an account arrives as user.updated too.
 */
const forgetUser: Handler = async (data) => {
  const { tags, effect } = whatIsOf(data)
  await invalidateTags(tags)
  return effect
}

/** The guard ends the user's access at once; an older user.updated that comes later finds nobody at Clerk. */
const removeUser: Handler = async (data) => {
  const { id, tags, effect } = whatIsOf(data)
  await revokeUser(id, tags)
  return effect
}

const createdSession = z.object({ user_id: z.string().min(1) })

/** Whoever has just signed in is about to be looked up, and their tokens are about to be used. */
const warmUser: Handler = async (data) => {
  const { user_id } = createdSession.parse(data)
  return {
    invalidated: [],
    async later() {
      // Warming is an offer: what fails here is loaded when it is needed.
      const user = await getCachedUserById(user_id).catch(() => null)
      const connected = user?.connectedProviders ?? []
      const warmed = providers.filter(({ id }) => connected.includes(id))
      await Promise.all(warmed.map(({ id }) => warmUpOAuthToken(user_id, id)))
    },
  }
}

const endedSession = z.object({ id: z.string().min(1) })

/** Clerk issues no new token to an ended session; the guard refuses the one that is still out. */
const endSession: Handler = async (data) => {
  const { id } = endedSession.parse(data)
  await revokeSession(id)
  return { invalidated: [`session:${id}`] }
}

const handlers = new Map<string, Handler>([
  ['user.created', forgetUser],
  ['user.updated', forgetUser],
  ['user.deleted', removeUser],
  ['session.created', warmUser],
  ['session.ended', endSession],
  ['session.removed', endSession],
  ['session.revoked', endSession],
])

/**
 * Acts on a delivery; undefined for a type that nobody handles. Safe to repeat and in any order: it only forgets and
 * refuses.
 * @throws LookupError `invalidation_unconfirmed` when Redis did not confirm it; ZodError when the payload names nobody
 */
export const handleClerkEvent = async ({ type, data }: Delivery): Promise<Effect | undefined> =>
  handlers.get(type)?.(data)
