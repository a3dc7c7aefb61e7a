'use server'

import { z } from 'zod'
import { requireUser } from '@/lib/auth/roles.server'
import { updateUserMetadata, updateUserProfile } from '@/lib/cache/user-writes'
import { messageOf } from '@/lib/errors'
import { problemToShow } from '@/lib/http/problem-to-show'

const name = (label: string) =>
  z.string().trim().min(1, `Enter a ${label}.`).max(100, 'Enter at most 100 characters.')

const profileForm = z.object({
  firstName: name('first name'),
  lastName: name('last name'),
  setup: z.enum(['not_started', 'in_progress', 'complete']),
})

type Profile = { firstName: string; lastName: string; setup: string }

export interface SaveResult {
  status: 'idle' | 'saved' | 'refused'
  message: string
  /** What is wrong with a field. */
  errors?: { [Name in keyof Profile]?: string[] | undefined }
  /** What was entered, to show it again. */
  entered?: Profile
}

const text = z.string().catch('')
const enteredForm = z.object({ firstName: text, lastName: text, setup: text })

/** Saves the signed-in user's own name and setup status. The session says which user, never the form. */
export async function saveProfile(_before: SaveResult, data: FormData): Promise<SaveResult> {
  const fields = Object.fromEntries(data)
  const refused = (message: string): SaveResult => ({
    status: 'refused',
    message,
    entered: enteredForm.parse(fields),
  })
  try {
    const { id } = await requireUser()
    const parsed = profileForm.safeParse(fields)
    if (!parsed.success)
      return {
        ...refused('Not saved. Correct the marked fields.'),
        errors: z.flattenError(parsed.error).fieldErrors,
      }
    const { firstName, lastName, setup } = parsed.data
    await updateUserProfile(id, { firstName, lastName })
    await updateUserMetadata(id, { unsafeMetadata: { setup: { status: setup } } })
    return { status: 'saved', message: 'Saved.' }
  } catch (error) {
    const problem = problemToShow(error)
    if (problem.code === 'saved_but_stale') return { status: 'saved', message: messageOf(problem) }
    return refused(messageOf(problem))
  }
}
