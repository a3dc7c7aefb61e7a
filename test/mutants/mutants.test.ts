import { describe, expect, it } from 'vitest'
import { simulate } from '../lib/lookup/simulation/property'
import { copyWith, occurrences } from './copy'
import { mutants } from './mutants'

describe.each(mutants)('if $name', (mutant) => {
  it('would still be a change of exactly one place', () => {
    expect(occurrences(mutant)).toBe(1)
  })

  it(`the simulation says so: ${mutant.breaks.join(' or ')}`, { timeout: 300_000 }, async () => {
    const { kit, remove } = await copyWith(mutant)
    try {
      const finding = await simulate(kit, { seed: 1, runs: 10_000, smallest: false })
      const broken = mutant.breaks.some((promise) => finding?.violation.includes(`${promise}: `))
      if (process.env.SIM_REPORT)
        process.stdout.write(`${finding?.runs} | ${finding?.violation} | ${mutant.name}\n`)
      expect(broken, `found: ${finding?.violation ?? 'nothing'}`).toBe(true)
    } finally {
      remove()
    }
  })
})

it('breaks each of the nine promises', () => {
  const broken = new Set(mutants.flatMap(({ breaks }) => breaks))
  for (let promise = 1; promise <= 9; promise++) expect(broken).toContain(`promise ${promise}`)
})
