import { Suspense } from 'react'
import { shownOn } from './people'

interface Shown {
  id: string
  firstName: string | null
  imageUrl: string
}
type Read = (id: string) => Promise<Shown | null>
export type PageProps = { searchParams: Promise<{ page?: string }> }

async function Card({ id, read }: { id: string; read: Read }) {
  const user = await read(id)
  return (
    <li>
      <img src={user?.imageUrl} alt="" /> {user?.firstName} {user?.id}
    </li>
  )
}

async function List({ searchParams, read }: PageProps & { read: Read }) {
  const { page } = await searchParams
  return (
    <ul>
      {shownOn(Number(page ?? 0)).map((id) => (
        <Card key={id} id={id} read={read} />
      ))}
    </ul>
  )
}

/** A page whose components each read one user, without a batch written by hand. */
export function PeoplePage({ searchParams, read }: PageProps & { read: Read }) {
  return (
    <Suspense fallback="…">
      <List searchParams={searchParams} read={read} />
    </Suspense>
  )
}
