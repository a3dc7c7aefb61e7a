import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

type Held = { matches(url: string): boolean; arrived(): void; released: Promise<unknown> }

/** The HTTP service behind the lookups of `test/fixtures/lookup-app`: items with versions, 1 unless changed. */
export async function startItemUpstream() {
  const versions = new Map<string, number>()
  const reports = new Map<string, string>()
  const loads: string[][] = []
  let holding: Held[] = []
  let requests = 0

  const change = (id: string) => void versions.set(id, (versions.get(id) ?? 1) + 1)

  async function answer({ pathname, searchParams }: URL, request: IncomingMessage): Promise<unknown> {
    const [, kind, name = ''] = pathname.split('/')
    if (kind === 'items') {
      const ids = searchParams.getAll('id')
      loads.push(ids)
      return ids.map((id) => ({ id, version: versions.get(id) ?? 1 }))
    }
    if (kind === 'ids') return name
    if (kind === 'change') change(name)
    if (kind === 'reports') reports.set(name, await text(request))
    return null
  }

  const server = createServer(async (request, response) => {
    requests++
    const url = request.url ?? '/'
    // Made before it is held: what arrives late is as old as its question.
    const body = JSON.stringify(await answer(new URL(url, 'http://upstream'), request))
    const held = holding.find(({ matches }) => matches(url))
    holding = holding.filter((other) => other !== held)
    held?.arrived()
    await held?.released
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The upstream has no port')

  /** Holds the next answer to a request whose URL ends so, until `release`. */
  function hold(ending: string) {
    const held = new EventEmitter()
    const [arrived, released] = [once(held, 'arrived'), once(held, 'released')]
    holding.push({ matches: (url) => url.endsWith(ending), arrived: () => held.emit('arrived'), released })
    return { arrived, release: () => held.emit('released') }
  }

  return {
    url: `http://127.0.0.1:${address.port}`,
    change,
    /** Of how many loads the item has been part. */
    loadsOf: (id: string) => loads.filter((ids) => ids.includes(id)).length,
    /** What the app reported about the item, undefined until then. */
    reported: (id: string): unknown => {
      const report = reports.get(id)
      return report === undefined ? undefined : JSON.parse(report)
    },
    requests: () => requests,
    /** The next load of this item, held. */
    holdLoad: (id: string) => hold(`id=${id}`),
    /** Where a scenario waits for the test. */
    closeGate: (id: string) => hold(`/gates/${id}`),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

export type ItemUpstream = Awaited<ReturnType<typeof startItemUpstream>>
