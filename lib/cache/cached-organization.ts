import { z } from 'zod'
import { emitLeftOut } from '../clerk/events'
import { isRecord, isTexts, isTime, type Json, metadata, record, text, time, word } from '../clerk/json'

const instant = z.custom<number>(isTime)

const organization = z.strictObject({
  id: z.string(),
  name: z.string(),
  slug: z.string().nullable(),
  imageUrl: z.string(),
  hasImage: z.boolean(),
  publicMetadata: z.record(z.string(), z.unknown()),
  maxAllowedMemberships: z.number(),
  adminDeleteEnabled: z.boolean(),
  /** 0 if Clerk did not say. */
  createdAt: instant,
  updatedAt: instant,
})

/**
 * A cached organization under Clerk's property names: plain, frozen data. Times are milliseconds since 1970. It has no
 * number of members, which a change of a membership would make untrue, no private metadata, and not who made it: the
 * deletion of a user does not find it.
 */
export type CachedOrganization = Readonly<z.infer<typeof organization>>

const membership = z.strictObject({
  id: z.string(),
  organizationId: z.string(),
  userId: z.string(),
  /** Such as `org:admin`. */
  role: z.string(),
  /** Such as `org:invoices:create`. */
  permissions: z.array(z.string()),
  publicMetadata: z.record(z.string(), z.unknown()),
  createdAt: instant,
  updatedAt: instant,
})

/**
 * One person in one organization. It has only the IDs of both, so that no change of a name makes it untrue.
 * Times are milliseconds since 1970, or 0 if Clerk did not say.
 */
export type CachedMembership = Readonly<z.infer<typeof membership>>

/** The version of both shapes in Redis keys: raise it with every change of a field. */
export const ORGANIZATIONS_VERSION = 2

export const isCachedOrganization = (value: unknown): value is CachedOrganization =>
  organization.safeParse(value).success
export const isCachedMembership = (value: unknown): value is CachedMembership =>
  membership.safeParse(value).success
export const areCachedMemberships = (value: unknown): value is CachedMembership[] =>
  Array.isArray(value) && value.every(isCachedMembership)

const times = ({ created_at, updated_at }: Json) => ({
  createdAt: time(created_at) ?? 0,
  updatedAt: time(updated_at) ?? 0,
})

/** An organization of the Backend API; null if the record is not one. A field that is odd becomes its empty value. */
export function toCachedOrganization(json: unknown): CachedOrganization | null {
  const id = isRecord(json) ? word(json.id) : null
  if (!isRecord(json) || id === null) {
    emitLeftOut('organization', record(json))
    return null
  }
  return {
    id,
    name: text(json.name) ?? '',
    slug: word(json.slug),
    imageUrl: text(json.image_url) ?? '',
    hasImage: json.has_image === true,
    publicMetadata: metadata(json.public_metadata),
    maxAllowedMemberships:
      typeof json.max_allowed_memberships === 'number' ? json.max_allowed_memberships : 0,
    adminDeleteEnabled: json.admin_delete_enabled === true,
    ...times(json),
  }
}

/**
 * A membership of the Backend API; null if the record has no role, not both IDs, or other ones than those asked for.
 * `known`: what was asked for, which the record may leave out.
 */
export function toCachedMembership(
  json: unknown,
  known: { organizationId?: string; userId?: string },
): CachedMembership | null {
  const given = record(json)
  const organizationId = word(record(given.organization).id) ?? known.organizationId
  const userId = word(record(given.public_user_data).user_id) ?? known.userId
  const [id, role] = [word(given.id), word(given.role)]
  const isAskedFor =
    organizationId === (known.organizationId ?? organizationId) && userId === (known.userId ?? userId)
  if (!organizationId || !userId || !id || !role || !isAskedFor) {
    emitLeftOut('organization_membership', given)
    return null
  }
  const permissions = isTexts(given.permissions) ? given.permissions : []
  const publicMetadata = metadata(given.public_metadata)
  return { id, organizationId, userId, role, permissions, publicMetadata, ...times(given) }
}
