'use client'

import { useActionState } from 'react'
import { button } from '@/components/button'
import { type SaveResult, saveProfile } from './actions'

const field = 'mt-1 block h-10 w-full rounded-md border border-line bg-surface px-3'

export type Profile = { firstName: string; lastName: string; setup: string }

export function ProfileForm({ profile }: { profile: Profile }) {
  const [result, save, pending] = useActionState<SaveResult, FormData>(saveProfile, {
    status: 'idle',
    message: '',
  })
  return (
    // React resets a form after its action: the key brings in what was saved.
    <form key={JSON.stringify(profile)} action={save} className="max-w-md space-y-5">
      <label className="block text-sm">
        First name
        <input
          name="firstName"
          defaultValue={profile.firstName}
          required
          maxLength={100}
          autoComplete="given-name"
          className={field}
        />
      </label>
      <label className="block text-sm">
        Last name
        <input
          name="lastName"
          defaultValue={profile.lastName}
          required
          maxLength={100}
          autoComplete="family-name"
          className={field}
        />
      </label>
      <label className="block text-sm">
        Setup
        <select name="setup" defaultValue={profile.setup} className={field}>
          <option value="not_started">Not started</option>
          <option value="in_progress">In progress</option>
          <option value="complete">Complete</option>
        </select>
      </label>
      <div className="flex items-center gap-4">
        <button type="submit" disabled={pending} className={`${button()} disabled:opacity-60`}>
          {pending ? 'Saving…' : 'Save'}
        </button>
        <p role="status" className={result.status === 'refused' ? 'text-bad text-sm' : 'text-good text-sm'}>
          {pending ? '' : result.message}
        </p>
      </div>
    </form>
  )
}
