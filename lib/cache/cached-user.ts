import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { NamesOfUser } from './tags'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null)
const time = z.number()
const metadata = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? {})
const emails = z
  .array(
    z.object({
      id: z.string(),
      email_address: z.string(),
      verification: z.object({ status: z.string() }).nullish(),
    }),
  )
  .default([])

const externalAccounts = z
  .array(z.object({ provider: z.string(), verification: z.object({ status: z.string() }).nullish() }))
  .default([])

/**
 * Selects the fields that the cache keeps from the Backend API's JSON of a user, under Clerk's property names. To cache
 * another field, add it here and to `SAMPLE`. Private metadata must not be added: a cached user may become a prop of a
 * client component.
 * @throws ZodError if the JSON is not a user
 */
export function toCachedUser(json: unknown) {
  const user = z.record(z.string(), z.unknown()).parse(json)
  const addresses = emails.parse(user.email_addresses).map((email) => ({
    isPrimary: email.id === user.primary_email_address_id,
    emailAddress: email.email_address,
    verified: email.verification?.status === 'verified',
  }))
  const primary = addresses.find(({ isPrimary }) => isPrimary)
  const [firstName, lastName] = [text.parse(user.first_name), text.parse(user.last_name)]
  return {
    id: z.string().parse(user.id),
    externalId: text.parse(user.external_id),
    username: text.parse(user.username),
    firstName,
    lastName,
    fullName: [firstName, lastName].filter(Boolean).join(' ') || null,
    imageUrl: text.parse(user.image_url) ?? '',
    primaryEmailAddress: primary ? { emailAddress: primary.emailAddress, verified: primary.verified } : null,
    verifiedEmailAddresses: addresses
      .filter(({ verified }) => verified)
      .map(({ emailAddress }) => emailAddress),
    /** The providers of the connected accounts, such as `google`. */
    connectedProviders: externalAccounts
      .parse(user.external_accounts)
      .filter(({ verification }) => verification?.status === 'verified')
      .map(({ provider }) => provider.replace(/^oauth_/, '')),
    publicMetadata: metadata.parse(user.public_metadata),
    unsafeMetadata: metadata.parse(user.unsafe_metadata),
    createdAt: time.parse(user.created_at),
    updatedAt: time.parse(user.updated_at),
    lastSignInAt: time.nullish().parse(user.last_sign_in_at) ?? null,
  }
}

/** A cached user: plain, frozen data that can be a prop of a client component. Times are milliseconds since 1970. */
export type CachedUser = Readonly<ReturnType<typeof toCachedUser>>

/** A user with a value for every field, as the Backend API returns it. */
const SAMPLE = {
  ...{ id: 'user_1', external_id: '1', username: 'ada', image_url: '/ada.png' },
  ...{ first_name: 'Ada', last_name: 'Byron' },
  email_addresses: [{ id: 'idn_1', email_address: 'ada@example.com', verification: { status: 'verified' } }],
  primary_email_address_id: 'idn_1',
  external_accounts: [{ provider: 'oauth_google', verification: { status: 'verified' } }],
  ...{ public_metadata: { role: 'admin' }, unsafe_metadata: { theme: 'dark' } },
  ...{ created_at: 1, updated_at: 2, last_sign_in_at: 3 },
}

/** A number that changes when the cached user gets another shape. `select` is `toCachedUser`, or another one in tests. */
export const versionOf = (select: (json: typeof SAMPLE) => object): number =>
  createHash('sha256')
    .update(JSON.stringify(select(SAMPLE)))
    .digest()
    .readUInt32BE()

/** Part of the Redis key, so that a new deployment does not read entries of another shape. */
export const CACHED_USER_VERSION = versionOf(toCachedUser)

/** The users in a list of the Backend API, which is a bare array. @throws ZodError */
export const parseUsers = (json: unknown): CachedUser[] => z.array(z.unknown()).parse(json).map(toCachedUser)

/** The names by which a cached user can be found. */
export const namesOf = (user: CachedUser): NamesOfUser => ({
  usernames: user.username === null ? [] : [user.username],
  emails: user.verifiedEmailAddresses,
  externalIds: user.externalId === null ? [] : [user.externalId],
})
