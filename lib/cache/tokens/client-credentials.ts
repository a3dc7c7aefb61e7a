import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  clientCredentialsGrantRequest,
  processClientCredentialsResponse,
  ResponseBodyError,
} from 'oauth4webapi'
import { codeOf } from '../../lookup/errors'

/** What a grant brings: the token, and the seconds it lives, or null where the service does not say. */
export interface GrantedToken {
  token: string
  expiresIn: number | null
}

export interface ClientCredentials {
  /** Address of the token endpoint; https, but for this machine's own. */
  tokenEndpoint: string
  clientId: string
  clientSecret: string
  /** How the client authenticates (default: HTTP Basic, as RFC 6749 recommends). */
  authentication?: 'basic' | 'post'
  /** Such as `scope`, `audience` or `resource`. */
  parameters?: Record<string, string>
}

/** The authorization server refused; carries its `error` code of RFC 6749, 5.2. Never leaves the kit: ServiceTokenError reports the code. */
class GrantRefused extends Error {
  readonly code: string

  constructor(code: string) {
    super('The authorization server refused.')
    this.code = code
  }
}

/**
 * The service answered with success, but not as RFC 6749, 5.1 says: HTTP 200, an `access_token`, a `token_type`, and
 * `expires_in` as a number or not at all. Has the library's code, and never the answer.
 */
export class UnusualAnswer extends Error {
  readonly code: string

  constructor(code: string) {
    super(
      `${code}: its answer is not as RFC 6749, 5.1 says. Use fetchToken for such a service, see docs/tokens.md`,
    )
    this.code = code
  }
}

const UNUSUAL = ['OAUTH_INVALID_RESPONSE', 'OAUTH_RESPONSE_IS_NOT_CONFORM']

const isLoopback = ({ hostname }: URL) => ['localhost', '127.0.0.1', '[::1]'].includes(hostname)

/** The client credentials grant. @throws GrantRefused; UnusualAnswer; what the request failed with */
export async function clientCredentialsGrant(
  credentials: ClientCredentials,
  signal: AbortSignal,
): Promise<GrantedToken> {
  const { tokenEndpoint, clientId, clientSecret, authentication = 'basic', parameters = {} } = credentials
  const address = new URL(tokenEndpoint)
  const server = { issuer: address.origin, token_endpoint: tokenEndpoint }
  const client = { client_id: clientId }
  const proof = authentication === 'basic' ? ClientSecretBasic(clientSecret) : ClientSecretPost(clientSecret)
  const response = await clientCredentialsGrantRequest(server, client, proof, parameters, {
    signal,
    [allowInsecureRequests]: isLoopback(address),
  })
  const { access_token, expires_in } = await processClientCredentialsResponse(server, client, response).catch(
    (error: unknown) => {
      // Its cause is the whole answer.
      if (error instanceof ResponseBodyError) throw new GrantRefused(error.error)
      if (response.ok && UNUSUAL.includes(codeOf(error))) throw new UnusualAnswer(codeOf(error))
      throw error
    },
  )
  return { token: access_token, expiresIn: expires_in ?? null }
}
