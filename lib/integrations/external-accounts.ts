import { z } from 'zod'
import { ClerkError } from '../clerk/error'
import { clerkGet } from '../clerk/request'

const account = z.object({
  id: z.string(),
  /** Where there is one, it and not `id` names the account to the rest of the API (Google and Facebook). */
  external_account_id: z.string().nullish(),
  provider: z.string(),
  email_address: z.string().nullish(),
  username: z.string().nullish(),
  label: z.string().nullish(),
  created_at: z.number(),
  verification: z.object({ status: z.string() }).nullish(),
})

const userOfAccounts = z.object({ external_accounts: z.array(account).default([]) })

/** An account that a user has connected, as Clerk knows it. `since` is in milliseconds since 1970. */
export type ExternalAccount = {
  externalAccountId: string
  provider: string
  label: string | null
  since: number
  verified: boolean
}

const TIMEOUT_MS = 5000

/** The accounts a user has connected, from Clerk; none for a user it does not know. One request. @throws ClerkError */
export async function externalAccountsOf(
  userId: string,
  signal = AbortSignal.timeout(TIMEOUT_MS),
): Promise<ExternalAccount[]> {
  const path = `/users/${encodeURIComponent(userId)}`
  const json = await clerkGet(path, new URLSearchParams(), signal).catch((error: unknown) => {
    if (error instanceof ClerkError && error.status === 404) return {}
    throw error
  })
  const user = userOfAccounts.safeParse(json)
  if (!user.success) throw new ClerkError(undefined, undefined, [])
  return user.data.external_accounts.map((found) => ({
    externalAccountId: found.external_account_id ?? found.id,
    provider: found.provider.replace(/^oauth_/, ''),
    label: found.label || found.email_address || found.username || null,
    since: found.created_at,
    verified: found.verification?.status === 'verified',
  }))
}
