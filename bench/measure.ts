/** One round of every contender, a few times over: what else the machine does then touches all of them. */
export type Contender = { name: string; run(): Promise<number> }

/** The upper one of two in the middle. */
export function median(numbers: readonly number[]): number {
  const middle = numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
  if (middle === undefined) throw new RangeError('Nothing was measured')
  return middle
}

/** Numbers by name. */
export function createSamples() {
  const samples = new Map<string, number[]>()
  return {
    add(name: string, value: number) {
      const known = samples.get(name)
      if (known) known.push(value)
      else samples.set(name, [value])
    },
    of(name: string): readonly number[] {
      const found = samples.get(name)
      if (!found) throw new RangeError(`${name} was not measured`)
      return found
    },
    names: () => [...samples.keys()],
  }
}

/** Runs every contender once a round, in an order that turns; one figure each a round. */
export async function interleave(contenders: readonly Contender[], rounds: number) {
  const samples = createSamples()
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < contenders.length; i++) {
      const contender = contenders[(i + round) % contenders.length]
      if (contender) samples.add(contender.name, await contender.run())
    }
  }
  return samples
}

/** The median of the ratios of each round, which is steadier than a ratio of medians. */
export const ratio = (above: readonly number[], below: readonly number[]) =>
  median(above.map((figure, round) => figure / (below[round] ?? Number.NaN)))
