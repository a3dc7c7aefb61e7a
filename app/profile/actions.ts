'use server'

import { z } from 'zod'
import { currentActor } from '@/lib/auth/caller.server'
import { requireUser } from '@/lib/auth/roles.server'
import { audited } from '@/lib/cache/audit-events'
import { updateUserMetadata, updateUserProfile } from '@/lib/cache/user-writes'
import { messageOf, type Problem } from '@/lib/errors'
import { fieldsOf } from '@/lib/http/form-fields'
import { problemToShow } from '@/lib/http/problem-to-show'
import { refuseOverLimit } from '@/lib/http/rate-limit'

const name = (label: string) =>
  z.string().trim().min(1, `Enter a ${label}.`).max(100, 'Enter at most 100 characters.')

const profileForm = z.object({
  firstName: name('first name'),
  lastName: name('last name'),
  setup: z.enum(['not_started', 'in_progress', 'complete']),
})

type Profile = { firstName: string; lastName: string; setup: string }

export interface SaveResult {
  /** `unknown`: it may have been saved. */
  status: 'idle' | 'saved' | 'refused' | 'unknown'
  message: string
  /** What is wrong with a field. */
  errors?: { [Name in keyof Profile]?: string[] | undefined }
  /** What was entered, to show it again. */
  entered?: Profile
}

/**
 * A save is two updates, because Clerk changes names and metadata in two places, and Clerk allows 10 updates of a user in
 * 10 s. The limiter's sliding window is an estimate: of three in 30 s, at most four saves are in any 10 s.
 */
const LIMIT = { name: 'profile', calls: 3, seconds: 30 }

const text = z.string().catch('')
const enteredForm = z.object({ firstName: text, lastName: text, setup: text })

const isSaved = ({ code }: Problem) => code === 'saved_but_stale'

const problemOfSaving = async (subject: string, target: string, save: () => Promise<unknown>) =>
  audited({ ...(await currentActor()), action: 'profile.update', subject, target }, save).then(
    () => undefined,
    problemToShow,
  )

/** Saves the signed-in user's own name and setup status. The session says which user, never the form. */
export async function saveProfile(_before: SaveResult, data: FormData): Promise<SaveResult> {
  const fields = fieldsOf(data)
  const refused = (message: string): SaveResult => ({
    status: 'refused',
    message,
    entered: enteredForm.parse(fields),
  })
  const notSaved = (problem: Problem, before = ''): SaveResult => ({
    ...refused(before + messageOf(problem)),
    ...(problem.mayBeSaved && { status: 'unknown' }),
  })
  try {
    const { id } = await requireUser({ failClosed: true })
    const parsed = profileForm.safeParse(fields)
    if (!parsed.success)
      return {
        ...refused('Not saved. Correct the marked fields.'),
        errors: z.flattenError(parsed.error).fieldErrors,
      }
    await refuseOverLimit(LIMIT, id)
    const { firstName, lastName, setup } = parsed.data
    const name = await problemOfSaving(id, 'name', () => updateUserProfile(id, { firstName, lastName }))
    if (name && !isSaved(name)) return notSaved(name)
    const status = await problemOfSaving(id, 'setup', () =>
      updateUserMetadata(id, { unsafeMetadata: { setup: { status: setup } } }),
    )
    if (status && !isSaved(status)) return notSaved(status, 'Your name was saved. Your setup: ')
    const stale = name ?? status
    return { status: 'saved', message: stale ? messageOf(stale) : 'Saved.' }
  } catch (error) {
    return refused(messageOf(problemToShow(error)))
  }
}
