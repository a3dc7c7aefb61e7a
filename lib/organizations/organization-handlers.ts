import { invalidateTags, lookups } from '../cache/lookups'
import {
  invalidateMembership,
  invalidateOrganization,
  removeMembership,
  removeMembershipsOf,
  removeOrganization,
} from '../cache/organization-cache'
import { TAG_OF_ALL_MEMBERSHIPS } from '../cache/organization-tags'
import { record, text, word } from '../clerk/json'
import type { WebhookHandler, WebhookHandlers } from '../webhooks/handlers'
import { idIn } from '../webhooks/payload'

const changeOrganization: WebhookHandler = async (data) => {
  const { slug } = record(data)
  // A slug that cannot be read is not known: it could be any.
  await invalidateOrganization(
    idIn(data, 'id'),
    slug === null || text(slug) !== null ? text(slug) : undefined,
  )
  return { invalidated: ['organization'] }
}

/** The lists of its members still have its ID. What they show is read with the organization, which is not there now. */
const deleteOrganization: WebhookHandler = async (data) => {
  await removeOrganization(idIn(data, 'id'))
  return { invalidated: ['organization', 'memberships'] }
}

/** Without both IDs it could be any membership. */
async function changeMembership(
  organizationId: string | null,
  userId: string | null,
  change = invalidateMembership,
) {
  if (organizationId && userId) await change({ organizationId, userId })
  else await invalidateTags([TAG_OF_ALL_MEMBERSHIPS])
  return { invalidated: [organizationId && userId ? 'membership' : 'all memberships'] }
}

function idsOf(data: unknown) {
  const { organization, public_user_data } = record(data)
  return [word(record(organization).id), word(record(public_user_data).user_id)] as const
}

const membership: WebhookHandler = async (data) => changeMembership(...idsOf(data))

/** The user can be gone too, and then their ID is in no list that is kept. */
const deleteMembership: WebhookHandler = async (data) => changeMembership(...idsOf(data), removeMembership)

const acceptedInvitation: WebhookHandler = async (data) => {
  const { organization_id, user_id } = record(data)
  return changeMembership(word(organization_id), word(user_id))
}

/** The permissions of everybody who has the role. */
const changeRole: WebhookHandler = async () => changeMembership(null, null)

/** The part `users` does the same for what it has. What was stored since then goes too. */
const deleteUser: WebhookHandler = async (data) => {
  const userId = idIn(data, 'id')
  await removeMembershipsOf(userId)
  await lookups().remove(userId)
  return { invalidated: ['memberships'] }
}

export const organizationHandlers: WebhookHandlers = {
  'organization.created': changeOrganization,
  'organization.updated': changeOrganization,
  'organization.deleted': deleteOrganization,
  'organizationMembership.created': membership,
  'organizationMembership.updated': membership,
  'organizationMembership.deleted': deleteMembership,
  'organizationInvitation.accepted': acceptedInvitation,
  'user.deleted': deleteUser,
  'role.updated': changeRole,
  'role.deleted': changeRole,
  'permission.updated': changeRole,
  'permission.deleted': changeRole,
}
