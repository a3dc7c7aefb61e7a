import type { ContestRow } from './contests'
import type { Run } from './page'

/** Figures that differ by less than this part count as equal. */
const EVEN = 0.1

/**
 * Who is ahead in a row: the best, and all that cannot be told from it: as good within a tenth, or with a round that was
 * as good as the worst round of the best.
 */
export function ahead({ figures, better }: ContestRow): string[] {
  // Less is better from here on.
  const sign = better === 'less' ? 1 : -1
  const all = Object.entries(figures).map(([contestant, { median, rounds }]) => {
    const costs = rounds.map((figure) => sign * figure)
    return { contestant, cost: sign * median, least: Math.min(...costs), most: Math.max(...costs) }
  })
  const best = all.toSorted((a, b) => a.cost - b.cost)[0]
  if (!best) throw new RangeError('A row has no contestants')
  const isEven = ({ cost, least }: (typeof all)[number]) =>
    cost - best.cost <= EVEN * Math.abs(best.cost) || least <= best.most
  return all.filter(isEven).map(({ contestant }) => contestant)
}

/** The rows in which no contestant is ahead in all of the runs. */
export function disagreements(runs: readonly Run[]): string[] {
  const rowsOf = (run: Run) => run.contests.flatMap(({ title, rows }) => rows.map((row) => ({ title, row })))
  const [first, ...others] = runs
  if (!first) throw new RangeError('There is no run')
  return rowsOf(first).flatMap(({ title, row }) => {
    const leaders = [row, ...others.map((run) => sameRow(rowsOf(run), title, row.name))].map(ahead)
    const common = leaders[0]?.filter((name) => leaders.every((list) => list.includes(name))) ?? []
    return common.length > 0
      ? []
      : [`${title}, ${row.name}: ${leaders.map((list) => list.join(' and ')).join(' / ')}`]
  })
}

function sameRow(rows: { title: string; row: ContestRow }[], title: string, name: string): ContestRow {
  const found = rows.find((other) => other.title === title && other.row.name === name)
  if (!found) throw new RangeError(`A run has no row ${title}, ${name}`)
  return found.row
}
