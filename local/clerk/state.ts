import { randomBytes } from 'node:crypto'
import { notFound } from './errors'
import { identifiers } from './identifiers'
import { createOrganizations } from './organizations'
import {
  type ClerkEvent,
  type Client,
  type ExternalAccount,
  type Grant,
  type IssuedToken,
  SETTINGS,
  type Seed,
  type SeedUser,
  type Session,
  type User,
  type UserPatch,
  type UserSettings,
} from './records'

const SEVEN_DAYS = 7 * 24 * 3600_000
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export const newId = (prefix: string): string =>
  `${prefix}_2${[...randomBytes(26)].map((byte) => ALPHABET[byte % 62]).join('')}`

export type State = ReturnType<typeof createState>

/** The data of the stand-in. Each change for which Clerk sends a webhook calls `emit`. */
export function createState(options: { seed: Seed; now: () => number; emit: (event: ClerkEvent) => void }) {
  const { now, emit } = options
  const users = new Map<string, User>()
  const sessions = new Map<string, Session>()
  const clients = new Map<string, Client>()
  const tokens = new Map<string, IssuedToken>()
  const purposes = new Map<string, string>()

  for (const given of options.seed.users) {
    users.set(given.id, seededUser(given))
    if (given.purpose) purposes.set(given.id, given.purpose)
  }

  function user(id: string): User {
    const found = users.get(id)
    if (!found) throw notFound('user', id)
    return found
  }

  const organizations = createOrganizations({
    seed: options.seed.organizations ?? [],
    now,
    emit,
    newId,
    user,
  })

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

  function createUser(
    given: Omit<UserPatch, 'primaryEmail'> & {
      id?: string
      emails: string[]
      phones?: string[]
      wallets?: string[]
      settings?: Partial<UserSettings>
      createdAt?: number
    },
  ): User {
    const { id = newId('user'), emails, phones = [], wallets = [], settings, ...more } = given
    const { username, externalId, createdAt = now(), ...rest } = more
    const free = identifiers(users.values())
    if (externalId) free.externalId(externalId)
    const created: User = {
      id,
      firstName: null,
      lastName: null,
      publicMetadata: {},
      privateMetadata: {},
      unsafeMetadata: {},
      banned: false,
      locked: false,
      deprovisioned: false,
      ...rest,
      username: username ? free.username(username) : null,
      externalId: externalId ?? null,
      emails: emails.map((address) => ({ id: newId('idn'), address: free.email(address) })),
      phones: phones.map((number) => ({ id: newId('idn'), number })),
      wallets: wallets.map((address) => ({ id: newId('idn'), address })),
      settings: { ...SETTINGS, ...settings },
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
    const free = identifiers([...users.values()].filter((other) => other !== found))
    if (username) username = free.username(username)
    if (externalId) free.externalId(externalId)
    if (primaryEmail !== undefined) {
      const address = free.email(primaryEmail)
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
    organizations.removeUser(id)
    for (const open of sessions.values()) if (open.userId === id) open.status = 'removed'
    emit({ type: 'user.deleted', id, externalId: found.externalId })
    return found
  }

  /** A browser that Clerk sees for the first time. */
  function openClient(): Client {
    const at = now()
    const client = { id: newId('client'), secret: newId('secret'), createdAt: at, updatedAt: at }
    clients.set(client.secret, client)
    return client
  }

  /** Signs a browser in. A browser has one session, as in Clerk's single-session mode. */
  function signIn(userId: string, browser?: Client): { client: Client; session: Session } {
    const found = user(userId)
    const at = now()
    const client = browser ?? openClient()
    for (const open of sessionsOf(client)) endSession(open.id, 'removed')
    client.updatedAt = at
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

  /** Connecting the same e-mail address again replaces the account and issues a new token. */
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

  /** The provider is not informed, so tokens issued before stay valid there until they expire. */
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
    organizations,
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
    openClient,
    signIn,
    endSession,
    sessionsOf,
    connect,
    disconnect,
  }
}

function seededUser({ purpose: _purpose, emails, accounts = [], ...given }: SeedUser): User {
  return {
    username: null,
    firstName: null,
    lastName: null,
    externalId: null,
    publicMetadata: {},
    privateMetadata: {},
    unsafeMetadata: {},
    banned: false,
    locked: false,
    deprovisioned: false,
    ...{ phones: [], wallets: [], settings: SETTINGS },
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
  }
}

// Not literals: the compiler of an app that takes the stand-ins may target an older JavaScript.
const [FACTOR, RANGE, START] = [BigInt(31), BigInt(10) ** BigInt(21), BigInt(7)]

const numericId = (id: string): string =>
  [...id]
    .reduce((digits, char) => (digits * FACTOR + BigInt(char.charCodeAt(0))) % RANGE, START)
    .toString()
    .padStart(21, '1')
