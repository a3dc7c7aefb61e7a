interface Bars {
  unit: string
  better: 'less' | 'more'
  bars: readonly { label: string; value: number }[]
  show(value: number): string
}

const ROW = 26
const LEFT = 230
const WIDTH = 760
const ROOM = WIDTH - LEFT - 110

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** Horizontal bars on a logarithmic scale, because contestants differ by a thousand times. The best is first. */
export function barChart(title: string, { unit, better, bars, show }: Bars): string {
  const sorted = bars.toSorted((a, b) => (better === 'less' ? a.value - b.value : b.value - a.value))
  const values = sorted.map(({ value }) => value).filter((value) => value > 0)
  const low = 10 ** Math.floor(Math.log10(Math.min(...values)))
  const high = Math.max(...values)
  const length = (value: number) =>
    value <= 0 ? 0 : Math.round(8 + (ROOM - 8) * (Math.log(value / low) / Math.log(high / low || 1)))
  const height = 48 + sorted.length * ROW
  const lines = sorted.map(({ label, value }, i) => {
    const y = 44 + i * ROW
    const kind = label.startsWith('kit') ? 'kit' : 'other'
    return [
      `<text x="${LEFT - 10}" y="${y + 14}" text-anchor="end">${escaped(label)}</text>`,
      `<rect class="${kind}" x="${LEFT}" y="${y}" width="${length(value)}" height="18" rx="2"/>`,
      `<text x="${LEFT + length(value) + 8}" y="${y + 14}">${escaped(`${show(value)} ${unit}`.trim())}</text>`,
    ].join('')
  })
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">`,
    '<style>text{font:13px system-ui,sans-serif;fill:#1f2937}.title{font-weight:600}.kit{fill:#4f46e5}.other{fill:#9ca3af}',
    '@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.kit{fill:#818cf8}.other{fill:#6b7280}}</style>',
    `<text class="title" x="10" y="22">${escaped(title)} (${better} is better, logarithmic)</text>`,
    ...lines,
    '</svg>',
  ].join('\n')}\n`
}
