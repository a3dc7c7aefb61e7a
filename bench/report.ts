/** One figure: what is asked of it (if anything), what was measured, and what stands behind it. */
export type Figure = {
  name: string
  required?: { atMost: number } | { atLeast: number } | { exactly: number }
  measured: number
  unit: string
  /** Every round, to show how the median came about. */
  rounds?: readonly number[]
}

export type Section = { title: string; note: string; figures: Figure[] }

export function met({ required, measured }: Figure): boolean | undefined {
  if (!required) return undefined
  if ('atMost' in required) return measured <= required.atMost
  if ('atLeast' in required) return measured >= required.atLeast
  return measured === required.exactly
}

const round = (value: number) =>
  String(Number.isInteger(value) ? value : Number(value.toPrecision(value < 100 ? 3 : 4)))

export function asked({ required, unit }: Figure): string {
  if (!required) return ''
  const [word, value] = Object.entries(required)[0] ?? ['', 0]
  const words: Record<string, string> = { atMost: '≤', atLeast: '≥', exactly: '=' }
  return `${words[word]} ${value.toLocaleString('en-US')}${unit === '×' ? '×' : unit && ` ${unit}`}`
}

export const shown = ({ measured, unit }: Figure) =>
  unit === '×' ? `${measured.toFixed(3)}×` : `${round(measured)} ${unit}`.trim()

/** Markdown that reads well in a terminal too: columns are padded, required figures come first. */
export function table({ title, note, figures }: Section): string {
  const rows = figures.map((figure) => {
    const verdict = { true: 'met', false: 'MISSED' }[String(met(figure))] ?? ''
    return [figure.name, asked(figure), shown(figure), verdict]
  })
  const all = [['', 'required', 'measured', ''], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(3, ...all.map((row) => row[column]?.length ?? 0)))
  const line = (cells: string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = all
  const rule = line(widths.map((width) => '-'.repeat(width)))
  return [`## ${title}`, '', note, '', line(head), rule, ...body.map(line), ''].join('\n')
}
