import { z } from 'zod'

const email = z.object({
  id: z.string(),
  email_address: z.string(),
  verification: z.object({ status: z.string() }).nullish(),
})

const metadata = z.record(z.string(), z.unknown()).nullish()

/** The part of Clerk's user that the cache keeps. Private metadata is not selected. */
const clerkUser = z.object({
  id: z.string(),
  external_id: z.string().nullish(),
  username: z.string().nullish(),
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  image_url: z.string().nullish(),
  primary_email_address_id: z.string().nullish(),
  email_addresses: z.array(email).default([]),
  public_metadata: metadata,
  unsafe_metadata: metadata,
  created_at: z.number(),
  updated_at: z.number(),
  last_sign_in_at: z.number().nullish(),
})

/**
 * A user as the cache hands it out: plain data under Clerk's property names, the same on hit and miss, fit to be a
 * prop of a client component. Times are milliseconds since 1970.
 */
export type CachedUser = ReturnType<typeof toCachedUser>

/** Selects a cached user from the Backend API's JSON. @throws ZodError when it is not a user. */
function toCachedUser(json: unknown) {
  const user = clerkUser.parse(json)
  const primary = user.email_addresses.find(({ id }) => id === user.primary_email_address_id)
  return {
    id: user.id,
    externalId: user.external_id ?? null,
    username: user.username ?? null,
    firstName: user.first_name ?? null,
    lastName: user.last_name ?? null,
    fullName: [user.first_name, user.last_name].filter(Boolean).join(' ') || null,
    imageUrl: user.image_url ?? '',
    primaryEmailAddress: primary
      ? { emailAddress: primary.email_address, verified: primary.verification?.status === 'verified' }
      : null,
    publicMetadata: user.public_metadata ?? {},
    unsafeMetadata: user.unsafe_metadata ?? {},
    createdAt: user.created_at,
    updatedAt: user.updated_at,
    lastSignInAt: user.last_sign_in_at ?? null,
  }
}

/** Selects the users of a list answer of the Backend API, a bare array. @throws ZodError */
export const parseUsers = (json: unknown) => z.array(z.unknown()).parse(json).map(toCachedUser)
