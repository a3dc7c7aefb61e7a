import { read } from '../../contestants/kit-redis'
import { type PageProps, PeoplePage } from '../../people-page'

export default function Page({ searchParams }: PageProps) {
  return <PeoplePage searchParams={searchParams} read={read} />
}
