import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { startRestServer } from './child'
import { fleet } from './fleet'
import { processHit } from './process-hit'
import { redisHit } from './redis-hit'
import { met, type Section, table } from './report'
import { sideBySide } from './side-by-side'
import { tokenHit } from './token-hit'

const rounds = 5

const machine = `${availableParallelism()} cores, Node ${process.versions.node.split('.')[0]}`
const sections: Section[] = []

function add(section: Section) {
  sections.push(section)
  console.log(table(section))
}

add(await processHit(rounds))
const server = await startRestServer()
add(await redisHit(server, rounds))
add(await tokenHit(server, rounds))
add(await sideBySide(server, rounds))
await server.close()
add(await fleet(rounds))

const figures = sections.flatMap((section) => section.figures)
const missed = figures.filter((figure) => met(figure) === false)
console.log(
  missed.length === 0 ? 'Every figure is met.' : `Missed: ${missed.map(({ name }) => name).join('; ')}.`,
)

await mkdir(`results`, { recursive: true })
const stamp = new Date().toISOString().replaceAll(':', '-').slice(0, 19)
await writeFile(`results/${stamp}.json`, JSON.stringify({ machine, rounds, sections }, null, 2))
if (process.argv.includes('--record')) {
  const intro = `# Measurements\n\nWritten by \`npm run bench -- --record\`: ${machine}, medians of ${rounds} rounds, kit and peers taking turns in one run. A ratio is the median of the rounds' own ratios.\n`
  await writeFile(`RESULTS.md`, [intro, ...sections.map(table)].join('\n'))
}
