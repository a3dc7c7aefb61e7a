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
        This page could not be loaded. Try again, and if that does not help, tell the people who run this app.{' '}
        {error.digest ? `The server’s log has the details under ${error.digest}.` : ''}
      </PageTitle>
      <div className="flex flex-wrap gap-3">
        <button type="button" className={button()} onClick={() => retry()}>
          Try again
        </button>
        {/* A full page load: it does not depend on what has failed. */}
        <a href="/" className={button('outline')}>
          Home
        </a>
      </div>
    </>
  )
}
