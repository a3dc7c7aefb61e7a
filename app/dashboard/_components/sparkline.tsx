import type { Minute } from '@/lib/dashboard/snapshot-schema'

const [WIDTH, HEIGHT] = [120, 24]

/** One line for each run of minutes with reads. A minute without reads is a gap, not 0 %. */
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
  // A line of one point is drawn as a dot, because its ends are round.
  return lines
    .filter((line) => line.length > 0)
    .map((line) => (line.length === 1 ? [...line, ...line] : line).join(' '))
}

/** The hit rate of the last hour. Hidden from screen readers: the table by minute has the same figures. */
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
          className="stroke-brand"
          strokeWidth="2.5"
          strokeLinecap="round"
          strokeLinejoin="round"
          fill="none"
        />
      ))}
    </svg>
  )
}
