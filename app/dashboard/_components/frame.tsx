import { type ReactNode, Suspense } from 'react'
import { TryAgainAfter } from '@/components/or-outage'
import { Panel, PanelNote, PanelSkeleton } from '@/components/panel'
import { problemToShow } from '@/lib/http/problem-to-show'
import { PanelBoundary } from './panel-boundary'

type Props = {
  id: string
  title: string
  height: string
  /** Whether the heading is for screen readers only. */
  hidden?: boolean
  /** Whether the panel is a list; `lines`: one without pictures. */
  rows?: boolean | 'lines' | undefined
  render(): Promise<ReactNode>
}

/** A panel of the dashboard, with its placeholder while it loads and its message if it fails. */
export function Frame({ id, title, height, hidden = false, rows, render }: Props) {
  return (
    <Panel id={id} title={title} hidden={hidden}>
      <PanelBoundary title={title}>
        <Suspense fallback={<PanelSkeleton title={title} height={height} rows={rows} />}>
          <Content render={render} />
        </Suspense>
      </PanelBoundary>
    </Panel>
  )
}

/** What `render` returns, or what is not responding, in the size of the panels beside it. */
async function Content({ render }: Pick<Props, 'render'>) {
  try {
    return await render()
  } catch (error) {
    const { title, advice, status } = problemToShow(error)
    return (
      <PanelNote title={title}>
        <p className="mb-3">{advice}</p>
        <TryAgainAfter status={status} />
      </PanelNote>
    )
  }
}
