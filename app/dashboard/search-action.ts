'use server'

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

type Found = { href: string; name: string; imageUrl: string; detail: string }
export type SearchResult = ActionResult & {
  /** Users, or one organization. */
  found?: Found[]
  /** What was searched for. */
  word?: string
  /** Whether there may be others: as many were found as are shown at most. */
  full?: boolean
}

const detailOf = ({ username, primaryEmailAddress }: CachedUser) =>
  [username, primaryEmailAddress && maskAddress(primaryEmailAddress.emailAddress)].filter(Boolean).join(' · ')

const userAt = (user: CachedUser): Found => ({
  href: `/dashboard/users/${user.id}`,
  ...{ name: nameOf(user), imageUrl: pictureOf(user), detail: detailOf(user) },
})

const organizationAt = (id: string, name: string, slug: string | null = null): Found => ({
  ...{ href: `/dashboard/organizations/${id}`, name, imageUrl: '', detail: slug ?? '' },
})

const one = (found: Found, word: string): SearchResult => ({
  ...{ status: 'done', message: `Found ${found.name}.`, found: [found], word },
})

/**
 * Finds users, or one organization. A form, because a name or an email address must not become part of an address. No
 * redirect: it would mount the whole dashboard anew, which loses the focus and the messages.
 */
export async function searchUser(_before: SearchResult | null, form: FormData): Promise<SearchResult> {
  const word = z.string().trim().min(2).max(256).safeParse(fieldsOf(form).word)
  try {
    await requireAdmin({ failClosed: true })
    if (!word.success) return failed('Enter at least two characters of an ID, a name or an email address.')
    const actor = await currentActor()
    await refuseOverLimit(LIMIT, actor.actor)
    const record = (subject: string, outcome = 'ok') =>
      emitAudit({ ...actor, action: 'dashboard.search', subject, outcome })
    if (isOrganizationId(word.data)) {
      record(word.data)
      return one(organizationAt(word.data, word.data), word.data)
    }
    const users = await searchUsers(word.data)
    const [user, another] = users
    if (user) record(another ? 'several' : user.id)
    else {
      const organization = await findOrganization(word.data)
      record(organization?.id ?? 'nobody', organization ? 'ok' : 'not_found')
      if (organization) {
        const { id, name, slug } = organization
        return one(organizationAt(id, name || id, slug), word.data)
      }
      return {
        status: 'done',
        message:
          'No user or organization found. Try another part of the user’s name or email address, or the organization’s ID or slug.',
      }
    }
    if (!another) return one(userAt(user), word.data)
    const isFull = users.length === MOST_FOUND
    return {
      status: 'done',
      message: `${isFull ? `The first ${users.length}` : users.length} users found. Press the down arrow key to reach them.`,
      full: isFull,
      word: word.data,
      found: users.map(userAt),
    }
  } catch (error) {
    return resultOf(error)
  }
}
