import { randomBytes } from 'node:crypto'
import { invalidParam, notFound, taken } from './errors'

export type Metadata = Record<string, unknown>

/** Whether the provider still renews the account's tokens, never gave a refresh token, or has withdrawn the grant. */
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

export interface User {
  id: string
  username: string | null
  firstName: string | null
  lastName: string | null
  externalId: string | null
  emails: { id: string; address: string }[]
  publicMetadata: Metadata
  privateMetadata: Metadata
  unsafeMetadata: Metadata
  accounts: ExternalAccount[]
  banned: boolean
  createdAt: number
  updatedAt: number
  lastSignInAt: number | null
  lastActiveAt: number | null
}

export type SessionStatus = 'active' | 'ended' | 'removed' | 'revoked' | 'replaced' | 'expired' | 'abandoned'

export interface Session {
  id: string
  clientId: string
  userId: string
  status: SessionStatus
  createdAt: number
  updatedAt: number
  lastActiveAt: number
  expireAt: number
}

/** A browser: Clerk keeps its sessions behind the `__client` cookie. */
export interface Client {
  id: string
  secret: string
  createdAt: number
  updatedAt: number
}

export interface IssuedToken {
  userId: string
  externalAccountId: string
  scopes: string[]
  expiresAt: number
  revoked: boolean
}

/** Times are in milliseconds. What is left out is empty. `purpose` is shown on the sign-in page. */
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

export interface Seed {
  users: SeedUser[]
}

export type ClerkEvent =
  | { type: 'user.created' | 'user.updated'; user: User }
  | { type: 'user.deleted'; id: string; externalId: string | null }
  | {
      type: 'session.created' | 'session.ended' | 'session.removed' | 'session.revoked'
      session: Session
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
}

const SEVEN_DAYS = 7 * 24 * 3600_000
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export const newId = (prefix: string): string =>
  `${prefix}_2${[...randomBytes(26)].map((byte) => ALPHABET[byte % 62]).join('')}`

export type State = ReturnType<typeof createState>

