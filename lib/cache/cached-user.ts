import { createHash } from 'node:crypto'
import { unexpectedAnswer } from '../clerk/error'
import { emitLeftOut } from '../clerk/events'
import { isRecord, isTexts, isVerified, type Json, record, word } from '../clerk/json'
import { type Fields, isSelected, type Selected, select } from '../clerk/select'
import type { NamesOfUser } from './tags'

/** Only an ID is needed to show a person. */
export const isUser = (json: unknown): json is Json => isRecord(json) && word(json.id) !== null

const VERIFICATION = {
  status: 'text',
  strategy: 'text',
  attempts: 'number?',
  expireAt: 'time?',
} as const satisfies Fields
const LINKED_TO = [{ id: 'text', type: 'text' }] as const
const CONNECTION = {
  ...{ id: 'text', active: 'flag', name: 'text', domain: 'text', provider: 'text' },
  ...{ allowIdpInitiated: 'flag', allowSubdomains: 'flag', syncUserAttributes: 'flag' },
  ...{ createdAt: 'time', updatedAt: 'time' },
} as const satisfies Fields
const COMPANY_ACCOUNT = {
  ...{ id: 'text', active: 'flag', provider: 'text', providerUserId: 'text?', emailAddress: 'text' },
  ...{ firstName: 'text?', lastName: 'text?', verification: VERIFICATION },
} as const satisfies Fields

/**
 * The fields of a user that are cached, under Clerk's names. To cache more or less, change this list: types, the version
 * in the Redis key and the checks follow. Private metadata must not be added: a cached user may become a prop of a
 * client component.
 */
export const USER_FIELDS = {
  ...{ id: 'word', externalId: 'text?', username: 'text?', firstName: 'text?', lastName: 'text?' },
  ...{ imageUrl: 'text', hasImage: 'flag', locale: 'text?', timezone: 'text?' },
  primaryEmailAddressId: 'text?',
  emailAddresses: [{ id: 'text', emailAddress: 'word', verification: VERIFICATION, linkedTo: LINKED_TO }],
  primaryPhoneNumberId: 'text?',
  phoneNumbers: [
    {
      ...{ id: 'text', phoneNumber: 'word', verification: VERIFICATION, linkedTo: LINKED_TO },
      ...{ reservedForSecondFactor: 'flag', defaultSecondFactor: 'flag' },
    },
  ],
  primaryWeb3WalletId: 'text?',
  web3Wallets: [{ id: 'text', web3Wallet: 'word', verification: VERIFICATION }],
  externalAccounts: [
    {
      ...{ id: 'text', externalAccountId: 'text?', identificationId: 'text', provider: 'provider' },
      ...{ providerUserId: 'text', approvedScopes: 'text', emailAddress: 'text', phoneNumber: 'text?' },
      ...{ firstName: 'text', lastName: 'text', username: 'text?', label: 'text?', imageUrl: 'text' },
      ...{ publicMetadata: 'metadata', verification: VERIFICATION },
    },
  ],
  enterpriseAccounts: [
    {
      ...COMPANY_ACCOUNT,
      ...{ protocol: 'text', publicMetadata: 'metadata', lastAuthenticatedAt: 'time?' },
      enterpriseConnectionId: 'text?',
      enterpriseConnection: {
        ...CONNECTION,
        ...{ protocol: 'text', logoPublicUrl: 'text?', disableAdditionalIdentifications: 'flag' },
      },
    },
  ],
  samlAccounts: [{ ...COMPANY_ACCOUNT, samlConnection: CONNECTION }],
  ...{ publicMetadata: 'metadata', unsafeMetadata: 'metadata' },
  ...{ passwordEnabled: 'flag', twoFactorEnabled: 'flag', totpEnabled: 'flag', backupCodeEnabled: 'flag' },
  ...{ createOrganizationEnabled: 'flag', createOrganizationsLimit: 'number?', deleteSelfEnabled: 'flag' },
  // `deprovisioned`: removed by the directory of their company (Clerk's Directory Sync).
  ...{ banned: 'flag', locked: 'flag', deprovisioned: 'flag', legalAcceptedAt: 'time?' },
  // 0 if Clerk did not say.
  ...{ createdAt: 'time', updatedAt: 'time' },
  ...{ lastSignInAt: 'time?', lastActiveAt: 'time?' },
} as const satisfies Fields

