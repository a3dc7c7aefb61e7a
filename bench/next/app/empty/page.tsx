import { type PageProps, PeoplePage } from '../../people-page'

/** The same page without any cache: nobody is read. */
export default function Page({ searchParams }: PageProps) {
  return <PeoplePage searchParams={searchParams} read={async () => null} />
}
