import { createHash } from 'node:crypto'
import { inspect } from 'node:util'

/** Clerk's name of a provider, such as `google`, `github` or `custom_acme`. */
export type OAuthProvider = string

/** A token as it is sealed in Redis. */
export interface StoredToken {
  token: string
  /** Made by `fingerprintOf`, and stored so that a read does not compute it. */
  fingerprint: string
  /** Milliseconds since 1970, or null where the provider did not say. */
  expiresAt: number | null
  scopes: readonly string[]
  externalAccountId: string
}

/** Distinguishes tokens without revealing them: 72 bits of its SHA-256. */
export const fingerprintOf = (token: string): string =>
  createHash('sha256').update(token).digest('base64url').slice(0, 12)

/** An access token that prints and serializes as `[redacted]`. */
export class OAuthToken {
  readonly #token: string
  /** Distinguishes it from other tokens without revealing it. */
  readonly fingerprint: string
  /** Milliseconds since 1970, or null where the provider did not say. */
  readonly expiresAt: number | null
  readonly scopes: readonly string[]
  /** Which of the user's accounts at the provider, as Clerk names it; empty for a service's token. */
  readonly externalAccountId: string

  constructor({ token, fingerprint, expiresAt, scopes, externalAccountId }: StoredToken) {
    this.#token = token
    this.fingerprint = fingerprint
    this.expiresAt = expiresAt
    this.scopes = scopes
    this.externalAccountId = externalAccountId
  }

  /** The token itself, to be put into an Authorization header and nowhere else. */
  reveal(): string {
    return this.#token
  }

  toString(): string {
    return '[redacted]'
  }

  toJSON(): string {
    return '[redacted]'
  }

  [inspect.custom](): string {
    return 'OAuthToken [redacted]'
  }
}
