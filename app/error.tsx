'use client'

import { button } from '@/components/button'
import { PageTitle } from '@/components/page-title'

export default function ErrorPage({
  error,
  retry,
}: {
  error: Error & { digest?: string }
  retry: () => void
}) {
  return (
    <>
      <PageTitle title="Something went wrong">
        This page could not be loaded.{' '}
        {error.digest ? `The server’s log has the details under ${error.digest}.` : ''}
      </PageTitle>
      <button type="button" className={button('outline')} onClick={() => retry()}>
        Try again
      </button>
    </>
  )
}
