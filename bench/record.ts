import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { disagreements } from './agreement'
import { chartsOf, pageOf, type Run, withReadmePart } from './page'

// `npm run bench:record -- first.json second.json third.json`: writes docs/benchmarks.md, its charts and the figures of the
// README from the first of three runs. Run it with no file to write them again from the runs in docs/benchmarks.
const root = join(import.meta.dirname, '..')
const folder = join(root, 'docs/benchmarks')
const kept = [1, 2, 3].map((n) => join(folder, `run-${n}.json`))

const given = process.argv.slice(2)
if (given.length !== 0 && given.length !== 3) throw new RangeError('Name three files of bench/results')
mkdirSync(folder, { recursive: true })
given.forEach((file, i) => {
  const run: Run = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(kept[i] ?? '', `${JSON.stringify(run, (_, value) => rounded(value))}\n`)
})
const runs = kept.map((file): Run => JSON.parse(readFileSync(file, 'utf8')))
const [run] = runs
const problems = disagreements(runs)
if (!run || problems.length > 0) throw new Error(`The runs disagree:\n${problems.join('\n')}`)
for (const [file, svg] of chartsOf(run)) writeFileSync(join(folder, file), svg)
writeFileSync(join(root, 'docs/benchmarks.md'), pageOf(run))
const readme = join(root, 'README.md')
writeFileSync(readme, withReadmePart(readFileSync(readme, 'utf8'), run))

/** Four digits are more than a measurement has. */
function rounded(value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value
}
