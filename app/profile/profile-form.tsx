'use client'

import { useClerk } from '@clerk/nextjs'
import { useActionState, useEffect, useRef } from 'react'
import { button } from '@/components/button'
import { Select } from '@/components/select'
import { type SaveResult, saveProfile } from './actions'

const field = 'mt-1 block h-10 w-full rounded-md border border-field bg-surface px-3 aria-invalid:border-bad'

export type Profile = { firstName: string; lastName: string; setup: string }

const idle: SaveResult = { status: 'idle', message: '' }

export function ProfileForm({ profile }: { profile: Profile }) {
  const [result, save, pending] = useActionState(saveProfile, idle)
  const { status, message, errors, entered } = result
  useReloadAfter(result)
  // React resets a form after its action: what was refused stays as the default values.
  const shown = { ...profile, ...entered }
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (errors) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [errors])
  return (
    <form
      ref={form}
      action={save}
      onSubmit={(event) => pending && event.preventDefault()}
      className="max-w-md space-y-5"
    >
      <NameField
        name="firstName"
        label="First name"
        value={shown.firstName}
        error={errors?.firstName?.[0]}
        autoComplete="given-name"
      />
      <NameField
        name="lastName"
        label="Last name"
        value={shown.lastName}
        error={errors?.lastName?.[0]}
        autoComplete="family-name"
      />
      <label className="block text-sm">
        <span className="font-medium">Setup</span>
        {/* React does not update the default of a select that is mounted. */}
        <Select key={shown.setup} name="setup" defaultValue={shown.setup}>
          <option value="not_started">Not started</option>
          <option value="in_progress">In progress</option>
          <option value="complete">Complete</option>
        </Select>
      </label>
      <div className="flex items-center gap-4">
        {/* Not disabled: it would lose the focus. */}
        <button type="submit" aria-disabled={pending} className={`${button()} aria-disabled:opacity-60`}>
          {pending ? 'Saving…' : 'Save'}
        </button>
        <p role="status" className={status === 'saved' ? 'text-good text-sm' : 'text-bad text-sm'}>
          {pending ? '' : message}
        </p>
      </div>
    </form>
  )
}

/** The header shows the user of Clerk’s script, which does not know what the server has saved. */
function useReloadAfter(result: SaveResult) {
  const clerk = useClerk()
  useEffect(() => {
    // While Clerk is not responding, the header keeps the old name.
    if (result.status === 'saved' || result.status === 'unknown') clerk.user?.reload().catch(() => undefined)
  }, [clerk, result])
}

interface NameFieldProps {
  name: string
  label: string
  value: string
  error: string | undefined
  autoComplete: string
}

function NameField({ name, label, value, error, autoComplete }: NameFieldProps) {
  const errorId = `${name}-error`
  return (
    <div className="text-sm">
      <label>
        <span className="font-medium">{label}</span>
        <input
          name={name}
          dir="auto"
          defaultValue={value}
          required
          maxLength={100}
          autoComplete={autoComplete}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? errorId : undefined}
          className={field}
        />
      </label>
      {error && (
        <p id={errorId} className="mt-1 text-bad">
          {error}
        </p>
      )}
    </div>
  )
}
