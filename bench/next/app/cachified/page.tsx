import { read } from '../../contestants/cachified'
import { type PageProps, PeoplePage } from '../../people-page'

export default function Page({ searchParams }: PageProps) {
  return <PeoplePage searchParams={searchParams} read={read} />
}
