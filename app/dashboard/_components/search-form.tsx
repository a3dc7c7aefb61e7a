'use client'

import { useActionState } from 'react'
import { button } from '@/components/button'
import { searchUser } from '../actions'
import type { ActionResult } from '../admin-action'

export function SearchForm() {
  const [result, search, pending] = useActionState<ActionResult | null, FormData>(searchUser, null)
  return (
    <search>
      <form action={search} className="flex flex-wrap items-end gap-3">
        <label className="grow text-sm">
          User ID, username or email address
          <input
            name="word"
            required
            maxLength={256}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className="mt-1 block h-10 w-full rounded-md border border-line bg-surface px-3"
          />
        </label>
        <button type="submit" aria-disabled={pending} className={`${button()} h-10`}>
          {pending ? 'Searching…' : 'Look up'}
        </button>
        <p role="status" className="w-full text-bad text-sm empty:hidden">
          {pending ? '' : result?.message}
        </p>
      </form>
    </search>
  )
}
