import { type ReactNode, Suspense } from 'react'
import { helpsAgain } from '@/components/or-outage'
import { Panel } from '@/components/panel'
import { adviceBesideButton } from '@/lib/errors'
import { problemToShow } from '@/lib/http/problem-to-show'
import { withRedis } from '@/lib/process/current-outage'
import { PanelBoundary } from './panel-boundary'
import { Unavailable } from './unavailable'

type Props = {
  id: string
  title: string
  /** Whether the heading is for screen readers only. */
  hidden?: boolean
  /** What has the shape of the content until that comes. */
  fallback: ReactNode
  /** What is missing if it fails. Default: the title. */
  what?: string
  /** What works then. */
  meanwhile?: ReactNode
  render(): Promise<ReactNode>
}

/** A panel of the dashboard, with its placeholder while it loads and its message if it fails. */
export function Frame({ id, title, hidden = false, fallback, what = title, meanwhile, render }: Props) {
  return (
    <Panel id={id} title={title} hidden={hidden}>
      <PanelBoundary title={title}>
        <Suspense fallback={fallback}>
          <Content {...{ render, what, meanwhile }} />
        </Suspense>
      </PanelBoundary>
    </Panel>
  )
}

const Content = ({ render, ...missing }: Missing & Pick<Props, 'render'>) => orUnavailable(render, missing)

type Missing = {
  /** What is missing if it fails, such as `Users`. */
  what: string
  /** What works meanwhile. */
  meanwhile?: ReactNode
  /** What `render` would have above its content. */
  heading?: ReactNode
}

/** What `render` returns, or in its place what is not responding. */
export async function orUnavailable(render: () => Promise<ReactNode>, { heading, ...missing }: Missing) {
  try {
    return await render()
  } catch (error) {
    const problem = await withRedis(problemToShow(error))
    const { title, fix = '', status, retryAfter = 0 } = problem
    const wait = helpsAgain({ status }) ? retryAfter : null
    const advice = wait === null ? problem.advice : adviceBesideButton(problem)
    return (
      <>
        {heading}
        <Unavailable
          {...missing}
          wait={wait}
          once={false}
          unavailable={title}
          fix={`${advice} ${fix}`.trim()}
        />
      </>
    )
  }
}
