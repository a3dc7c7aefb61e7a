import { z } from 'zod'
import { namesIn } from '../cache/names-in-json'
import { type NamesOfUser, NO_NAMES } from '../cache/tags'
import { ClerkError } from '../clerk/error'
import { clerkGet } from '../clerk/request'

const account = z.object({
  id: z.string(),
  /** If present, the rest of the API takes this ID and not `id` (Google and Facebook). */
  external_account_id: z.string().nullish(),
  provider: z.string(),
  email_address: z.string().nullish(),
  username: z.string().nullish(),
  label: z.string().nullish(),
  created_at: z.number(),
  verification: z.object({ status: z.string() }).nullish(),
})

const userOfAccounts = z.looseObject({ external_accounts: z.array(account).default([]) })

/** An account that a user has connected. `since` is in milliseconds since 1970. */
export type ExternalAccount = {
  externalAccountId: string
  provider: string
  label: string | null
  since: number
  verified: boolean
}

const TIMEOUT_MS = 5000

/**
 * The accounts that a user has connected, and the user's names, from Clerk. A user that Clerk does not know has no
 * accounts. One request.
 * @throws ClerkError
 */
export async function accountsAndNamesOf(
  userId: string,
  signal = AbortSignal.timeout(TIMEOUT_MS),
): Promise<{ accounts: ExternalAccount[]; names: NamesOfUser }> {
  const path = `/users/${encodeURIComponent(userId)}`
  const json = await clerkGet(path, new URLSearchParams(), signal).catch((error: unknown) => {
    if (error instanceof ClerkError && error.status === 404) return undefined
    throw error
  })
  if (json === undefined) return { accounts: [], names: NO_NAMES }
  const user = userOfAccounts.safeParse(json)
  if (!user.success) throw new ClerkError(undefined, undefined, [])
  const accounts = user.data.external_accounts.map((found) => ({
    externalAccountId: found.external_account_id ?? found.id,
    provider: found.provider.replace(/^oauth_/, ''),
    label: found.label || found.email_address || found.username || null,
    since: found.created_at,
    verified: found.verification?.status === 'verified',
  }))
  return { accounts, names: namesIn(user.data) }
}
