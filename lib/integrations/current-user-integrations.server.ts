import 'server-only'
import { AuthError } from '../auth/auth-error'
import { requireCaller } from '../auth/caller.server'
import { requireUser } from '../auth/roles.server'
import { refuseOverLimit } from '../http/rate-limit'
import { type ConnectionCheck, checkConnection } from './check-connection'
import { getConnectedIntegrations, type Integration } from './integrations.service'
import type { Provider } from './providers'

/** The integrations of the signed-in user. @throws AuthError; ClerkError */
export async function ownIntegrations(): Promise<Integration[]> {
  const { id } = await requireUser()
  return getConnectedIntegrations(id)
}

/** The integrations of the signed-in user, or null without a signed-in user. @throws ClerkError */
export async function currentUserIntegrations(): Promise<Integration[] | null> {
  try {
    return await ownIntegrations()
  } catch (error) {
    if (error instanceof AuthError) return null
    throw error
  }
}

/** Each check is a request to the provider with the user's token. */
const LIMIT = { name: 'check-connection', calls: 20, seconds: 60 }

/** Asks the provider whether it accepts the signed-in user's own token. @throws AuthError; ClerkError over the limit */
export async function checkOwnConnection(
  provider: Provider,
  externalAccountId?: string,
): Promise<ConnectionCheck> {
  const { userId, sessionId, impersonator } = await requireCaller()
  await refuseOverLimit(LIMIT, userId)
  return checkConnection(userId, provider, { sessionId, actor: userId, impersonator, externalAccountId })
}
