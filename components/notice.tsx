import type { ReactNode } from 'react'

/** A message in place of content: what happened, and what to do. */
export function Notice({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <section className="rounded-xl border border-line bg-surface p-6">
      <h2 className="text-pretty font-semibold text-lg">{title}</h2>
      <div className="mt-2 space-y-4 text-pretty text-soft">{children}</div>
    </section>
  )
}
