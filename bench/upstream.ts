import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { sampleUser } from './sample'

/** What is cached: answers `/id` and `/id,id,…` after 400 to 600 ms, and counts whom it was asked for. */
export async function startUpstream() {
  const loads = new Map<string, number>()
  const server = createServer(async ({ url = '' }, response) => {
    const ids = url.slice(1).split(',')
    for (const id of ids) loads.set(id, (loads.get(id) ?? 0) + 1)
    await wait(400 + 200 * Math.random())
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(url.includes(',') ? ids.map(sampleUser) : sampleUser(ids[0] ?? '')))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The upstream has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    /** How often these were requested in total. */
    loads: (ids: readonly string[]) => ids.reduce((sum, id) => sum + (loads.get(id) ?? 0), 0),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
