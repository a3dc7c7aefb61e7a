import type { ReactNode } from 'react'

export type TermLine = readonly [string, ReactNode]

/** Terms and their values side by side. `wide` puts two pairs in a row where there is room. */
export const Terms = ({ lines, wide = false }: { lines: readonly TermLine[]; wide?: boolean }) => (
  <dl
    className={`mt-3 grid grid-cols-[auto_1fr] gap-x-6 gap-y-1 text-sm ${wide ? 'sm:grid-cols-[auto_1fr_auto_1fr]' : ''}`}
  >
    {lines.map(([term, text]) => (
      <div key={term} className="contents">
        <dt className="text-soft">{term}</dt>
        <dd className="wrap-anywhere tabular-nums">{text}</dd>
      </div>
    ))}
  </dl>
)
