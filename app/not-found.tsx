import type { Metadata } from 'next'
import Link from 'next/link'
import { button } from '@/components/button'
import { PageTitle } from '@/components/page-title'

export const metadata: Metadata = { title: 'Page not found' }

export default function NotFound() {
  return (
    <>
      <PageTitle title="Page not found">This page does not exist, or it was removed.</PageTitle>
      <div className="flex flex-wrap gap-3">
        <Link href="/" className={button()}>
          Home
        </Link>
        <Link href="/experts" className={button('outline')}>
          All experts
        </Link>
      </div>
    </>
  )
}
