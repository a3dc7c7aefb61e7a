export type Metadata = Record<string, unknown>

/** Whether the provider renews the account's tokens, never gave a refresh token, or has revoked the grant. */
export type Grant = 'renewable' | 'no_refresh_token' | 'revoked'

export interface ExternalAccount {
  id: string
  identificationId: string
  provider: string
  providerUserId: string
  email: string
  scopes: string[]
  grant: Grant
  token: string | undefined
  createdAt: number
  updatedAt: number
}

/** What the user has switched on or may do. */
export interface UserSettings {
  passwordEnabled: boolean
  totpEnabled: boolean
  backupCodeEnabled: boolean
  createOrganizationEnabled: boolean
  createOrganizationsLimit: number | null
  deleteSelfEnabled: boolean
  legalAcceptedAt: number | null
  locale: string | null
}

export const SETTINGS: UserSettings = {
  passwordEnabled: true,
  totpEnabled: false,
  backupCodeEnabled: false,
  createOrganizationEnabled: false,
  createOrganizationsLimit: null,
  deleteSelfEnabled: true,
  legalAcceptedAt: null,
  locale: null,
}

export interface User {
  id: string
  username: string | null
  firstName: string | null
  lastName: string | null
  externalId: string | null
  emails: { id: string; address: string }[]
  /** The first one is the primary one, of wallets too. */
  phones: { id: string; number: string }[]
  wallets: { id: string; address: string }[]
  settings: UserSettings
  publicMetadata: Metadata
  privateMetadata: Metadata
  unsafeMetadata: Metadata
  accounts: ExternalAccount[]
  banned: boolean
  locked: boolean
  deprovisioned: boolean
  createdAt: number
  updatedAt: number
  lastSignInAt: number | null
  lastActiveAt: number | null
}

type SessionStatus = 'active' | 'ended' | 'removed' | 'revoked' | 'replaced' | 'expired' | 'abandoned'

export interface Session {
  id: string
  clientId: string
  userId: string
  status: SessionStatus
  createdAt: number
  updatedAt: number
  lastActiveAt: number
  expireAt: number
  /** Who acts for the user: the claim `act`. */
  impersonator?: string
  /** A task is still to be done, such as to set up a second factor: the claim `sts`. */
  pending?: true
}

/** A browser. Clerk finds its sessions by the `__client` cookie. */
export interface Client {
  id: string
  secret: string
  createdAt: number
  updatedAt: number
}

export interface IssuedToken {
  userId: string
  externalAccountId: string
  provider: string
  scopes: string[]
  /** Infinity for a token that never expires. */
  expiresAt: number
  revoked: boolean
}

/** Times are in milliseconds. Fields left out are empty. `purpose` is shown on the sign-in page. */
export interface SeedUser {
  id: string
  username?: string
  firstName?: string
  lastName?: string
  externalId?: string
  emails: string[]
  publicMetadata?: Metadata
  privateMetadata?: Metadata
  unsafeMetadata?: Metadata
  createdAt: number
  purpose?: string
  accounts?: { id: string; provider?: string; email: string; scopes: string[]; grant?: Grant }[]
}

export interface Organization {
  id: string
  name: string
  slug: string | null
  createdBy: string
  publicMetadata: Metadata
  createdAt: number
  updatedAt: number
}

export interface Membership {
  id: string
  organizationId: string
  userId: string
  role: string
  createdAt: number
  updatedAt: number
}

/** The first member has created it. */
export interface SeedOrganization {
  id: string
  name: string
  slug?: string
  createdAt: number
  members?: { userId: string; role: string }[]
}

export interface Seed {
  users: SeedUser[]
  organizations?: SeedOrganization[]
}

export type ClerkEvent =
  | { type: 'user.created' | 'user.updated'; user: User }
  | { type: 'user.deleted'; id: string; externalId: string | null }
  | {
      type: 'session.created' | 'session.ended' | 'session.removed' | 'session.revoked'
      session: Session
      user: User
    }
  | { type: 'organization.created' | 'organization.updated'; organization: Organization }
  | { type: 'organization.deleted'; id: string; slug: string | null }
  | {
      type: `organizationMembership.${'created' | 'updated' | 'deleted'}`
      membership: Membership
      organization: Organization
      user: User
    }

export interface UserPatch {
  firstName?: string | null
  lastName?: string | null
  username?: string | null
  externalId?: string | null
  primaryEmail?: string
  publicMetadata?: Metadata
  privateMetadata?: Metadata
  unsafeMetadata?: Metadata
  banned?: boolean
  locked?: boolean
  deprovisioned?: boolean
}
