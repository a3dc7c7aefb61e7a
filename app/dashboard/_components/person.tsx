'use client'

import Link from 'next/link'
import { Avatar } from '@/components/avatar'
import type { People } from '@/lib/dashboard/snapshot-schema'
import { CopyId } from './copy-id'

/** The page of the dashboard about a user or an organization. */
export const pageOf = (id: string): string | undefined =>
  id.startsWith('user_')
    ? `/dashboard/users/${id}`
    : id.startsWith('org_')
      ? `/dashboard/organizations/${id}`
      : undefined

/**
 * A person as picture and name, with the page about them and where there is room the ID to copy. An organization, and
 * somebody whose name is not known, as the whole ID. Anything else as it is.
 */
export function Person({ id, people }: { id: string; people: People }) {
  const page = pageOf(id)
  if (!page)
    return (
      <span className={`wrap-anywhere text-soft ${id.includes('_') ? 'font-mono text-xs' : ''}`}>{id}</span>
    )
  const person = people[id]
  const name = person?.name ?? id
  return (
    <span className="inline-flex min-w-0 max-w-full items-center gap-1.5 align-middle [&>img]:self-center">
      {person && <Avatar src={person.imageUrl} size={20} />}
      <Link
        href={page}
        prefetch={false}
        dir="auto"
        className={`min-w-0 underline decoration-field underline-offset-2 hover:decoration-current ${name === id ? 'break-all font-mono text-xs' : 'truncate'}`}
      >
        {name}
      </Link>
      <Copy id={id} of={name} />
    </span>
  )
}

const Copy = (props: { id: string; of: string }) => (
  <span className="-my-1 flex shrink-0 max-lg:hidden">
    <CopyId {...props} />
  </span>
)
