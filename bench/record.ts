import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { disagreements } from './agreement'
import { chartsOf, pageOf, type Run, withReadmePart } from './page'

/**
 * Keeps a run as the first of the three in docs/benchmarks; the oldest goes. Then writes docs/benchmarks.md, its charts and
 * the figures of the README from the first. Without a run it only writes. `root`: the folder of the project.
 *
 * @returns the rows in which the three runs disagree on who is ahead
 * @throws Error for a missed target whose reason is not in reasons.ts; then nothing is written
 */
export function record(root: string, run?: Run): string[] {
  const folder = join(root, 'docs/benchmarks')
  const kept = [1, 2, 3].map((n) => join(folder, `run-${n}.json`))
  const earlier = kept.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8'))
  const texts = [...(run ? [textOf(run)] : []), ...earlier].slice(0, kept.length)
  const runs = texts.map((text): Run => JSON.parse(text))
  const [first] = runs
  if (!first) throw new Error('There is no run in docs/benchmarks: start `npm run bench`')
  const page = pageOf(first)
  mkdirSync(folder, { recursive: true })
  for (const [i, text] of texts.entries()) writeFileSync(kept[i] ?? '', text)
  for (const [file, svg] of chartsOf(first)) writeFileSync(join(folder, file), svg)
  writeFileSync(join(root, 'docs/benchmarks.md'), page)
  const readme = join(root, 'README.md')
  writeFileSync(readme, withReadmePart(readFileSync(readme, 'utf8'), first))
  return disagreements(runs)
}

/** Four digits are more than a measurement has. */
function rounded(value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value
}

const textOf = (run: Run) => `${JSON.stringify(run, (_, value) => rounded(value))}\n`
