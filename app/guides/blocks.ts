export type Block =
  | { type: 'heading'; level: number; text: string; id: string }
  | { type: 'code'; text: string }
  | { type: 'table'; rows: string[][] }
  | { type: 'list'; ordered: boolean; items: Block[][] }
  | { type: 'paragraph'; text: string }

const FENCE = /^```/
const HEADING = /^(#{1,6}) +(.+)$/
const ITEM = /^(?:[-*]|(\d+)\.) +/
const BLANK = /^\s*$/

/** As GitHub makes them, so that links between guides work there and here. */
export const idOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replace(/ /g, '-')

/** A separator of cells is a bar that is neither escaped nor in code. */
const cellsOf = (row: string): string[] =>
  (
    row
      .trim()
      .replace(/^\|/, '')
      .replace(/\|$/, '')
      .match(/(?:\\\||`[^`]*`|[^|])+/g) ?? []
  ).map((cell) => cell.trim().replace(/\\\|/g, '|'))

/** The Markdown that the guides use: headings, paragraphs, lists, tables and code. Comments are left out. */
export function blocksOf(markdown: string): Block[] {
  const lines = markdown.replace(/<!--[\s\S]*?-->\n?/g, '').split('\n')
  const blocks: Block[] = []
  let at = 0
  /** The lines from here on, as long as they match. */
  const take = (matches: (line: string) => boolean) => {
    const from = at
    while (at < lines.length && matches(lines[at] ?? '')) at++
    return lines.slice(from, at)
  }
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const [, marks, title] = HEADING.exec(line) ?? []
    if (BLANK.test(line)) at++
    else if (marks && title) {
      blocks.push({ type: 'heading', level: marks.length, text: title, id: idOf(title) })
      at++
    } else if (FENCE.test(line)) {
      at++
      blocks.push({ type: 'code', text: take((next) => !FENCE.test(next)).join('\n') })
      at++
    } else if (line.startsWith('|')) {
      const rows = take((next) => next.startsWith('|'))
      blocks.push({ type: 'table', rows: rows.filter((_, i) => i !== 1).map(cellsOf) })
    } else if (ITEM.test(line)) blocks.push(takeList())
    else {
      const text = take(
        (next) => !BLANK.test(next) && !HEADING.test(next) && !FENCE.test(next) && !ITEM.test(next),
      )
      blocks.push({ type: 'paragraph', text: text.join(' ') })
    }
  }
  return blocks

  function takeList(): Block {
    const ordered = /^\d/.test(lines[at] ?? '')
    const items: Block[][] = []
    for (let match = ITEM.exec(lines[at] ?? ''); match; match = ITEM.exec(lines[at] ?? '')) {
      const first = (lines[at] ?? '').slice(match[0].length)
      at++
      // An item goes on where lines are indented, and over blank lines before such a line.
      const rest = take(
        (next) => /^ {2,}/.test(next) || (BLANK.test(next) && /^ {2,}/.test(lines[at + 1] ?? '')),
      )
      const indent = Math.min(...rest.filter((next) => !BLANK.test(next)).map((next) => next.search(/\S/)))
      items.push(blocksOf([first, ...rest.map((next) => next.slice(indent))].join('\n')))
      if (BLANK.test(lines[at] ?? '') && ITEM.test(lines[at + 1] ?? '')) at++
    }
    return { type: 'list', ordered, items }
  }
}
