import { randomBytes } from 'node:crypto'
import { startEngine } from '../local/upstash/engine'
import { startUpstash } from '../local/upstash/server'

/**
 * A process of its own, so that its work is not counted as the work of what is measured: one Redis behind as
 * many REST endpoints as asked for, which also listens over TCP, each with counters of its own. Ends with the process that forked it.
 */
const wanted = Number(process.argv[2] ?? 1)
const token = randomBytes(16).toString('hex')
const engine = await startEngine({ prefer: 'server', tcp: { password: token } })
const endpoints = await Promise.all(Array.from({ length: wanted }, () => startUpstash({ token, engine })))

process.once('disconnect', async () => {
  await Promise.all(endpoints.map((endpoint) => endpoint.close()))
  await engine.close()
  process.exit()
})
process.send?.({ token, urls: endpoints.map(({ url }) => url), tcp: engine.url, engine: engine.name })
