import Link from 'next/link'
import { button } from '@/components/button'
import { PageTitle } from '@/components/page-title'

export default function NotFound() {
  return (
    <>
      <PageTitle title="Nothing here">
        This page does not exist, or the person it was about does not.
      </PageTitle>
      <Link href="/experts" className={button('outline')}>
        All experts
      </Link>
    </>
  )
}
