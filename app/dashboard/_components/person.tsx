'use client'

import Link from 'next/link'
import { Avatar } from '@/components/avatar'
import type { People } from '@/lib/dashboard/snapshot-schema'
import { CopyId } from './copy-id'

/** A person as picture and name, with the page about them and the ID to copy. Anything else as it is. */
export function Person({ id, people }: { id: string; people: People }) {
  if (!id.startsWith('user_')) return <span className="wrap-anywhere text-soft">{id}</span>
  const person = people[id]
  return (
    <span className="inline-flex min-w-0 max-w-full items-center gap-1.5 align-middle">
      {person && <Avatar src={person.imageUrl} size={20} />}
      <Link
        href={`/dashboard/users/${id}`}
        prefetch={false}
        className={`truncate underline decoration-line underline-offset-2 hover:decoration-current ${person ? '' : 'font-mono text-xs'}`}
      >
        {person?.name ?? id}
      </Link>
      <CopyId id={id} of={person?.name ?? id} />
    </span>
  )
}
