import type { ReactNode } from 'react'
import { Mark, type Tone } from './status'

type Props = { title: string; tone?: Tone | undefined; children?: ReactNode }

/** A message in place of content: what happened, and what to do. `tone`: something is wrong (default: nothing is). */
export function Notice({ title, tone, children }: Props) {
  return (
    <section className="rounded-xl border border-line bg-surface p-6">
      {/* A second line begins under the first, and not under the mark. */}
      <h2 className="flex items-baseline text-pretty font-semibold text-lg">
        {tone && <Mark tone={tone} />}
        <span className="min-w-0">{title}</span>
      </h2>
      <div className="mt-2 space-y-4 text-pretty text-soft empty:hidden">{children}</div>
    </section>
  )
}
