import type { ReactNode } from 'react'

export type TermLine = readonly [string, ReactNode]

/** Terms and their values side by side. `wide` puts two pairs in a row where there is room. */
export const Terms = ({ lines, wide = false }: { lines: readonly TermLine[]; wide?: boolean }) => (
  // By its own width: a card that is half as wide as the page has one pair in a row.
  <div className="@container mt-3">
    <dl
      className={`grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1 text-sm ${wide ? '@xl:grid-cols-[auto_minmax(0,1fr)_auto_minmax(0,1fr)]' : ''}`}
    >
      {lines.map(([term, text]) => (
        <div key={term} className="contents">
          <dt className="text-soft">{term}</dt>
          <dd className="wrap-anywhere tabular-nums">{text}</dd>
        </div>
      ))}
    </dl>
  </div>
)
