import { getCachedUserById } from '../cache/clerk-cache'
import { warmUpOAuthToken } from '../cache/token-cache'
import type { WebhookHandlers } from '../webhooks/handlers'
import { idIn } from '../webhooks/payload'
import { providers } from './providers'

/** Loads the tokens of the user's connected accounts. What fails here is loaded when it is needed. */
async function warmTokens(userId: string): Promise<void> {
  const user = await getCachedUserById(userId).catch(() => null)
  const connected = user?.connectedProviders ?? []
  const warmed = providers().filter(({ id }) => connected.includes(id))
  await Promise.all(warmed.map(({ id }) => warmUpOAuthToken(userId, id)))
}

/** A user who has just signed in is about to need their tokens. */
export const tokenHandlers: WebhookHandlers = {
  'session.created': async (data) => {
    const userId = idIn(data, 'user_id')
    return { later: () => warmTokens(userId) }
  },
}
