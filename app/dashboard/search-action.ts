'use server'

import { redirect } from 'next/navigation'
import { z } from 'zod'
import { currentActor } from '@/lib/auth/caller.server'
import { requireAdmin } from '@/lib/auth/roles.server'
import { emitAudit } from '@/lib/cache/audit-events'
import type { CachedUser } from '@/lib/cache/clerk-cache'
import { isOrganizationId } from '@/lib/cache/organization-lookups'
import { findOrganization } from '@/lib/dashboard/organization'
import { nameOf, pictureOf } from '@/lib/dashboard/people'
import { MOST_FOUND, searchUsers } from '@/lib/dashboard/search-users'
import { fieldsOf } from '@/lib/http/form-fields'
import { refuseOverLimit } from '@/lib/http/rate-limit'
import { type ActionResult, failed, LIMIT, resultOf } from './admin-action'
import { maskAddress } from './format'

type Found = { id: string; name: string; imageUrl: string; detail: string }
export type SearchResult = ActionResult & {
  people?: Found[]
  /** What was searched for. */
  word?: string
  /** Whether there may be others: as many were found as are shown at most. */
  full?: boolean
}

const detailOf = ({ username, primaryEmailAddress }: CachedUser) =>
  [username, primaryEmailAddress && maskAddress(primaryEmailAddress.emailAddress)].filter(Boolean).join(' · ')

/**
 * Opens the page of a user if one was found, and otherwise returns the users who were. A form, because a name or an email
 * address must not become part of an address.
 */
export async function searchUser(_before: SearchResult | null, form: FormData): Promise<SearchResult> {
  const word = z.string().trim().min(2).max(256).safeParse(fieldsOf(form).word)
  try {
    await requireAdmin({ failClosed: true })
    if (!word.success) return failed('Enter at least two characters of an ID, a name or an email address.')
    const actor = await currentActor()
    await refuseOverLimit(LIMIT, actor.actor)
    if (isOrganizationId(word.data)) redirect(`/dashboard/organizations/${word.data}`)
    const users = await searchUsers(word.data)
    const [user, another] = users
    emitAudit({
      ...{ ...actor, action: 'dashboard.search', subject: !user ? 'nobody' : another ? 'several' : user.id },
      outcome: user ? 'ok' : 'not_found',
    })
    if (!user) {
      const organization = await findOrganization(word.data)
      if (organization) redirect(`/dashboard/organizations/${organization.id}`)
      return {
        status: 'done',
        message:
          'No user or organization found. Try another part of the user’s name or email address, or the organization’s ID or slug.',
      }
    }
    const isFull = users.length === MOST_FOUND
    if (another)
      return {
        status: 'done',
        message: `${isFull ? `The first ${users.length}` : users.length} users found. Press the down arrow key to reach them.`,
        full: isFull,
        word: word.data,
        people: users.map((one) => ({
          ...{ id: one.id, name: nameOf(one), imageUrl: pictureOf(one), detail: detailOf(one) },
        })),
      }
    redirect(`/dashboard/users/${user.id}`)
  } catch (error) {
    return resultOf(error)
  }
}
