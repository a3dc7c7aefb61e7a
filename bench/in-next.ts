// `npm run bench:next`. Apart from the other measurements, because it builds and starts a Next app.
import { startEngine } from '../local/upstash/engine'
import { startUpstash } from '../local/upstash/server'
import { buildFixture, startFixture } from '../test/support/fixture-app'
import { startItemUpstream } from '../test/support/item-upstream'
import { type Figure, table } from './report'

const token = 'bench'
const port = 4399

const engine = await startEngine()
const redis = await startUpstash({ token, engine })
const upstream = await startItemUpstream()
const env = {
  FIXTURE_DIST_DIR: '.next-bench',
  FIXTURE_CACHE_COMPONENTS: 'on',
  FIXTURE_REDIS_URL: redis.url,
  FIXTURE_REDIS_TOKEN: token,
  FIXTURE_UPSTREAM_URL: upstream.url,
}

/** Where lookups are read, and the most microseconds that one read may take. */
const places = [
  ['page', 1],
  ['route', 5],
  ['action', 5],
] as const

try {
  await buildFixture(env)
  const app = await startFixture(port, env)
  try {
    const figures: Figure[] = []
    for (const [place, atMost] of places) {
      const times = Object.entries(Object(await app[place]('timeReads', `bench-${place}`)))
      for (const [read, time] of times)
        figures.push({ name: `${place}, ${read}`, required: { atMost }, measured: Number(time), unit: 'µs' })
    }
    const note =
      'Production build, no telemetry. byId and byName: read in this request before. kept: held by the process cache.'
    console.log(table({ title: 'A repeated read in Next, awaited', note, figures }))
  } finally {
    await app.stop()
  }
} finally {
  await upstream.close()
  await redis.close()
  await engine.close()
}
