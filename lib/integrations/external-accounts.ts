import { namesIn } from '../cache/cached-user'
import { type NamesOfUser, NO_NAMES } from '../cache/tags'
import { isNotFound, unexpectedAnswer } from '../clerk/error'
import { emitLeftOut } from '../clerk/events'
import { isRecord, isVerified, providerOf, record, time, word } from '../clerk/json'
import { clerkGet } from '../clerk/request'

/** An account that a user has connected. `since` is in milliseconds since 1970, or null if Clerk did not say. */
export type ExternalAccount = {
  externalAccountId: string
  provider: string
  label: string | null
  since: number | null
  verified: boolean
}

const TIMEOUT_MS = 10_000

/** An account needs an ID and a provider. One without is left out. */
function accountOf(json: unknown): ExternalAccount[] {
  const found = record(json)
  // If present, the rest of the API takes this ID and not `id` (Google and Facebook).
  const [externalAccountId, provider] = [word(found.external_account_id) ?? word(found.id), providerOf(found)]
  if (externalAccountId === null || provider === null) {
    emitLeftOut('external_account', found)
    return []
  }
  const label = word(found.label) ?? word(found.email_address) ?? word(found.username)
  return [{ externalAccountId, provider, label, since: time(found.created_at), verified: isVerified(found) }]
}

/**
 * The accounts that a user has connected, and the user's names, from Clerk. A user that Clerk does not know has no
 * accounts. One request.
 * @throws ClerkError
 */
export async function accountsAndNamesOf(
  userId: string,
): Promise<{ accounts: ExternalAccount[]; names: NamesOfUser }> {
  const path = `/users/${encodeURIComponent(userId)}`
  const user = await clerkGet(path, new URLSearchParams(), TIMEOUT_MS).catch((error: unknown) => {
    if (isNotFound(error)) return undefined
    throw error
  })
  if (user === undefined) return { accounts: [], names: NO_NAMES }
  if (!isRecord(user) || user.id !== userId) throw unexpectedAnswer()
  const accounts = Array.isArray(user.external_accounts) ? user.external_accounts.flatMap(accountOf) : []
  return { accounts, names: namesIn(user) }
}
