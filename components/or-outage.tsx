import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { Notice } from '@/components/notice'
import { PageTitle } from '@/components/page-title'
import { TryAgain } from '@/components/try-again'
import { adviceBesideButton, type Problem } from '@/lib/errors'
import { problemToShow } from '@/lib/http/problem-to-show'
import { withRedis } from '@/lib/process/current-outage'

/**
 * Renders what `render` returns, once there is a request. If it fails because of an outage, a notice says what happened,
 * that `what` cannot be shown, and what to do. Call it under a Suspense boundary. `what`: the beginning of a sentence, such
 * as "Your profile". `heading`: what `render` would have above its content, such as the title of the page.
 */
export async function orOutage(
  what: string,
  render: () => Promise<ReactNode>,
  heading?: ReactNode,
): Promise<ReactNode> {
  // A build without settings, as of an image, must not keep the notice that they are missing in the page.
  await connection()
  try {
    return await render()
  } catch (error) {
    const problem = await withRedis(problemToShow(error))
    return (
      <>
        {typeof heading === 'string' ? <PageTitle title={heading} /> : heading}
        <OutageNotice {...{ problem, what }} />
      </>
    )
  }
}

interface OutageProps {
  problem: Problem
  /** What cannot be shown, as the beginning of a sentence. */
  what: string
}

/** What happened, what that means here, and what to do. */
export const OutageNotice = ({ problem, what }: OutageProps) => (
  <Notice title={problem.title} tone="warn">
    <Advice {...{ problem, what }} />
    <TryAgainAfter {...problem} isFirst />
  </Notice>
)

/** Whether what failed can go away by itself. */
export const helpsAgain = ({ status }: Pick<Problem, 'status'>) => status === 429 || status === 503

/** What that means here, and what to do besides to press the button of `TryAgainAfter`. */
export function Advice({ problem, what }: OutageProps) {
  if (!helpsAgain(problem)) return problem.advice && <p className="max-w-prose">{problem.advice}</p>
  const advice = adviceBesideButton(problem)
  return (
    <p className="max-w-prose">
      {what} cannot be shown right now. Nothing was lost, and other pages may still work.
      {advice && ` ${advice}`}
    </p>
  )
}

type AfterProps = Pick<Problem, 'status' | 'retryAfter'> & { isFirst?: boolean }

/** A link that loads the page again, for a status of something that is busy or is not responding. `isFirst`: nothing else helps. */
export const TryAgainAfter = ({ status, retryAfter, isFirst }: AfterProps) =>
  helpsAgain({ status }) && <TryAgain wait={retryAfter} style={isFirst ? 'solid' : 'outline'} />
