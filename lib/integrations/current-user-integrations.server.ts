import 'server-only'
import { AuthError } from '../auth/auth-error'
import { requireUser } from '../auth/roles.server'
import { getConnectedIntegrations, type Integration } from './integrations.service'

/** The integrations of the signed-in user, or null without a signed-in user. @throws ClerkError */
export async function currentUserIntegrations(): Promise<Integration[] | null> {
  try {
    const { id } = await requireUser()
    return await getConnectedIntegrations(id)
  } catch (error) {
    if (error instanceof AuthError) return null
    throw error
  }
}
