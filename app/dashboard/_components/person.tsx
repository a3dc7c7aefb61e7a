'use client'

import Link from 'next/link'
import { Avatar } from '@/components/avatar'
import type { People } from '@/lib/dashboard/snapshot-schema'
import { CopyId } from './copy-id'

const link = 'underline decoration-field underline-offset-2 hover:decoration-current'

/**
 * A person as picture and name, with the page about them and where there is room the ID to copy. An organization as its
 * ID, with the page about it. Anything else as it is.
 */
export function Person({ id, people }: { id: string; people: People }) {
  if (id.startsWith('org_'))
    return (
      <span className="inline-flex min-w-0 max-w-full items-center gap-1.5 align-middle">
        <Link
          href={`/dashboard/organizations/${id}`}
          prefetch={false}
          className={`truncate font-mono text-xs ${link}`}
        >
          {id}
        </Link>
        <Copy id={id} of={id} />
      </span>
    )
  if (!id.startsWith('user_'))
    return (
      <span className={`block max-w-full truncate text-soft ${id.includes('_') ? 'font-mono text-xs' : ''}`}>
        {id}
      </span>
    )
  const person = people[id]
  const isNamed = person && person.name !== id
  return (
    <span className="inline-flex min-w-0 max-w-full items-center gap-1.5 align-middle [&>img]:self-center">
      {person && <Avatar src={person.imageUrl} size={20} />}
      <Link
        href={`/dashboard/users/${id}`}
        prefetch={false}
        dir="auto"
        className={`truncate ${link} ${isNamed ? '' : 'font-mono text-xs'}`}
      >
        {person?.name ?? id}
      </Link>
      <Copy id={id} of={person?.name ?? id} />
    </span>
  )
}

const Copy = (props: { id: string; of: string }) => (
  <span className="-my-1 flex shrink-0 max-lg:hidden">
    <CopyId {...props} />
  </span>
)
