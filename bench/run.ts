import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { type RestServer, startRestServer } from './child'
import type { Contest } from './contests'
import { counting } from './counting'
import { fleet } from './fleet'
import { growth } from './growth'
import { inNext } from './in-next'
import type { Run } from './page'
import { processHit } from './process-hit'
import { record } from './record'
import { redisHit, tcpHit } from './redis-hit'
import { met, type Section, table } from './report'
import { sideBySide } from './side-by-side'
import { tokenHit } from './token-hit'
import { users } from './users'
import { writer } from './writer'

const rounds = 5

const sections: Section[] = []
const contests: Contest[] = []

async function withServer(measure: (server: RestServer) => Promise<Section>): Promise<Section> {
  const server = await startRestServer()
  try {
    return await measure(server)
  } finally {
    await server.close()
  }
}

/**
 * What is measured, by the name that `npm run bench -- name` takes. Without a name it is all of it, and docs/benchmarks.md is
 * written. `npm run bench -- --page` only writes the page, from the runs that are kept.
 */
const measurements: Record<string, () => Promise<Section | Section[]>> = {
  'in-next': async () => {
    const { sections: own, contests: found } = await inNext(rounds)
    contests.push(...found)
    return own
  },
  'process-hit': () => processHit(rounds),
  'redis-hit': () => withServer((server) => redisHit(server, rounds)),
  'tcp-hit': () => withServer((server) => tcpHit(server, rounds)),
  'token-hit': () => withServer((server) => tokenHit(server, rounds)),
  'side-by-side': () => withServer((server) => sideBySide(server, rounds)),
  writer: () => withServer(writer),
  fleet: () => fleet(rounds),
  growth: () => growth(rounds),
  users,
  // Last: it attaches telemetry to this process, which then works beside whatever is measured.
  counting: () => counting(rounds),
}

const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const unknown = asked.filter((name) => !(name in measurements))
if (unknown.length > 0)
  throw new RangeError(`Unknown: ${unknown.join(', ')}. There are: ${Object.keys(measurements).join(', ')}.`)

if (process.argv.includes('--page')) {
  record('..')
  process.exit()
}

const load = () => Math.round((loadavg()[0] ?? 0) * 10) / 10
const [begun, loadBefore] = [performance.now(), load()]
for (const [name, measure] of Object.entries(measurements)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  for (const section of [await measure()].flat()) {
    sections.push(section)
    console.log(table(section))
  }
}
const run: Run = {
  machine: `${availableParallelism()} cores, Node ${process.versions.node.split('.')[0]}`,
  load: [loadBefore, load()],
  minutes: Math.round((performance.now() - begun) / 6000) / 10,
  ...{ rounds, sections, contests },
}

const missed = sections.flatMap(({ figures }) => figures.filter((figure) => met(figure) === false))
console.log(
  missed.length === 0 ? 'Every figure is met.' : `Missed: ${missed.map(({ name }) => name).join('; ')}.`,
)
for (const { title, rows } of contests) {
  console.log(`\n${title}`)
  for (const { name, unit, figures } of rows)
    console.log(
      `${name}: ${Object.entries(figures)
        .map(([contestant, { median }]) => `${contestant} ${Number(median.toPrecision(3))} ${unit}`)
        .join('; ')}`,
    )
}

await mkdir(`results`, { recursive: true })
const stamp = new Date().toISOString().replaceAll(':', '-').slice(0, 19)
await writeFile(`results/${stamp}.json`, JSON.stringify(run, null, 1))
console.log(`\nWritten to bench/results/${stamp}.json`)
if (asked.length === 0) {
  const problems = record('..', run)
  console.log('Written to docs/benchmarks.md and the README')
  if (problems.length > 0) console.log(`It disagrees with the runs before it:\n${problems.join('\n')}`)
}
