import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { FOREIGN_HOST, isLoopback, listen } from '../loopback'
import { nameOf } from './commands'
import { createCounts } from './counts'
import type { Engine } from './engine'
import { createExecutor } from './execute'
import { concerns, createFaults, type Fault, faultSchema } from './faults'
import { HttpError, isBatch, itemText, parseCommands, parseJson, readBody } from './protocol'
import type { Command } from './resp'
import { createSubscriptions } from './subscribe'

export type Upstash = Awaited<ReturnType<typeof startUpstash>>

type Job = { path: string; commands: Command[]; base64: boolean }

/**
 * Serves Upstash's REST protocol on 127.0.0.1 in front of an engine, which it does not close. `port` 0 (the
 * default) is a free one. With the same token it also serves `GET /_local/counts` and
 * `POST /_local/{reset,faults,streams,refuse}`.
 */
export async function startUpstash(options: { port?: number; token: string; engine: Engine }) {
  const { token, engine } = options
  const counts = createCounts()
  const faults = createFaults()
  const executor = createExecutor(engine.connect, (command) => counts.command(nameOf(command)))
  const { subscribe, ...streams } = createSubscriptions(engine.connect, counts.bytesOut)
  let revision = 0

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy()
        return
      }
      const status = error instanceof HttpError ? error.status : 500
      send(
        response,
        status,
        JSON.stringify({ error: error instanceof Error ? error.message : String(error) }),
      )
    })
  })
  server.keepAliveTimeout = 65_000

  async function handle(request: IncomingMessage, response: ServerResponse) {
    const { method = '', headers, socket } = request
    const [path = '/', search = ''] = (request.url ?? '/').split('?', 2)
    const query = search.split('&')
    if (!isLoopback(headers.host)) throw new HttpError(403, FOREIGN_HOST)
    const local = path.startsWith('/_local/')
    if (!local) counts.request(socket)
    const body = await readBody(request)
    const inUrl = query.find((pair) => pair.startsWith('_token='))
    if (headers.authorization !== `Bearer ${token}` && inUrl !== `_token=${encodeURIComponent(token)}`)
      throw new HttpError(401, 'WRONGPASS invalid or missing auth token')
    if (local) return control(`${method} ${path}`, body, response)
    counts.bytesIn(body.length)
    if (!['GET', 'HEAD', 'POST', 'PUT'].includes(method))
      throw new HttpError(405, `ERR method ${method} is not allowed: use GET, HEAD, POST or PUT`)

    const streaming = /^\/p?subscribe(\/|$)/i.test(path)
    const parameters = query.filter((pair) => pair !== inUrl)
    const commands = parseCommands(path, parameters, streaming ? Buffer.alloc(0) : body)
    const fault = faults.take(path, commands.map(nameOf))
    await fault?.before?.()
    if (fault?.delay) await wait(fault.delay, undefined, { ref: false })
    if (fault?.hang === 'before') return
    if (fault?.reset === 'before') return socket.resetAndDestroy()
    if (fault?.answer) return send(response, fault.answer.status, fault.answer.body, fault.answer.headers)

    const [first] = commands
    if (streaming && first) {
      counts.command(nameOf(first))
      return subscribe(first, response, fault?.hang === 'after')
    }
    const job: Job = { path, commands, base64: headers['upstash-encoding'] === 'base64' }
    const { status, text } = await run(job, fault)
    if (fault?.repeat !== undefined)
      setTimeout(() => run(job, undefined).catch(() => {}), fault.repeat).unref()
    await fault?.after?.()
    if (fault?.delayReply) await wait(fault.delayReply, undefined, { ref: false })
    if (fault?.hang === 'after') return
    if (fault?.reset === 'after') return socket.resetAndDestroy()
    const half = text.slice(0, text.length / 2)
    if (fault?.reset !== 'during') return send(response, status, fault?.truncate ? half : text)
    response.writeHead(status, { 'content-length': Buffer.byteLength(text) })
    response.write(half, () => socket.resetAndDestroy())
  }

  async function run({ path, commands, base64 }: Job, fault: Fault | undefined) {
    revision++
    const items = await executor.execute(commands, path === '/multi-exec', (command) =>
      fault && concerns(fault, path, [nameOf(command)]) ? fault.error : undefined,
    )
    const texts = items.slice(0, items.length - (fault?.short ?? 0)).map((item) => itemText(item, base64))
    if (isBatch(path)) return { status: 200, text: `[${texts.join(',')}]` }
    return { status: items.some((item) => 'error' in item) ? 400 : 200, text: texts[0] ?? '' }
  }

  function control(call: string, body: Buffer, response: ServerResponse) {
    if (call === 'POST /_local/reset') {
      faults.clear()
      counts.reset()
    } else if (call === 'POST /_local/faults') {
      const { next, set } = parseJson(z.strictObject({ next: faultList, set: faultList }), body)
      if (next) faults.next(...next)
      if (set) faults.set(...set)
    } else if (call === 'POST /_local/streams') {
      streams[parseJson(z.strictObject({ action: z.enum(['stall', 'end']) }), body).action]()
    } else if (call === 'POST /_local/refuse') {
      const { ms } = parseJson(z.strictObject({ ms: z.number().positive() }), body)
      response.once('finish', () => refuse(ms))
    } else if (call !== 'GET /_local/counts') throw new HttpError(404, `ERR there is no ${call}`)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(counts.read()))
  }

  function send(
    response: ServerResponse,
    status: number,
    text: string,
    headers: Record<string, string> = {},
  ) {
    counts.bytesOut(Buffer.byteLength(text))
    const sync = { 'upstash-sync-token': `local-${revision}` }
    response.writeHead(status, { 'content-type': 'application/json', ...sync, ...headers }).end(text)
  }

  let accepting: NodeJS.Timeout | undefined
  /** Accepts connections again after `refuse`. */
  async function accept() {
    clearTimeout(accepting)
    if (!server.listening) await listen(server, port)
  }
  /** Closes open connections and refuses new ones, until `accept()` or for this many milliseconds. */
  async function refuse(ms?: number) {
    clearTimeout(accepting)
    const closed = server.listening && once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
    if (ms !== undefined) accepting = setTimeout(accept, ms)
  }

  const port = await listen(server, options.port)
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    token,
    counts: counts.read,
    resetCounts: counts.reset,
    faults,
    streams,
    refuse,
    accept,
    async close() {
      await refuse()
      await executor.close()
    },
  }
}

const faultList = z.array(faultSchema).optional()
