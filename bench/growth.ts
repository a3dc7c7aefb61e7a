import { type Fleet, withFleet } from './fleet'
import { median } from './measure'
import type { Figure, Section } from './report'

const KEYS = 50
const CALLERS = 20

/** What the fleet costs for the same cold keys, and for them once they are warm. */
async function measure({ run, workers }: Fleet, rounds: number) {
  await run(workers, 'batch', 'warm-up')
  const cold: { loads: number; perProcess: number }[] = []
  const warm: number[] = []
  for (let round = 0; round < rounds; round++) {
    const name = `growth${round}`
    const { loads, commands } = await run(workers, 'batch', name)
    cold.push({ loads, perProcess: commands / workers.length })
    warm.push((await run(workers, 'batch', name)).commands / workers.length)
  }
  return {
    loads: Math.max(...cold.map(({ loads }) => loads)),
    cold: median(cold.map(({ perProcess }) => perProcess)),
    warm: median(warm),
  }
}

/** The same keys in 16 and in 64 processes. */
export async function growth(rounds: number): Promise<Section> {
  const size = { callers: CALLERS, keys: KEYS }
  const few = await withFleet({ processes: 16, ...size }, (fleet) => measure(fleet, rounds))
  const many = await withFleet({ processes: 64, ...size }, (fleet) => measure(fleet, rounds))
  const figure = (name: string, measured: number, unit = ''): Figure => ({ name, measured, unit })
  return {
    title: 'From 16 to 64 processes',
    note: `${CALLERS} callers in each process read the same ${KEYS} keys at once, cold and then warm. A cold process waits for the one that loads, with fewer and fewer polls.`,
    figures: [
      { ...figure('loads of 64 processes ÷ of 16', many.loads / few.loads, '×'), required: { atMost: 1 } },
      {
        ...figure('warm: commands a process, 64 ÷ 16', many.warm / few.warm, '×'),
        required: { atMost: 1 },
      },
      {
        ...figure('cold: commands a process, 64 ÷ 16', many.cold / few.cold, '×'),
        required: { atMost: 1.1 },
      },
      figure('loads of 16 processes, worst round', few.loads),
      figure('loads of 64 processes, worst round', many.loads),
      figure('cold: commands a process, of 16', few.cold),
      figure('cold: commands a process, of 64', many.cold),
      figure('warm: commands a process, of 16', few.warm),
      figure('warm: commands a process, of 64', many.warm),
    ],
  }
}
