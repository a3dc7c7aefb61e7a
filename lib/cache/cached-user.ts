import { createHash } from 'node:crypto'
import { unexpectedAnswer } from '../clerk/error'
import { emitLeftOut } from '../clerk/events'
import {
  isRecord,
  isTexts,
  isVerified,
  type Json,
  providerOf,
  record,
  records,
  text,
  time,
  word,
} from '../clerk/json'
import type { NamesOfUser } from './tags'

/** Only an ID is needed to show a person. */
export const isUser = (json: unknown): json is Json => isRecord(json) && word(json.id) !== null

/**
 * Selects the fields that the cache keeps from the Backend API's JSON of a user, under Clerk's property names. A field
 * that is missing or of another type becomes its empty value. To cache another field, add it here and to `SAMPLE`.
 * Private metadata must not be added: a cached user may become a prop of a client component.
 * @throws ClerkError `clerk_unavailable` if the JSON is not a user
 */
export function toCachedUser(json: unknown) {
  if (!isUser(json)) throw unexpectedAnswer()
  const addresses = records(json.email_addresses).flatMap((email) => {
    const emailAddress = word(email.email_address)
    const isPrimary = word(email.id) !== null && email.id === json.primary_email_address_id
    return emailAddress === null ? [] : [{ isPrimary, emailAddress, verified: isVerified(email) }]
  })
  const primary = addresses.find(({ isPrimary }) => isPrimary)
  const [firstName, lastName] = [text(json.first_name), text(json.last_name)]
  return {
    id: word(json.id) ?? '',
    externalId: text(json.external_id),
    username: text(json.username),
    firstName,
    lastName,
    fullName: [firstName, lastName].filter(Boolean).join(' ') || null,
    imageUrl: text(json.image_url) ?? '',
    primaryEmailAddress: primary ? { emailAddress: primary.emailAddress, verified: primary.verified } : null,
    verifiedEmailAddresses: addresses
      .filter(({ verified }) => verified)
      .map(({ emailAddress }) => emailAddress),
    /** The providers of the connected accounts, such as `google`. */
    connectedProviders: records(json.external_accounts)
      .filter(isVerified)
      .flatMap((account) => providerOf(account) ?? []),
    publicMetadata: record(json.public_metadata),
    unsafeMetadata: record(json.unsafe_metadata),
    banned: json.banned === true,
    locked: json.locked === true,
    /** Removed by the directory of their company (Clerk's Directory Sync). */
    deprovisioned: json.deprovisioned === true,
    /** 0 if Clerk did not say. */
    createdAt: time(json.created_at) ?? 0,
    updatedAt: time(json.updated_at) ?? 0,
    lastSignInAt: time(json.last_sign_in_at),
  }
}

/** A cached user: plain, frozen data that can be a prop of a client component. Times are milliseconds since 1970. */
export type CachedUser = Readonly<ReturnType<typeof toCachedUser>>

/** Whether Clerk says that this person may do nothing. */
export const isBlocked = (user: Pick<CachedUser, 'banned' | 'locked' | 'deprovisioned'>): boolean =>
  user.banned || user.locked || user.deprovisioned

/** A user with a value for every field, as the Backend API returns it. */
const SAMPLE = {
  ...{ id: 'user_1', external_id: '1', username: 'ada', image_url: '/ada.png' },
  ...{ first_name: 'Ada', last_name: 'Byron' },
  email_addresses: [{ id: 'idn_1', email_address: 'ada@example.com', verification: { status: 'verified' } }],
  primary_email_address_id: 'idn_1',
  external_accounts: [{ provider: 'oauth_google', verification: { status: 'verified' } }],
  ...{ public_metadata: { role: 'admin' }, unsafe_metadata: { theme: 'dark' } },
  ...{ banned: true, locked: true, deprovisioned: true, created_at: 1, updated_at: 2, last_sign_in_at: 3 },
}

/** A number that changes when the cached user gets another shape. `select` is `toCachedUser`, or another one in tests. */
export const versionOf = (select: (json: typeof SAMPLE) => object): number =>
  createHash('sha256')
    .update(JSON.stringify(select(SAMPLE)))
    .digest()
    .readUInt32BE()

/** Part of the Redis key, so that a new deployment does not read entries of another shape. */
export const CACHED_USER_VERSION = versionOf(toCachedUser)

/**
 * The users in a list of the Backend API, which is a bare array. A record that is not a user is left out.
 * @throws ClerkError `clerk_unavailable` if it is not a list
 */
export function parseUsers(json: unknown): CachedUser[] {
  if (!Array.isArray(json)) throw unexpectedAnswer()
  return json.flatMap((one: unknown) => {
    if (isUser(one)) return [toCachedUser(one)]
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

const kindOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  return typeof value
}

/** A user with everything, and one with nothing. A field of a cached user is of the kind that it has in one of these. */
const EXAMPLES = [toCachedUser(SAMPLE), toCachedUser({ id: 'user_1' })]
const FIELDS = Object.keys(toCachedUser(SAMPLE))

/** Whether JSON out of Redis is a cached user of this version. */
export const isCachedUser = (value: unknown): value is CachedUser =>
  isRecord(value) &&
  FIELDS.every((field) =>
    EXAMPLES.some((example) => kindOf(Reflect.get(example, field)) === kindOf(value[field])),
  ) &&
  [value.verifiedEmailAddresses, value.connectedProviders].every(isTexts) &&
  (value.primaryEmailAddress === null || text(record(value.primaryEmailAddress).emailAddress) !== null)
