import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Kit } from '../lib/lookup/simulation/kit'
import { type Finding, simulate } from '../lib/lookup/simulation/property'
import { copyWith, occurrences } from './copy'
import type { Mutant } from './mutant'

/** `MUTANTS_RECORD=1` searches anew for the run that kills each mutant, and writes down which it was. */
const record = Boolean(process.env.MUTANTS_RECORD)
const seed = 1
const runs = 10_000

/** By the mutant's name: the path of fast-check to the run that kills it. */
const recordings = z.record(z.string(), z.string())

const fileOf = (group: string) => join(import.meta.dirname, 'recorded', `${group}.json`)

function readRecordings(group: string): Record<string, string> {
  const file = fileOf(group)
  return existsSync(file) ? recordings.parse(JSON.parse(readFileSync(file, 'utf8'))) : {}
}

async function loadKit(load: ReturnType<typeof copyWith>['load']): Promise<Kit> {
  const { createLookups } = await load('create-lookups')
  const { createMemoryStore } = await load('testing/memory-store')
  const { createProcessState } = await load('process-state')
  const { LookupError } = await load('errors')
  const { createAlias, createHints } = await load('../cache/alias')
  return { createLookups, createMemoryStore, createProcessState, LookupError, createAlias, createHints }
}

const isKilledBy = (finding: Finding | undefined, mutant: Mutant) =>
  mutant.breaks.some((promise) => finding?.violation.includes(`${promise}: `))

/**
 * Every mutant of a group must be caught by the simulation. The run that caught it when it was recorded is tried first
 * and nearly always does; only if it does not any more, the whole search is repeated.
 */
export function killAll(group: string, mutants: readonly Mutant[]): void {
  const recorded = readRecordings(group)
  const found: Record<string, string> = {}

  async function search(kit: Kit, mutant: Mutant): Promise<Finding | undefined> {
    const path = recorded[mutant.name]
    if (path !== undefined && !record) {
      const again = await simulate(kit, { seed, runs: 1, smallest: false, path })
      if (isKilledBy(again, mutant)) return again
      process.stdout.write(
        `The recorded run no longer kills "${mutant.name}": searching (MUTANTS_RECORD=1)\n`,
      )
    }
    return simulate(kit, { seed, runs, smallest: false })
  }

  describe.each(mutants)('if $name', (mutant) => {
    it(`the simulation says so: ${mutant.breaks.join(' or ')}`, async () => {
      expect(occurrences(mutant), `places in ${mutant.file} that it changes`).toBe(1)
      const { load, remove } = copyWith(mutant)
      try {
        const finding = await search(await loadKit(load), mutant)
        if (process.env.SIM_REPORT)
          process.stdout.write(`${finding?.path} | ${finding?.violation} | ${mutant.name}\n`)
        expect(isKilledBy(finding, mutant), `found: ${finding?.violation ?? 'nothing'}`).toBe(true)
        if (finding?.path) found[mutant.name] = finding.path
      } finally {
        remove()
      }
    })
  })

  afterAll(() => {
    if (!record) return
    const names = mutants.map(({ name }) => name)
    const all = Object.entries({ ...recorded, ...found }).filter(([name]) => names.includes(name))
    mkdirSync(dirname(fileOf(group)), { recursive: true })
    writeFileSync(fileOf(group), `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`)
  })
}
