import type { Minute } from '@/lib/dashboard/hit-rates'

const [WIDTH, HEIGHT] = [120, 24]

/** Rows of minutes with traffic, each a line; a minute without is a gap and not a zero. */
function linesOf(minutes: readonly Minute[]): string[] {
  const lines: string[][] = [[]]
  for (const [i, { reads, hits }] of minutes.entries()) {
    if (reads === 0) {
      lines.push([])
      continue
    }
    const x = (i / Math.max(1, minutes.length - 1)) * (WIDTH - 4) + 2
    const y = HEIGHT - 2 - (hits / reads) * (HEIGHT - 4)
    lines.at(-1)?.push(`${x.toFixed(1)},${y.toFixed(1)}`)
  }
  // A line of one point is drawn as a dot, by its round ends.
  return lines
    .filter((line) => line.length > 0)
    .map((line) => (line.length === 1 ? [...line, ...line] : line).join(' '))
}

/** The hit rate of the last hour. Decorative: the table of minutes says the same. */
export function Sparkline({ minutes }: { minutes: readonly Minute[] }) {
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
      className="block"
    >
      <path
        d={`M0 ${HEIGHT - 1}H${WIDTH}M0 1H${WIDTH}`}
        className="stroke-line"
        strokeWidth="1"
        fill="none"
      />
      {linesOf(minutes).map((points) => (
        <polyline
          key={points}
          points={points}
          className="stroke-accent"
          strokeWidth="2.5"
          strokeLinecap="round"
          strokeLinejoin="round"
          fill="none"
        />
      ))}
    </svg>
  )
}
