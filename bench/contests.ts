import { createSamples, median } from './measure'

/** Rows in which contestants are compared with one another. */
export interface Contest {
  title: string
  note: string
  rows: ContestRow[]
}

export interface ContestRow {
  name: string
  unit: string
  better: 'less' | 'more'
  /** By contestant: the median of the rounds, and the rounds. */
  figures: Record<string, { median: number; rounds: readonly number[] }>
}

/** Figures of rounds, by row and contestant. */
export function createContest(title: string, note: string) {
  const rows = new Map<
    string,
    { unit: string; better: 'less' | 'more'; samples: ReturnType<typeof createSamples> }
  >()
  return {
    add(row: string, unit: string, contestant: string, figure: number, better: 'less' | 'more' = 'less') {
      const known = rows.get(row) ?? { unit, better, samples: createSamples() }
      rows.set(row, known)
      known.samples.add(contestant, figure)
    },
    result: (): Contest => ({
      ...{ title, note },
      rows: [...rows].map(([name, { unit, better, samples }]) => ({
        ...{ name, unit, better },
        figures: Object.fromEntries(
          samples.names().map((contestant) => {
            const rounds = samples.of(contestant)
            return [contestant, { median: median(rounds), rounds }]
          }),
        ),
      })),
    }),
  }
}
