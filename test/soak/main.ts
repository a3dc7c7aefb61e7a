import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { buildKitApp } from '../support/kit-app'
import { readOnly, readOnlyReport } from './read-only'
import { problemsOf, reportOf } from './report'
import { LONG, soak } from './soak'
import { timelineChart } from './timeline-chart'

const USAGE = `Two production servers under load, with faults by turns: counts stale reads.

  npm run soak -- --minutes 10

  --minutes M   how long (default: 10)
  --seed N      repeats the faults and changes of that seed, but not the timing (default: a new one)
  --report F    writes the report to this file too, and its chart beside it
  --build DIR   takes the app as built there before
  --broken      builds an app whose reads do not check tag versions, to see that the soak notices
  --url U       only reads the pages of --path at that address, and compares the users in their JSON
  --path P      a path to read there; give it once for each
  --help        shows this text

Exit code: 0 good · 1 a stale read, a token after its revocation, or a heap that grew · 2 bad arguments.
`
const BUILD = '.next-soak'

const chartBeside = (report: string) => `${report.replace(/\.md$/, '')}.svg`

async function main(): Promise<number> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: {
      minutes: text,
      seed: text,
      report: text,
      build: text,
      url: text,
      path: { ...text, multiple: true },
      broken: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  const minutes = Number(values.minutes ?? 10)
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9))
  if (values.help || !(minutes > 0) || !Number.isInteger(seed)) {
    process.stdout.write(USAGE)
    return values.help ? 0 : 2
  }
  if (values.url) {
    const result = await readOnly({ url: values.url, paths: values.path ?? ['/'], seconds: minutes * 60 })
    process.stdout.write(readOnlyReport(result))
    return result.older.length > 0 ? 1 : 0
  }
  if (!values.build) await buildKitApp(BUILD, { broken: values.broken === true })
  process.stdout.write(`Running for ${minutes} minutes with seed ${seed}\n`)
  const result = await soak({ build: values.build ?? BUILD, seconds: minutes * 60, seed })
  const problems = problemsOf(result, minutes * 60 >= LONG)
  const report = reportOf(result, problems)
  process.stdout.write(`\n${report}`)
  if (values.report) {
    await writeFile(
      values.report,
      `${report}\n![Reads by the second](${basename(chartBeside(values.report))})\n`,
    )
    await writeFile(chartBeside(values.report), timelineChart(result.timeline, result.faults))
  }
  return problems.length > 0 ? 1 : 0
}

// Ends the servers too: they end with this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))

process.exitCode = await main()
