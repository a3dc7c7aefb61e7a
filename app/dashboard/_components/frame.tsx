import { type ReactNode, Suspense } from 'react'
import { orOutage } from '@/components/or-outage'
import { Panel, PanelSkeleton } from '@/components/panel'
import { PanelBoundary } from './panel-boundary'

type Props = {
  id: string
  title: string
  height: string
  /** Whether the heading is for screen readers only. */
  hidden?: boolean
  /** Whether the panel is a list. */
  rows?: boolean
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

const Content = ({ render }: Pick<Props, 'render'>) => orOutage(render)
