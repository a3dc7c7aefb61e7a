import type { ReactNode } from 'react'
import { Skeleton } from './skeleton'

type Props = { id: string; title: string; hidden?: boolean; children: ReactNode }

/** A section of a page with a heading. `hidden`: the heading is for screen readers only. */
export function Panel({ id, title, hidden = false, children }: Props) {
  return (
    <section id={id} aria-label={title}>
      <h2 className={hidden ? 'sr-only' : 'mb-3 font-semibold text-lg'}>{title}</h2>
      {children}
    </section>
  )
}

type SkeletonProps = { title: string; height: string; rows?: boolean | 'lines' | undefined }

/** `rows`: the panel is a list; `lines`: one without pictures. */
export const PanelSkeleton = ({ title, height, rows }: SkeletonProps) => (
  <Skeleton label={`Loading: ${title}`} size={height} rows={rows} />
)

/** A message in a panel that has nothing to show: what that means, and what to do. */
export function PanelNote({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="rounded-xl border border-line bg-surface p-5">
      <p className="font-medium">{title}</p>
      {children && <div className="mt-1 max-w-prose text-soft text-sm">{children}</div>}
    </div>
  )
}
