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
        The page could not be put together.{' '}
        {error.digest ? `The server’s log has it under ${error.digest}.` : ''}
      </PageTitle>
      <button type="button" className={button('outline')} onClick={reset}>
        Try again
      </button>
    </>
  )
}
