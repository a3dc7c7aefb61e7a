import { randomBytes } from 'node:crypto'
import { ClerkError } from './errors'
import { offeredProvider } from './providers'
import type { ExternalAccount, IssuedToken } from './records'
import type { State } from './state'

const HOUR = 3600_000

export interface TokenInfo {
  userId: string
  externalAccountId: string
  /** Clerk's strategy, such as `oauth_google`. */
  provider: string
  scopes: string[]
  /** Infinity for a token that never expires. */
  expiresAt: number
}

export type OAuthTokens = ReturnType<typeof createOAuthTokens>

/** The provider's side of connected accounts: which tokens exist, which are valid, and when Clerk gets a new one. */
export function createOAuthTokens(state: State) {
  const { now } = state

  const lifetimeOf = ({ provider }: ExternalAccount) => offeredProvider(provider)?.lifetime ?? HOUR

  function issue(userId: string, account: ExternalAccount, expiresAt = now() + lifetimeOf(account)) {
    const { provider, scopes } = account
    account.token = `${offeredProvider(provider)?.prefix ?? ''}${randomBytes(96).toString('base64url')}`
    const issued: IssuedToken = {
      ...{ userId, externalAccountId: account.id, provider, scopes },
      expiresAt,
      revoked: false,
    }
    state.tokens.set(account.token, issued)
    return issued
  }

  /** The token Clerk returns: the same one until it has expired, and only then a new one. */
  function current(userId: string, account: ExternalAccount): IssuedToken & { token: string } {
    let issued = account.token === undefined ? undefined : state.tokens.get(account.token)
    // Without a refresh token there is only the token from the time of connecting.
    issued ??= issue(
      userId,
      account,
      account.grant === 'renewable' ? undefined : account.updatedAt + lifetimeOf(account),
    )
    if (issued.expiresAt <= now()) {
      if (account.grant === 'no_refresh_token')
        throw new ClerkError(422, 'oauth_missing_refresh_token', 'Cannot refresh OAuth access token', {
          longMessage:
            "The current access token has expired and we cannot refresh it, because the authorization server hasn't provided us with a refresh token",
        })
      if (account.grant === 'revoked')
        throw new ClerkError(400, 'oauth_token_retrieval_error', 'Token retrieval failed', {
          longMessage: 'Failed to retrieve a new access token from the OAuth provider',
        })
      issued = issue(userId, account)
    }
    return { ...issued, token: account.token ?? '' }
  }

  function accounts(userId: string, accountId?: string): ExternalAccount[] {
    return state
      .user(userId)
      .accounts.filter((account) => accountId === undefined || account.id === accountId)
  }

  function issuedTo(userId: string, accountId?: string): IssuedToken[] {
    return [...state.tokens.values()].filter(
      (issued) =>
        issued.userId === userId && (accountId === undefined || issued.externalAccountId === accountId),
    )
  }

  return {
    current,

    /** What the provider knows about a token. Undefined once it was revoked there. */
    info(token: string): TokenInfo | undefined {
      const issued = state.tokens.get(token)
      if (!issued || issued.revoked) return undefined
      const { userId, externalAccountId, provider, scopes, expiresAt } = issued
      return { userId, externalAccountId, provider, scopes, expiresAt }
    },

    /** Sets the time (default: now) at which the user's current tokens expire. */
    expire(userId: string, at = now(), accountId?: string) {
      for (const account of accounts(userId, accountId)) {
        const issued = account.token === undefined ? undefined : state.tokens.get(account.token)
        if (issued) issued.expiresAt = at
        else issue(userId, account, at)
      }
    },

    /** Acts as a user who withdraws access at the provider: tokens stop working at once, and Clerk is not informed. */
    revokeAtProvider(userId: string, accountId?: string) {
      for (const account of accounts(userId, accountId)) account.grant = 'revoked'
      for (const issued of issuedTo(userId, accountId)) issued.revoked = true
    },

    /** Revokes this token only. The grant stays valid, so the next renewal works. */
    revokeToken(token: string) {
      const issued = state.tokens.get(token)
      if (issued) issued.revoked = true
    },
  }
}
