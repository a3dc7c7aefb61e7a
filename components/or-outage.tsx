import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { Notice } from '@/components/notice'
import { PageTitle } from '@/components/page-title'
import { TryAgain } from '@/components/try-again'
import { problemToShow } from '@/lib/http/problem-to-show'

/**
 * Renders what `render` returns, once there is a request. If it fails because of an outage, a notice says what happened
 * and what to do. Call it under a Suspense boundary. `heading`: what `render` would have above its content, such as the
 * title of the page.
 */
export async function orOutage(render: () => Promise<ReactNode>, heading?: ReactNode): Promise<ReactNode> {
  // A build without settings, as of an image, must not keep the notice that they are missing in the page.
  await connection()
  try {
    return await render()
  } catch (error) {
    const { title, advice, status } = problemToShow(error)
    return (
      <>
        {typeof heading === 'string' ? <PageTitle title={heading} /> : heading}
        <Notice title={title}>
          <p className="max-w-prose">{advice}</p>
          <TryAgainAfter status={status} />
        </Notice>
      </>
    )
  }
}

/** A link that loads the page again, for a status of something that is busy or is not responding. */
export const TryAgainAfter = ({ status }: { status: number }) =>
  (status === 429 || status === 503) && <TryAgain />
