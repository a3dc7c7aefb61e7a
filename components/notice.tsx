import type { ReactNode } from 'react'
import { Mark, type Tone } from './status'

type Props = { title: string; tone?: Tone | undefined; children?: ReactNode }

/** A message in place of content: what happened, and what to do. `tone`: something is wrong (default: nothing is). */
export function Notice({ title, tone, children }: Props) {
  return (
    <section className="rounded-xl border border-line bg-surface p-6">
      <h2 className="text-pretty font-semibold text-lg">
        {tone && <Mark tone={tone} />}
        {title}
      </h2>
      <div className="mt-2 space-y-4 text-pretty text-soft empty:hidden">{children}</div>
    </section>
  )
}