/** A user as it is stored: without what `withComputed` adds. */
export type StoredUser = Selected<typeof USER_FIELDS>

export const isStoredUser = (value: unknown): value is StoredUser => isSelected(USER_FIELDS, value)

/** Adds what Clerk's class has as getters, and two lists of the kit, which would only make entries longer. */
export function withComputed(user: StoredUser) {
  const { firstName, lastName, emailAddresses, phoneNumbers, web3Wallets } = user
  return {
    ...user,
    fullName: [firstName, lastName].filter(Boolean).join(' ') || null,
    primaryEmailAddress: emailAddresses.find(({ id }) => id === user.primaryEmailAddressId) ?? null,
    primaryPhoneNumber: phoneNumbers.find(({ id }) => id === user.primaryPhoneNumberId) ?? null,
    primaryWeb3Wallet: web3Wallets.find(({ id }) => id === user.primaryWeb3WalletId) ?? null,
    verifiedEmailAddresses: emailAddresses.filter(isVerified).map(({ emailAddress }) => emailAddress),
    /** The providers of the connected accounts, such as `google`. */
    connectedProviders: user.externalAccounts
      .filter(isVerified)
      .map(({ provider }) => provider.replace(/^oauth_/, '')),
  }
}

/** What of a user is stored. */
export function storedPart(user: CachedUser): StoredUser {
  const part: unknown = Object.fromEntries(Object.entries(user).filter(([name]) => name in USER_FIELDS))
  if (!isStoredUser(part)) throw unexpectedAnswer()
  return part
}

/**
 * A user in the Backend API's JSON, as it is cached.
 * @throws ClerkError `clerk_unavailable` if the JSON is not a user
 */
export function toCachedUser(json: unknown) {
  const user = isRecord(json) ? select(USER_FIELDS, json) : null
  if (!user) throw unexpectedAnswer()
  return withComputed(user)
}

/** A cached user: plain, frozen data that can be a prop of a client component. Times are milliseconds since 1970. */
export interface CachedUser extends Readonly<ReturnType<typeof withComputed>> {
  /** Clerk's, such as `user_2…`. */
  readonly id: string
}

/** Whether Clerk says that this person may do nothing. */
export const isBlocked = (user: Pick<CachedUser, 'banned' | 'locked' | 'deprovisioned'>): boolean =>
  user.banned || user.locked || user.deprovisioned

/** A number that changes when the stored user gets another shape. */
export const versionOf = (fields: Fields): number =>
  createHash('sha256').update(JSON.stringify(fields)).digest().readUInt32BE()

/** Part of the Redis key, so that a new deployment does not read entries of another shape. */
export const CACHED_USER_VERSION = versionOf(USER_FIELDS)

/**
 * The users in a list of the Backend API, which is a bare array. A record that is not a user is left out.
 * @throws ClerkError `clerk_unavailable` if it is not a list
 */
export const parseUsers = (json: unknown): CachedUser[] => parseUsersAs(json, toCachedUser)

export function parseUsersAs<T>(json: unknown, parse: (json: Json) => T): T[] {
  if (!Array.isArray(json)) throw unexpectedAnswer()
  return json.flatMap((one: unknown) => {
    if (isUser(one)) return [parse(one)]
    emitLeftOut('user', record(one))
    return []
  })
}

/** The names by which a cached user can be found. */
export const namesOf = (user: CachedUser): NamesOfUser => ({
  usernames: user.username === null ? [] : [user.username],
  emails: user.verifiedEmailAddresses,
  externalIds: user.externalId === null ? [] : [user.externalId],
})

/** Most e-mail addresses of a user that are invalidated one by one. Next's time grows with the square of the number of tags. */
const MOST_EMAILS = 1000

/** The names in a user's JSON, from the Backend API or a webhook. Names that cannot be read are not known, nor are too many. */
export function namesIn(json: unknown): NamesOfUser {
  const { username, external_id, email_addresses } = record(json)
  const oneName = (name: unknown) => (name === null ? [] : typeof name === 'string' ? [name] : undefined)
  const emails = Array.isArray(email_addresses) && email_addresses.map((one) => record(one).email_address)
  return {
    ...{ usernames: oneName(username), externalIds: oneName(external_id) },
    emails: isTexts(emails) && emails.length <= MOST_EMAILS ? emails : undefined,
  }
}
