'use server'

import { z } from 'zod'
import { AuthError } from '@/lib/auth/auth-error'
import { requireUser } from '@/lib/auth/roles.server'
import { SavedButStaleError, updateUserMetadata, updateUserProfile } from '@/lib/cache/user-writes'
import { ClerkError } from '@/lib/clerk/error'

export type SaveResult = { status: 'idle' | 'saved' | 'refused'; message: string }

const form = z.object({
  firstName: z
    .string()
    .trim()
    .min(1, 'First name: at least one letter')
    .max(100, 'First name: at most 100 letters'),
  lastName: z
    .string()
    .trim()
    .min(1, 'Last name: at least one letter')
    .max(100, 'Last name: at most 100 letters'),
  setup: z.enum(['not_started', 'in_progress', 'complete'], 'Setup: choose one of the three'),
})

const refused = (message: string): SaveResult => ({ status: 'refused', message })

/** Saves the signed-in user's own name and setup status. Whose it is comes from the session, never from the form. */
export async function saveProfile(_before: SaveResult, data: FormData): Promise<SaveResult> {
  try {
    const { id } = await requireUser()
    const parsed = form.safeParse(Object.fromEntries(data))
    if (!parsed.success) return refused(parsed.error.issues.map(({ message }) => message).join('. '))
    const { firstName, lastName, setup } = parsed.data
    await updateUserProfile(id, { firstName, lastName })
    await updateUserMetadata(id, { unsafeMetadata: { setup: { status: setup } } })
    return { status: 'saved', message: 'Saved.' }
  } catch (error) {
    if (error instanceof SavedButStaleError)
      return { status: 'saved', message: 'Saved. Pages may show the old name for a few minutes.' }
    if (error instanceof AuthError) return refused('Sign in again, then save.')
    if (error instanceof ClerkError)
      return refused(
        error.code === 'clerk_rate_limited'
          ? `Too many changes at once. Try again in ${error.retryAfter ?? 10} seconds.`
          : 'Clerk did not save it. Try again shortly.',
      )
    throw error
  }
}
