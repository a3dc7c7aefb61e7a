import type { ReactNode } from 'react'
import { Mark, type Tone } from './status'

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

type NoteProps = { title: string; tone?: Tone; children?: ReactNode }

/** A message in a panel that has nothing to show: what that means, and what to do. `tone`: something is wrong. */
export function PanelNote({ title, tone, children }: NoteProps) {
  return (
    <div className="rounded-xl border border-line bg-surface p-5">
      <p className="wrap-anywhere font-medium">
        {tone && <Mark tone={tone} />}
        {title}
      </p>
      {children && (
        <div className="mt-1 max-w-prose wrap-anywhere text-pretty text-soft text-sm">{children}</div>
      )}
    </div>
  )
}
