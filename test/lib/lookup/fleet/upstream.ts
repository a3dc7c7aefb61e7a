import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

/** A slow upstream: the answer is fixed when the request arrives, and is sent 20 to 80 ms later. */
export async function startUpstream() {
  const versions = new Map<string, number>()
  const loads: { key: string; version: number }[] = []
  const sockets = { opened: 0, open: 0, peak: 0 }
  const versionOf = (key: string) => versions.get(key) ?? 1

  const server = createServer(async ({ url = '' }, response) => {
    const key = url.slice(1)
    const version = versionOf(key)
    loads.push({ key, version })
    await wait(20 + 60 * Math.random())
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ key, version }))
  })
  server.on('connection', (socket) => {
    sockets.opened++
    sockets.peak = Math.max(sockets.peak, ++sockets.open)
    socket.once('close', () => sockets.open--)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The upstream has no port')

  return {
    url: `http://127.0.0.1:${address.port}`,
    loads,
    sockets,
    /** Writes: requests from now on get the next version. */
    write(key: string): number {
      const next = versionOf(key) + 1
      versions.set(key, next)
      return next
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