/** Everything the stand-in knows. Each change that Clerk would tell by webhook goes through `emit`. */
export function createState(options: { seed: Seed; now: () => number; emit: (event: ClerkEvent) => void }) {
  const { now, emit } = options
  const users = new Map<string, User>()
  const sessions = new Map<string, Session>()
  const clients = new Map<string, Client>()
  const tokens = new Map<string, IssuedToken>()
  const purposes = new Map<string, string>()

  for (const { purpose, emails, accounts = [], ...given } of options.seed.users) {
    if (purpose) purposes.set(given.id, purpose)
    users.set(given.id, {
      username: null,
      firstName: null,
      lastName: null,
      externalId: null,
      publicMetadata: {},
      privateMetadata: {},
      unsafeMetadata: {},
      banned: false,
      ...given,
      emails: emails.map((address, index) => ({ id: `idn_${given.id.slice(5)}${index}`, address })),
      accounts: accounts.map(({ id, provider = 'oauth_google', email, scopes, grant = 'renewable' }) => ({
        id,
        identificationId: id.replace('eac_', 'idn_'),
        provider,
        providerUserId: numericId(id),
        email,
        scopes,
        grant,
        token: undefined,
        createdAt: given.createdAt,
        updatedAt: given.createdAt,
      })),
      updatedAt: given.createdAt,
      lastSignInAt: null,
      lastActiveAt: given.createdAt,
    })
  }

  function user(id: string): User {
    const found = users.get(id)
    if (!found) throw notFound('user', id)
    return found
  }

  function session(id: string): Session {
    const found = sessions.get(id)
    if (!found) throw notFound('session', id)
    if (found.status === 'active' && found.expireAt <= now()) found.status = 'expired'
    return found
  }

  function touched(changed: User) {
    changed.updatedAt = Math.max(now(), changed.updatedAt + 1)
    emit({ type: 'user.updated', user: changed })
    return changed
  }

  function assertFree(param: 'username' | 'external_id' | 'email_address', value: string, except?: string) {
    const clash = [...users.values()].some(
      (other) =>
        other.id !== except &&
        (param === 'username'
          ? other.username === value
          : param === 'external_id'
            ? other.externalId === value
            : other.emails.some((email) => email.address === value)),
    )
    if (clash) throw taken(param)
  }

  function acceptUsername(value: string, except?: string): string {
    const username = value.toLowerCase()
    if (username.length < 4 || username.length > 64)
      throw invalidParam(
        'username',
        'Username must be between 4 and 64 characters long.',
        'form_username_invalid_length',
      )
    if (!/^[a-z0-9_.-]+$/.test(username))
      throw invalidParam(
        'username',
        "Username can only contain letters, numbers and '_' or '-'.",
        'form_username_invalid_character',
      )
    assertFree('username', username, except)
    return username
  }

  function acceptEmail(value: string, except?: string): string {
    const address = value.toLowerCase()
    if (!/^[^\s@]+@[^\s@]+$/.test(address))
      throw invalidParam(
        'email_address',
        'email_address must be a valid email address.',
        'form_param_format_invalid',
      )
    assertFree('email_address', address, except)
    return address
  }

  function createUser(
    given: Omit<UserPatch, 'primaryEmail'> & { emails: string[]; createdAt?: number },
  ): User {
    const id = newId('user')
    const { emails, username, externalId, createdAt = now(), ...rest } = given
    if (externalId) assertFree('external_id', externalId)
    const created: User = {
      id,
      firstName: null,
      lastName: null,
      publicMetadata: {},
      privateMetadata: {},
      unsafeMetadata: {},
      banned: false,
      ...rest,
      username: username ? acceptUsername(username) : null,
      externalId: externalId ?? null,
      emails: emails.map((address) => ({ id: newId('idn'), address: acceptEmail(address) })),
      accounts: [],
      createdAt,
      updatedAt: createdAt,
      lastSignInAt: null,
      lastActiveAt: null,
    }
    users.set(id, created)
    emit({ type: 'user.created', user: created })
    return created
  }

  function updateUser(id: string, { primaryEmail, username, externalId, ...patch }: UserPatch): User {
    const found = user(id)
    if (username) username = acceptUsername(username, id)
    if (externalId) assertFree('external_id', externalId, id)
    if (primaryEmail !== undefined) {
      const address = acceptEmail(primaryEmail, id)
      const known = found.emails.find((email) => email.address === address)
      found.emails = [
        known ?? { id: newId('idn'), address },
        ...found.emails.filter((email) => email.address !== address),
      ]
    }
    if (username !== undefined) found.username = username
    if (externalId !== undefined) found.externalId = externalId
    return touched(Object.assign(found, patch))
  }

  function deleteUser(id: string): User {
    const found = user(id)
    users.delete(id)
    for (const open of sessions.values()) if (open.userId === id) open.status = 'removed'
    emit({ type: 'user.deleted', id, externalId: found.externalId })
    return found
  }

  /** Signs a browser in. One session a browser, as Clerk's single-session mode has it. */
  function signIn(userId: string, browser?: Client): { client: Client; session: Session } {
    const found = user(userId)
    const at = now()
    const client = browser ?? { id: newId('client'), secret: newId('secret'), createdAt: at, updatedAt: at }
    for (const open of sessionsOf(client)) endSession(open.id, 'removed')
    client.updatedAt = at
    clients.set(client.secret, client)
    const opened: Session = {
      id: newId('sess'),
      clientId: client.id,
      userId,
      status: 'active',
      createdAt: at,
      updatedAt: at,
      lastActiveAt: at,
      expireAt: at + SEVEN_DAYS,
    }
    sessions.set(opened.id, opened)
    found.lastSignInAt = at
    found.lastActiveAt = at
    emit({ type: 'session.created', session: opened, user: found })
    touched(found)
    return { client, session: opened }
  }

  function endSession(id: string, status: 'ended' | 'removed' | 'revoked'): Session {
    const open = session(id)
    if (open.status !== 'active') return open
    open.status = status
    open.updatedAt = now()
    const owner = users.get(open.userId)
    if (owner) emit({ type: `session.${status}`, session: open, user: owner })
    return open
  }

  function sessionsOf(client: Client): Session[] {
    return [...sessions.keys()]
      .map(session)
      .filter((open) => open.clientId === client.id && open.status === 'active')
  }

  /** Connecting again replaces the account with the same e-mail address: a new consent and a new token. */
  function connect(
    userId: string,
    given: { provider?: string; email?: string; scopes: string[]; grant?: Grant },
  ): ExternalAccount {
    const found = user(userId)
    const provider = given.provider ?? 'oauth_google'
    const email = given.email ?? found.emails[0]?.address ?? 'someone@example.com'
    const known = found.accounts.find((account) => account.provider === provider && account.email === email)
    const id = known?.id ?? newId('eac')
    const account: ExternalAccount = {
      id,
      identificationId: known?.identificationId ?? newId('idn'),
      provider,
      providerUserId: known?.providerUserId ?? numericId(id),
      email,
      scopes: given.scopes,
      grant: given.grant ?? 'renewable',
      token: undefined,
      createdAt: known?.createdAt ?? now(),
      updatedAt: now(),
    }
    found.accounts = [...found.accounts.filter((other) => other !== known), account]
    touched(found)
    return account
  }

  /** The provider is not told, so tokens already handed out stay good there until they expire. */
  function disconnect(userId: string, accountId: string): ExternalAccount {
    const found = user(userId)
    const account = found.accounts.find((other) => other.id === accountId)
    if (!account) throw notFound('external account', accountId)
    found.accounts = found.accounts.filter((other) => other !== account)
    touched(found)
    return account
  }

  return {
    now,
    users,
    sessions,
    clients,
    tokens,
    purposes,
    user,
    session,
    touched,
    createUser,
    updateUser,
    deleteUser,
    signIn,
    endSession,
    sessionsOf,
    connect,
    disconnect,
  }
}

const numericId = (id: string): string =>
  [...id]
    .reduce((digits, char) => (digits * 31n + BigInt(char.charCodeAt(0))) % 10n ** 21n, 7n)
    .toString()
    .padStart(21, '1')
