import { expect, it } from 'vitest'
import { fullOr } from '../../../support/full'
import { realKit } from './kit'
import { settings, simulate, tell } from './property'

/** The simulation as a test. Each seed has a file of its own, so that they run side by side. */
export function keepsPromises(ownSeed: number): void {
  const { seed, runs } = settings(fullOr(5_000, 500), ownSeed)
  it(`keeps every promise, whatever happens to three processes and their store (${runs} runs from seed ${seed})`, async () => {
    const finding = await simulate(realKit, { seed, runs, smallest: true })
    if (finding) expect.fail(await tell(realKit, finding, seed))
  })
}
