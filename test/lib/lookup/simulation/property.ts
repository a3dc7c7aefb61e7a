import fc from 'fast-check'
import { type Audit, audits } from './audit'
import type { Kit } from './kit'
import { run } from './run'
import { type Step, steps } from './steps'

/**
 * `SIM_SEED` repeats a simulation or begins another, `SIM_RUNS` makes it longer or shorter. The suite plays the same
 * runs every time, so that a change that breaks them is the one at hand; the long run begins where the clock says.
 */
export const settings = (runs: number, seed = 1) => ({
  seed: Number(process.env.SIM_SEED ?? seed),
  runs: Number(process.env.SIM_RUNS ?? runs),
})

export interface Finding {
  /** Begins with the promise or rule that was broken. */
  violation: string
  /** How many runs it took to find it. */
  runs: number
  /** The path of fast-check: with the seed it repeats this run. */
  path: string
  steps: Step[]
  audit: Audit | undefined
}

/** Runs so many random worlds and returns the first violation, with `smallest` in as few steps as possible. */
export async function simulate(
  kit: Kit,
  options: { seed: number; runs: number; smallest: boolean; path?: string },
): Promise<Finding | undefined> {
  const { seed, runs, smallest, path } = options
  const { stackTraceLimit } = Error
  // Thousands of failures are expected, and their stack traces are not read.
  Error.stackTraceLimit = 0
  try {
    const property = fc.asyncProperty(
      steps,
      fc.option(fc.constantFrom(...audits), { nil: undefined, freq: 2 }),
      async (taken, audit) => {
        const violation = await run(kit, taken, audit)
        if (violation !== undefined) throw new Error(violation)
      },
    )
    const details = await fc.check(property, {
      seed,
      numRuns: runs,
      endOnFailure: !smallest,
      ...(path !== undefined && { path }),
    })
    if (details.counterexample === null) return undefined
    const [taken, audit] = details.counterexample
    const violation = await run(kit, taken, audit).catch((error: unknown) => String(error))
    return {
      violation: violation ?? 'not the same twice',
      runs: details.numRuns,
      path: details.counterexamplePath,
      steps: taken,
      audit,
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** What happened, line by line, up to the violation. */
export async function tell(kit: Kit, { violation, steps: taken, audit, runs }: Finding, seed: number) {
  const lines = [`${violation} (SIM_SEED=${seed}, after ${runs} runs)`]
  await run(kit, taken, audit, (line) => lines.push(line)).catch(() => {})
  return lines.join('\n')
}
