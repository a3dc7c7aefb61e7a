import { expect, it } from 'vitest'
import { realKit } from './kit'
import { settings, simulate, tell } from './property'

it('keeps every promise, whatever happens to three processes and their store', {
  timeout: 600_000,
}, async () => {
  const { seed, runs } = settings(10_000)
  const finding = await simulate(realKit, { seed, runs, smallest: true })
  if (finding) expect.fail(await tell(realKit, finding, seed))
})
