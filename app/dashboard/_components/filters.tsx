'use client'

import { useRouter } from 'next/navigation'
import { useTransition } from 'react'
import { button } from '@/components/button'
import type { ListQuery } from '@/lib/dashboard/list-query'

const FEED = '/api/admin/dashboard/export'

type Select = {
  name: 'type' | 'action' | 'outcome'
  label: string
  all: string
  options: readonly (readonly [value: string, text: string])[]
}

const TIMES = [
  ['1h', 'Last hour'],
  ['24h', 'Last 24 hours'],
  ['7d', 'Last 7 days'],
  ['30d', 'Last 30 days'],
] as const

const field = 'h-9 min-w-0 max-w-full rounded-md border border-line bg-surface px-2 text-sm'

type Props = {
  path: string
  query: ListQuery
  selects: readonly Select[]
  /** The list that is exported. */
  list: 'webhooks' | 'audit'
  /** Whether one user's lines can be chosen. */
  byUser?: boolean
}

/** What the list shows, in the page's address. Works without script: then the button applies it. */
export function Filters({ path, query, selects, list, byUser = false }: Props) {
  const router = useRouter()
  const [pending, start] = useTransition()
  const isFiltered = Boolean(query.range || query.user || selects.some(({ name }) => query[name]))
  const apply = (form: HTMLFormElement) => {
    const params = new URLSearchParams()
    for (const [name, value] of new FormData(form))
      if (typeof value === 'string' && value) params.set(name, value)
    start(() => router.replace(params.size > 0 ? `${path}?${params}` : path, { scroll: false }))
  }
  const params = new URLSearchParams({ list })
  for (const name of ['type', 'action', 'outcome', 'range', 'user'] as const) {
    const value = query[name]
    if (value) params.set(name, value)
  }
  return (
    <div className="mb-4 flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
      <form
        key={JSON.stringify(query)}
        action={path}
        aria-label="Filter"
        aria-busy={pending}
        className="grid grow grid-cols-2 gap-2 text-sm sm:flex sm:grow-0 sm:flex-wrap"
        onChange={(event) => {
          if (event.target instanceof HTMLSelectElement) apply(event.currentTarget)
        }}
        onSubmit={(event) => {
          event.preventDefault()
          apply(event.currentTarget)
        }}
      >
        {query.chart && <input type="hidden" name="chart" value={query.chart} />}
        {selects.map(({ name, label, all, options }) => (
          <select
            key={name}
            name={name}
            aria-label={label}
            defaultValue={query[name] ?? ''}
            className={field}
          >
            <option value="">{all}</option>
            {options.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        ))}
        <select name="range" aria-label="Time" defaultValue={query.range ?? ''} className={field}>
          <option value="">Any time</option>
          {TIMES.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
        {byUser && (
          <input
            name="user"
            aria-label="User ID"
            defaultValue={query.user}
            maxLength={80}
            // The form makes it part of the page's address.
            pattern="user_[A-Za-z0-9_\-]+"
            title="A user ID, such as user_2abc…"
            placeholder="user_…"
            autoComplete="off"
            spellCheck={false}
            className={`${field} placeholder:text-soft sm:w-40`}
          />
        )}
        <button type="submit" className={button('outline')}>
          Show
        </button>
        {isFiltered && (
          <button
            type="button"
            className={button('outline')}
            onClick={() => start(() => router.replace(path, { scroll: false }))}
          >
            Clear
          </button>
        )}
      </form>
      <p className="flex h-9 items-center gap-3 text-sm">
        <span className="text-soft">Export</span>
        {(['csv', 'ndjson'] as const).map((format) => (
          <a key={format} href={`${FEED}?${params}&format=${format}`} download className="underline">
            {format.toUpperCase()}
          </a>
        ))}
      </p>
    </div>
  )
}
