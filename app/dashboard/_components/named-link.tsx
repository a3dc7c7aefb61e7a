import Link from 'next/link'
import { CopyId } from './copy-id'

/** The name of a person or an organization as a link to the page about it, with the ID to copy. */
export const NamedLink = ({ href, id, name }: { href: string; id: string; name: string }) => (
  <span className="flex min-w-0 items-center gap-1">
    <Link
      href={href}
      prefetch={false}
      dir="auto"
      className={`min-w-0 underline decoration-field underline-offset-2 hover:decoration-current ${name === id ? 'break-all font-mono text-xs' : 'truncate font-medium'}`}
    >
      {name}
    </Link>
    <span className="-my-1 flex shrink-0 max-md:hidden">
      <CopyId id={id} of={name} />
    </span>
  </span>
)
