import type { Metadata } from 'next'
import Link from 'next/link'
import { button } from '@/components/button'
import { PageTitle } from '@/components/page-title'

export const metadata: Metadata = { title: 'Expert not found' }

export default function NotFound() {
  return (
    <>
      <PageTitle title="Expert not found">
        There is no expert with this name, or they do not have a public profile any more.
      </PageTitle>
      <Link href="/experts" className={button()}>
        All experts
      </Link>
    </>
  )
}
