/**
 * Runs the simulation for as long as you like:
 * `SIM_RUNS=1000000 node --import tsx test/lib/lookup/simulation/long-run.ts`
 */
import { stdout } from 'node:process'
import { realKit } from './kit'
import { settings, simulate, tell } from './property'

const { seed, runs } = settings(200_000, Date.now() & 0x7fffffff)
const chunk = 5000
const started = performance.now()
for (let done = 0; done < runs; done += chunk) {
  const part = { seed: seed + done, runs: Math.min(chunk, runs - done), smallest: true }
  const finding = await simulate(realKit, part)
  if (finding) {
    stdout.write(`${await tell(realKit, finding, part.seed)}\n`)
    process.exitCode = 1
    break
  }
  const seconds = (performance.now() - started) / 1000
  const total = done + part.runs
  stdout.write(
    `${total} runs, ${Math.round(total / seconds)} a second, from seed ${part.seed}: nothing found\n`,
  )
}
