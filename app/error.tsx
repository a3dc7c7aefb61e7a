'use client'

import { button } from '@/components/button'
import { PageTitle } from '@/components/page-title'

export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string }
  reset: () => void
}) {
  return (
    <>
      <PageTitle title="Something went wrong">
        This page could not be loaded.{' '}
        {error.digest ? `The server’s log has the details under ${error.digest}.` : ''}
      </PageTitle>
      <button type="button" className={button('outline')} onClick={reset}>
        Try again
      </button>
    </>
  )
}
