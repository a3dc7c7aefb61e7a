import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { type RestServer, startRestServer } from './child'
import { counting } from './counting'
import { fleet } from './fleet'
import { processHit } from './process-hit'
import { redisHit, tcpHit } from './redis-hit'
import { met, type Section, table } from './report'
import { sideBySide } from './side-by-side'
import { tokenHit } from './token-hit'
import { writer } from './writer'

const rounds = 5

const machine = `${availableParallelism()} cores, Node ${process.versions.node.split('.')[0]}`
const sections: Section[] = []

function add(section: Section) {
  sections.push(section)
  console.log(table(section))
}

/** What is measured, by the name that `npm run bench -- name` takes; without a name all of it. */
const measurements: Record<string, () => Promise<Section>> = {
  'process-hit': () => processHit(rounds),
  'redis-hit': () => withServer((server) => redisHit(server, rounds)),
  'tcp-hit': () => withServer((server) => tcpHit(server, rounds)),
  'token-hit': () => withServer((server) => tokenHit(server, rounds)),
  'side-by-side': () => withServer((server) => sideBySide(server, rounds)),
  writer: () => withServer(writer),
  fleet: () => fleet(rounds),
  // Last: it attaches telemetry to this process, which then works beside whatever is measured.
  counting: () => counting(rounds),
}

async function withServer(measure: (server: RestServer) => Promise<Section>): Promise<Section> {
  const server = await startRestServer()
  try {
    return await measure(server)
  } finally {
    await server.close()
  }
}

const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const unknown = asked.filter((name) => !(name in measurements))
if (unknown.length > 0)
  throw new RangeError(`Unknown: ${unknown.join(', ')}. There are: ${Object.keys(measurements).join(', ')}.`)
for (const [name, measure] of Object.entries(measurements))
  if (asked.length === 0 || asked.includes(name)) add(await measure())

const figures = sections.flatMap((section) => section.figures)
const missed = figures.filter((figure) => met(figure) === false)
console.log(
  missed.length === 0 ? 'Every figure is met.' : `Missed: ${missed.map(({ name }) => name).join('; ')}.`,
)

await mkdir(`results`, { recursive: true })
const stamp = new Date().toISOString().replaceAll(':', '-').slice(0, 19)
await writeFile(`results/${stamp}.json`, JSON.stringify({ machine, rounds, sections }, null, 2))
if (process.argv.includes('--record') && asked.length === 0) {
  const intro = `# Measurements\n\nWritten by \`npm run bench -- --record\`: ${machine}, medians of ${rounds} rounds, kit and peers taking turns in one run. A ratio is the median of the rounds' own ratios.\n`
  await writeFile(`RESULTS.md`, [intro, ...sections.map(table)].join('\n'))
}
