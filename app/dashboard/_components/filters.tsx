'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { type ChangeEvent, useOptimistic, useRef, useState, useTransition } from 'react'
import { button } from '@/components/button'
import { Select } from '@/components/select'
import type { ListQuery } from '@/lib/dashboard/list-query'

const FEED = '/api/admin/dashboard/export'

type Choice = {
  name: 'type' | 'action' | 'outcome'
  label: string
  all: string
  options: readonly (readonly [value: string, text: string])[]
}

const NAMES = ['chart', 'type', 'action', 'outcome', 'range', 'user'] as const

function paramsOf(query: ListQuery, others: Record<string, string> = {}): URLSearchParams {
  const params = new URLSearchParams(others)
  for (const name of NAMES) {
    const value = query[name]
    if (value) params.set(name, value)
  }
  return params
}

const TIME = {
  name: 'range',
  label: 'Time',
  all: 'Any time',
  options: [
    ['1h', 'Last hour'],
    ['24h', 'Last 24 hours'],
    ['7d', 'Last 7 days'],
    ['30d', 'Last 30 days'],
  ],
} as const

const USER = { name: 'user', label: 'User', options: [] } as const

type Props = {
  path: string
  query: ListQuery
  selects: readonly Choice[]
  /** The list that is exported. */
  list: 'webhooks' | 'audit'
  /** How many lines there are. It is announced, too. */
  count: string
  /** Whether one user's lines can be chosen. */
  byUser?: boolean
  /** Whether it only keeps the place of the filters. */
  inert?: boolean
}

/** What the list shows, in the page's address. Works without script: then the button applies it. */
export function Filters({ path, query, selects, list, count, byUser = false, inert = false }: Props) {
  const router = useRouter()
  const [pending, start] = useTransition()
  const [shown, show] = useOptimistic(query)
  const [user, setUser] = useState(query.user ?? '')
  const [userBefore, setUserBefore] = useState(query.user)
  const form = useRef<HTMLFormElement>(null)
  if (userBefore !== query.user) {
    setUserBefore(query.user)
    setUser(query.user ?? '')
  }
  const addressOf = (next: Partial<ListQuery>) => {
    const params = paramsOf({ ...query, ...next })
    return params.size > 0 ? `${path}?${params}` : path
  }
  const active = [...selects, TIME, USER].flatMap(({ name, label, options }) => {
    const value = query[name]
    const text = options.find(([one]) => one === value)?.[1] ?? value
    return text ? [{ name, text: `${label}: ${text}` }] : []
  })
  /** The link that is followed goes, and the focus to the field that it was about. */
  const leaveTo = (name: string) => () => {
    const field = form.current?.elements.namedItem(name)
    if (field instanceof HTMLElement) field.focus()
  }
  const apply = (changed: Partial<ListQuery>) =>
    start(() => {
      const next = { ...shown, ...changed }
      show(next)
      router.replace(addressOf(next), { scroll: false })
    })
  const field = (name: Choice['name'] | 'range') => ({
    name,
    value: shown[name] ?? '',
    onChange: (event: ChangeEvent<HTMLSelectElement>) => apply({ [name]: event.target.value }),
  })
  const params = paramsOf({ ...query, chart: undefined }, { list })
  return (
    <div
      inert={inert}
      className="mb-4 flex flex-wrap items-center justify-between gap-x-3 gap-y-2 inert:opacity-60"
    >
      <form
        ref={form}
        action={path}
        aria-label="Filter"
        aria-busy={pending}
        className="grid grow grid-cols-2 gap-2 text-sm sm:flex sm:grow-0 sm:flex-wrap"
        onSubmit={(event) => {
          event.preventDefault()
          apply({ user: user.trim() })
        }}
      >
        {query.chart && <input type="hidden" name="chart" value={query.chart} />}
        {[...selects, TIME].map(({ name, label, all, options }) => (
          <Select key={name} small aria-label={label} {...field(name)}>
            <option value="">{all}</option>
            {options.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </Select>
        ))}
        {byUser && (
          <input
            name="user"
            aria-label="User ID"
            value={user}
            onChange={(event) => setUser(event.target.value)}
            maxLength={80}
            // The form makes it part of the page's address.
            pattern="user_[A-Za-z0-9_\-]+"
            title="A user ID, such as user_2abc…"
            placeholder="User ID"
            autoComplete="off"
            spellCheck={false}
            className="h-9 min-w-0 rounded-md border border-field bg-surface px-3 text-ellipsis placeholder:text-soft sm:w-44"
          />
        )}
        <button type="submit" className={`${button('outline')} max-sm:last:odd:col-span-2`}>
          Apply
        </button>
      </form>
      <p className="flex h-9 items-center gap-3 text-sm">
        <span className="text-soft">Export</span>
        {(['csv', 'ndjson'] as const).map((format) => (
          <a key={format} href={`${FEED}?${params}&format=${format}`} download className="underline">
            {format.toUpperCase()}
          </a>
        ))}
      </p>
      <div className="flex w-full flex-wrap items-center gap-x-3 gap-y-1 text-sm">
        <p role="status" className="min-h-5 text-soft tabular-nums">
          {pending ? '' : count}
        </p>
        {active.length > 0 && (
          <ul aria-label="Active filters" className="contents">
            {active.map(({ name, text }) => (
              <li key={name} className="min-w-0">
                <Link
                  href={addressOf({ [name]: undefined })}
                  {...LINK}
                  onClick={leaveTo(name)}
                  className="flex items-center gap-1.5 rounded-full border border-line bg-surface px-2.5 py-1 hover:bg-page"
                >
                  <span className="sr-only">Remove the filter </span>
                  <span className="wrap-anywhere min-w-0">{text}</span>
                  <span aria-hidden className="text-soft">
                    ✕
                  </span>
                </Link>
              </li>
            ))}
            <li>
              <Link
                href={addressOf(Object.fromEntries(active.map(({ name }) => [name, undefined])))}
                {...LINK}
                onClick={leaveTo(selects[0]?.name ?? 'range')}
                className="inline-block py-1 underline"
              >
                Clear
              </Link>
            </li>
          </ul>
        )}
      </div>
    </div>
  )
}

const LINK = { replace: true, scroll: false, prefetch: false } as const
