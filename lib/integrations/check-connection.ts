import { type OAuthTokenOptions, type OAuthTokenProblem, withOAuthToken } from '../cache/token-cache'
import type { OAuthToken } from '../cache/tokens/oauth-token'
import { withDeadline } from '../lookup/clock'
import { integrationCache } from './cache'
import type { Provider } from './providers'
import { providerSettings } from './settings'

const TIMEOUT_MS = 10_000

/** The address of the provider's API, without a slash at the end. @throws ConfigurationError */
export const apiOf = ({ id, api = '' }: Provider): string =>
  providerSettings().PROVIDER_API_URLS.get(id) ?? api

/** Sends the request that shows whether the token is accepted. The address is not from a user. */
function sendProbe(provider: Provider, token: OAuthToken, signal: AbortSignal) {
  const { path = '', headers, body } = provider.probe ?? {}
  return fetch(apiOf(provider) + path, {
    headers: {
      authorization: `Bearer ${token.reveal()}`,
      accept: 'application/json',
      'user-agent': 'clerk-cache-kit',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    ...{ cache: 'no-store', redirect: 'error', signal },
  })
}

/** `ok`: the provider accepts the token. `unavailable` also means that the provider did not answer. */
export type ConnectionCheck = { status: 'ok' } | OAuthTokenProblem

/**
 * Asks the provider itself whether it accepts the user's token, with one request, and invalidates the cached status of
 * the user's integrations. What Clerk says of a connection may be out of date: it does not know when a user withdraws
 * access at the provider. A provider without a `probe` is asked nothing. The caller must check that the signed-in user may do this.
 * @throws ConfigurationError; LookupError `invalidation_unconfirmed`
 */
export async function checkConnection(
  userId: string,
  provider: Provider,
  options: Omit<OAuthTokenOptions, 'scopes' | 'includes'> = {},
): Promise<ConnectionCheck> {
  const use = async (token: OAuthToken) =>
    provider.probe
      ? withDeadline(TIMEOUT_MS, (signal) => sendProbe(provider, token, signal)).catch(() => undefined)
      : Response.json({})
  const answer = await withOAuthToken(userId, provider, use, { ...options, scopes: provider.requiredScopes })
  await integrationCache.invalidate(userId)
  if (answer.status !== 'ok') return answer
  void answer.value?.body?.cancel().catch(() => undefined)
  return { status: answer.value?.ok ? 'ok' : 'unavailable' }
}
