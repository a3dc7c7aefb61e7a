import { createHash } from 'node:crypto'
import { z } from 'zod'

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
 * Selects a cached user from the Backend API's JSON, under Clerk's property names. This is the only place that says
 * which fields the cache keeps: adding one is one line, and changes the version below by itself. Private metadata does
 * not belong here, where it could become a prop of a client component.
 * @throws ZodError when it is not a user
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
    /** Such as `google`: where an account is connected. */
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

/**
 * A user as the cache hands it out: plain, frozen data, the same on hit and miss, fit to be a prop of a client
 * component. Times are milliseconds since 1970.
 */
export type CachedUser = Readonly<ReturnType<typeof toCachedUser>>

const fields = Object.keys(toCachedUser({ id: 'user_', created_at: 0, updated_at: 0 }))

/** Part of the Redis key: another list of fields is another version, so that no entry of another shape is read. */
export const CACHED_USER_VERSION = createHash('sha256').update(fields.join()).digest().readUInt32BE()

/** Selects the users of a list answer of the Backend API, a bare array. @throws ZodError */
export const parseUsers = (json: unknown): CachedUser[] => z.array(z.unknown()).parse(json).map(toCachedUser)
