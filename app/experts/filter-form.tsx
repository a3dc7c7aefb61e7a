'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { type ChangeEvent, useOptimistic, useTransition } from 'react'
import { button } from '@/components/button'
import { Select } from '@/components/select'
import type { Filter, Options } from './filter'

/** Selects that filter at once. Without scripts, a form with a button. */
export function FilterForm({ filter, options, count }: { filter: Filter; options: Options; count: number }) {
  const router = useRouter()
  const [pending, startTransition] = useTransition()
  const [shown, show] = useOptimistic(filter)
  const change = ({ target: { name, value } }: ChangeEvent<HTMLSelectElement>) =>
    startTransition(() => {
      const next = { ...shown, [name]: value }
      show(next)
      const query = new URLSearchParams(Object.entries(next).filter(([, text]) => text !== ''))
      router.push(`/experts${query.size > 0 ? `?${query}` : ''}`, { scroll: false })
    })
  return (
    <form action="/experts" className="mb-6 flex flex-wrap items-end gap-x-4 gap-y-3 text-sm text-soft">
      <label className="min-w-0 grow basis-40 sm:max-w-56">
        Specialty
        <Select name="specialty" value={shown.specialty} onChange={change}>
          <option value="">All specialties</option>
          {options.specialties.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      </label>
      <label className="min-w-0 grow basis-40 sm:max-w-56">
        Hourly rate
        <Select name="price" value={shown.price} onChange={change}>
          <option value="">Any rate</option>
          {options.prices.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      </label>
      <noscript>
        <button type="submit" className={button('outline')}>
          Filter
        </button>
      </noscript>
      <p role="status" className={`basis-full sm:basis-auto sm:py-2.5 ${pending ? 'opacity-60' : ''}`}>
        {count === 1 ? '1 expert' : `${count} experts`}
      </p>
      {count > 0 && (filter.specialty || filter.price) && (
        <Link href="/experts" scroll={false} className="py-0.5 underline sm:py-2.5">
          Clear filters
        </Link>
      )}
    </form>
  )
}
