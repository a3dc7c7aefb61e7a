import { INTERVAL, type Interval } from './timeline'
import type { Turn } from './turns'

const WIDTH = 900
const LEFT = 60
const ROOM = WIDTH - LEFT - 20
const PANEL = 110

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** Values and errors a second, the 99th percentile, and stale reads, over the faults that were there. An SVG. */
export function timelineChart(intervals: readonly Interval[], turns: readonly Turn[]): string {
  const end = Math.max(1, ...intervals.map(({ at }) => at + INTERVAL), ...turns.map(({ to }) => to))
  const x = (ms: number) => Math.round((LEFT + (ROOM * ms) / end) * 10) / 10
  const aSecond = (count: number) => (count * 1000) / INTERVAL
  const panels: { name: string; className: string; of(interval: Interval): number }[] = [
    { name: 'values a second', className: 'good', of: ({ values }) => aSecond(values) },
    { name: 'errors a second', className: 'bad', of: ({ errors }) => aSecond(errors) },
    { name: 'p99 of a read, ms', className: 'good', of: ({ p99 }) => p99 },
    { name: 'stale reads', className: 'bad', of: ({ stale }) => stale },
  ]
  const height = 20 + panels.length * (PANEL + 30)
  const faults = turns.map(
    ({ name, from, to }) =>
      `<rect class="fault" x="${x(from)}" y="10" width="${Math.max(1, x(to) - x(from))}" height="${height - 20}"><title>${escaped(name)}</title></rect>`,
  )
  const lines = panels.map(({ name, className, of }, i) => {
    const top = 20 + i * (PANEL + 30)
    const most = Math.max(1, ...intervals.map(of))
    const points = intervals
      .map((one) => `${x(one.at + INTERVAL / 2)},${Math.round(top + 20 + PANEL * (1 - of(one) / most))}`)
      .join(' ')
    return [
      `<text x="${LEFT}" y="${top + 10}">${name}: ${Math.round(most)} at most</text>`,
      `<line class="axis" x1="${LEFT}" x2="${LEFT + ROOM}" y1="${top + 20 + PANEL}" y2="${top + 20 + PANEL}"/>`,
      `<polyline class="${className}" points="${points}"/>`,
    ].join('')
  })
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="A soak, by the second">`,
    '<style>text{font:13px system-ui,sans-serif;fill:#1f2937}polyline{fill:none;stroke-width:1.5}.good{stroke:#4f46e5}.bad{stroke:#dc2626}.fault{fill:#9ca3af;opacity:.25}.axis{stroke:#9ca3af}',
    '@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.good{stroke:#818cf8}.bad{stroke:#f87171}}</style>',
    ...faults,
    ...lines,
    '</svg>',
  ].join('\n')}\n`
}
