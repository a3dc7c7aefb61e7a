import { z } from 'zod'
import { redis } from '../config'
import type { Declaration } from '../lookup/declaration'
import { codeOf, KitError } from '../lookup/errors'
import { inspect } from '../lookup/inspect'
import { emitAudit } from './audit-events'
import { encryptionKeys } from './key-ring'
import { defineLookup } from './lookups'
import { sealed } from './seal'
import {
  type ClientCredentials,
  clientCredentialsGrant,
  type GrantedToken,
  UnusualAnswer,
} from './tokens/client-credentials'
import { fingerprintOf, OAuthToken, type StoredToken } from './tokens/oauth-token'
import { retryOnUnauthorized } from './tokens/unauthorized'

interface ServiceTokenSettings {
  /** Letters, digits and dashes: names the service in Redis, events and errors. */
  name: string
  /** A token is not used in the last seconds before it expires. Default: 300. Must be less than its lifetime. */
  margin?: number
  /** Seconds before it expires from which a new one is fetched in the background. Default: 3 × margin. */
  refreshBefore?: number
}

/** A service token: its settings and one of two ways to get it. */
export type ServiceTokenDeclaration = ServiceTokenSettings &
  (
    | {
        /** Any grant: asks the service for a token. Of an error that it throws, only the code is reported. */
        fetchToken(context: { signal: AbortSignal }): Promise<GrantedToken>
      }
    | {
        /** The client credentials grant (RFC 6749, 4.4); a function, so that nothing is read at import or stored. */
        clientCredentials(): ClientCredentials
      }
  )

/** A service's own token: call it for the token, or pass `use` the work to do with it. */
export interface ServiceToken {
  /** @throws ServiceTokenError when there is none and none can be had; ConfigurationError without keys to seal with. */
  (): Promise<OAuthToken>
  /**
   * Runs the work with the token. If the service answers 401, the token is replaced, unless another process already has,
   * and the work runs once more with the next one.
   */
  use<R>(work: (token: OAuthToken) => Promise<R>): Promise<R>
  /** Drops the token in every process. @throws LookupError `invalidation_unconfirmed` */
  invalidate(): Promise<void>
}

/** A service issued no token. The message names the service and a code, never what was sent or answered. */
export class ServiceTokenError extends KitError<'service_token_failed'> {
  static override readonly kind: string = 'ServiceTokenError'
  constructor(name: string, reason: string) {
    super('service_token_failed', `The service "${name}" issued no token (${reason})`)
  }
}

/** While refreshing fails, a token is served until so many seconds before it expires. */
const LAST_USE = 30
/** A token is fetched again once a day even if it lives longer. */
const MAX_TTL = 24 * 60 * 60
const TTL_WITHOUT_EXPIRY = 5 * 60

type StoredServiceToken = Pick<StoredToken, 'token' | 'fingerprint' | 'expiresAt'>

/** `fetchToken` is code of the app: a malformed time would mean no expiry. */
const granted: z.ZodType<GrantedToken> = z.object({
  token: z.string().min(1),
  expiresIn: z.number().nullable(),
})

/** Redis judges when a token expires, so its lifetime is counted from Redis's time: this machine's may be wrong. */
const timeOfRedis = (): Promise<number> =>
  redis()
    .run('time', async (client) => Number((await client.time())[0]) * 1000)
    .catch(() => Date.now())

/** How a service's token is looked up. */
export function serviceTokenDeclaration(
  declaration: ServiceTokenDeclaration,
  now = timeOfRedis,
): Declaration<string, StoredServiceToken> {
  const { name, margin = 300, refreshBefore = 3 * margin } = declaration
  const grant = async (signal: AbortSignal): Promise<unknown> =>
    'fetchToken' in declaration
      ? declaration.fetchToken({ signal })
      : clientCredentialsGrant(declaration.clientCredentials(), signal)

  async function load(_: string, { signal }: { signal: AbortSignal }): Promise<StoredServiceToken> {
    const requestedAt = await now()
    const answer = await grant(signal).catch((error: unknown) => {
      throw new ServiceTokenError(name, error instanceof UnusualAnswer ? error.message : codeOf(error))
    })
    const { data } = granted.safeParse(answer)
    if (!data)
      throw new ServiceTokenError(name, 'token must be a text, expiresIn a number of seconds or null')
    const { token, expiresIn } = data
    if (expiresIn !== null && expiresIn <= margin)
      throw new ServiceTokenError(name, `it lives ${expiresIn} s: declare a margin below that, not ${margin}`)
    const fingerprint = fingerprintOf(token)
    return { token, fingerprint, expiresAt: expiresIn === null ? null : requestedAt + expiresIn * 1000 }
  }

  return {
    name: `service-${name}`,
    version: 1,
    key: () => 'token',
    tags: () => [`service-token:${name}`],
    ttl: ({ expiresAt }) => (expiresAt === null ? TTL_WITHOUT_EXPIRY : MAX_TTL),
    refreshAfter: MAX_TTL,
    expiresAt: ({ expiresAt }) => expiresAt,
    expiryBuffer: margin,
    refreshBefore,
    refreshEvery: 30,
    grace: Math.max(0, margin - LAST_USE),
    codec: sealed(),
    load,
    failure: {
      encode: codeOf,
      decode: () => new ServiceTokenError(name, 'it failed for another process'),
    },
  }
}

/**
 * A token that belongs to the app and not to a user, such as a freight API's of 12 hours: fetched once for the fleet,
 * sealed in Redis, renewed in the background before it ends. Credentials are never stored.
 */
export function defineServiceToken(declaration: ServiceTokenDeclaration): ServiceToken {
  const { name } = declaration
  const tokens = defineLookup(() => serviceTokenDeclaration(declaration))

  async function read(
    from: () => Promise<StoredServiceToken | null> = () => tokens(''),
  ): Promise<OAuthToken> {
    encryptionKeys()
    const emit = (outcome: string, fingerprint?: string) =>
      emitAudit({
        ...{ action: 'service-token.read', actor: 'system', subject: name, outcome },
        ...(fingerprint && { fingerprint }),
      })
    const held = await from().catch((error: unknown) => {
      emit(codeOf(error))
      throw error
    })
    if (!held) throw new ServiceTokenError(name, 'none')
    emit('ok', held.fingerprint)
    return new OAuthToken({ ...held, scopes: [], externalAccountId: '' })
  }

  async function use<R>(work: (token: OAuthToken) => Promise<R>): Promise<R> {
    const outcome = await retryOnUnauthorized(await read(), work, async ({ fingerprint }) => {
      // Without Redis it is unknown whether the token was replaced: the caller gets the 401, and the service no more load.
      if (
        await inspect(tokens, '').then(
          () => false,
          () => true,
        )
      )
        return undefined
      const isRefused = (held: StoredServiceToken) => held.fingerprint === fingerprint
      return read(() => tokens.reload('', isRefused)).catch(async (error: unknown) => {
        await tokens.invalidateIf('', isRefused).catch(() => false)
        throw error
      })
    })
    return outcome.settle()
  }

  return Object.assign(() => read(), { use, invalidate: () => tokens.invalidate('') })
}
