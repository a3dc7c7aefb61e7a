import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { createScripts, nameOf, refusal } from './commands'
import type { Engine } from './engine'
import { createFaults, type Fault, faultSchema } from './faults'
import { createPool } from './pool'
import { type Command, type Connection, RedisError, type Reply } from './resp'

const MAX_BODY = 10 * 1024 * 1024

export type Counts = {
  /** Requests, those to /_local apart. */
  http: number
  /** Commands sent to the engine, as Upstash bills them: each item of a pipeline is one. */
  commands: number
  /** Bytes of bodies, headers apart. */
  bytesIn: number
  bytesOut: number
  /** Connections that carried at least one counted request: opened in all, open now, most at once. */
  sockets: number
  openSockets: number
  peakSockets: number
  byCommand: Record<string, number>
}

type Item = { result: Reply } | { error: string }
type Job = { path: string; commands: Command[]; base64: boolean }

class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

export type Upstash = Awaited<ReturnType<typeof startUpstash>>

/**
 * Serves Upstash's REST protocol on 127.0.0.1 in front of an engine. `port` 0 (the default) is any free one.
 * Beside it, under the same token: `GET /_local/counts` and `POST /_local/{reset,faults,streams,refuse}`.
 */
export async function startUpstash(options: { port?: number; token: string; engine: Engine }) {
  const { token, engine } = options
  const pool = createPool(engine.connect)
  const scripts = createScripts()
  const faults = createFaults()
  const streams = new Map<ServerResponse, { connection: Connection; stalled: boolean }>()
  const openSockets = new Set<Socket>()
  let counts = noCounts()
  let writes = 0

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy()
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
    const [path = '/', search = ''] = (request.url ?? '/').split('?', 2)
    const query = search.split('&').filter((pair) => pair !== '')
    const local = path.startsWith('/_local/')
    if (!local) count(request.socket)
    const body = await readBody(request, (bytes) => {
      if (!local) counts.bytesIn += bytes
    })
    const bearer = request.headers.authorization?.match(/^Bearer (.*)$/i)?.[1]
    const given = bearer ?? query.find((pair) => pair.startsWith('_token='))?.slice('_token='.length)
    if (given !== token) throw new HttpError(401, 'WRONGPASS invalid or missing auth token')
    if (local) return control(request.method, path, body, response)
    if (!['GET', 'HEAD', 'POST', 'PUT'].includes(request.method ?? ''))
      throw new HttpError(405, `ERR method ${request.method} is not allowed: use GET, HEAD, POST or PUT`)

    const streaming = /^\/p?subscribe(\/|$)/i.test(path)
    const commands = parseCommands(path, query, streaming ? Buffer.alloc(0) : body)
    const base64 = request.headers['upstash-encoding'] === 'base64'
    const job: Job = { path, commands, base64 }
    const fault = faults.take(path, commands.map(nameOf))
    await fault?.before?.()
    if (fault?.delay) await wait(fault.delay, undefined, { ref: false })
    if (fault?.hang === 'before') return
    if (fault?.reset === 'before') return request.socket.resetAndDestroy()
    if (fault?.answer) return send(response, fault.answer.status, fault.answer.body, fault.answer.headers)
    if (streaming) return subscribe(commands, response, fault)

    const text = await execute(job, fault)
    if (fault?.repeat !== undefined)
      setTimeout(() => execute(job, undefined).catch(() => {}), fault.repeat).unref()
    await fault?.after?.()
    if (fault?.delayReply) await wait(fault.delayReply, undefined, { ref: false })
    if (fault?.hang === 'after') return
    if (fault?.reset === 'after') return request.socket.resetAndDestroy()
    const half = text.body.slice(0, text.body.length / 2)
    if (fault?.reset === 'during') {
      response.writeHead(text.status, { 'content-length': Buffer.byteLength(text.body) })
      return response.write(half, () => request.socket.resetAndDestroy())
    }
    send(response, text.status, fault?.truncate ? half : text.body)
  }

  async function execute({ path, commands, base64 }: Job, fault: Fault | undefined) {
    const items = await runAll(commands, path === '/multi-exec', (command) =>
      fault?.error && (!fault.only || fault.only.some((name) => name === path || name === nameOf(command)))
        ? fault.error
        : refusal(command),
    )
    const texts = items.slice(0, items.length - (fault?.short ?? 0)).map((item) => itemText(item, base64))
    if (isBatch(path)) return { status: 200, body: `[${texts.join(',')}]` }
    return { status: items.some((item) => 'error' in item) ? 400 : 200, body: texts[0] ?? '{}' }
  }

  async function runAll(
    commands: Command[],
    atomic: boolean,
    refused: (command: Command) => string | undefined,
  ) {
    const refusals = commands.map(refused)
    const reason = refusals.find((text) => text !== undefined)
    if (atomic && reason) throw new HttpError(400, aborted(reason))
    const accepted = commands.filter((_, i) => refusals[i] === undefined)
    for (const command of accepted) {
      counts.commands++
      counts.byCommand[nameOf(command)] = (counts.byCommand[nameOf(command)] ?? 0) + 1
    }
    writes++
    const sent = accepted.map(scripts.toEngine)
    const answers = await pool.run(atomic ? [['MULTI'], ...sent, ['EXEC']] : sent)
    let replies = answers
    if (atomic) {
      const executed = answers.at(-1)
      const queueError = answers.find((reply) => reply instanceof RedisError)
      if (!Array.isArray(executed)) throw new HttpError(400, aborted(queueError?.message ?? 'no reply'))
      replies = executed
    }
    const results = replies.values()
    return commands.map((command, i): Item => {
      const refusal = refusals[i]
      if (refusal !== undefined) return { error: refusal }
      const reply = scripts.fromEngine(command, results.next().value ?? null)
      return reply instanceof RedisError ? { error: reply.message } : { result: reply }
    })
  }

  async function subscribe(commands: Command[], response: ServerResponse, fault: Fault | undefined) {
    const connection = await engine.connect()
    const stream = { connection, stalled: false }
    streams.set(response, stream)
    counts.commands++
    response.on('close', () => {
      streams.delete(response)
      connection.close()
    })
    void connection.closed.then(() => response.end())
    connection.listen(commands[0] ?? [], (reply) => {
      if (reply instanceof RedisError) return send(response, 400, JSON.stringify({ error: reply.message }))
      if (!response.headersSent)
        response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
      const frame = Array.isArray(reply) ? reply.map(String).join(',') : String(reply)
      if (!stream.stalled) write(`data: ${frame.split(/\r\n|\r|\n/).join('\ndata: ')}\n\n`)
      if (fault?.hang === 'after') stream.stalled = true
    })
    function write(text: string) {
      counts.bytesOut += Buffer.byteLength(text)
      response.write(text)
    }
  }

  async function control(method: string | undefined, path: string, body: Buffer, response: ServerResponse) {
    const call = `${method} ${path}`
    let answer: unknown = {}
    if (call === 'GET /_local/counts') answer = readCounts()
    else if (call === 'POST /_local/reset') {
      faults.clear()
      resetCounts()
    } else if (call === 'POST /_local/faults') {
      const { next, set } = parse(z.strictObject({ next: faultList, set: faultList }), body)
      if (next) faults.next(...next)
      if (set) faults.set(...set)
    } else if (call === 'POST /_local/streams')
      streamActions[parse(z.strictObject({ action: z.enum(['stall', 'end']) }), body).action]()
    else if (call === 'POST /_local/refuse') {
      const { ms } = parse(z.strictObject({ ms: z.number().positive() }), body)
      response.once('finish', () => refuse(ms))
    } else throw new HttpError(404, `ERR there is no ${call}`)
    send(response, 200, JSON.stringify(answer), {}, false)
  }

  function send(response: ServerResponse, status: number, body: string, headers = {}, counted = true) {
    const bytes = Buffer.byteLength(body)
    if (counted) counts.bytesOut += bytes
    const sync = { 'upstash-sync-token': `local-${writes}` }
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': bytes,
      ...sync,
      ...headers,
    })
    response.end(body)
  }

  function count(socket: Socket) {
    counts.http++
    if (openSockets.has(socket)) return
    openSockets.add(socket)
    socket.once('close', () => openSockets.delete(socket))
    counts.sockets++
    counts.peakSockets = Math.max(counts.peakSockets, openSockets.size)
  }
  const readCounts = (): Counts => ({
    ...counts,
    byCommand: { ...counts.byCommand },
    openSockets: openSockets.size,
  })
  function resetCounts() {
    counts = { ...noCounts(), peakSockets: openSockets.size }
  }

  const streamActions = {
    /** Open subscriptions fall silent without ending. */
    stall() {
      for (const stream of streams.values()) stream.stalled = true
    },
    /** Open subscriptions end. */
    end() {
      for (const { connection } of streams.values()) connection.close()
    },
  }

  async function listen(port: number): Promise<number> {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address ? address.port : port
  }
  async function stopListening() {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  /** Refuses connections, and breaks open ones, until `accept()` or for so many milliseconds. */
  async function refuse(ms?: number) {
    await stopListening()
    if (ms !== undefined) setTimeout(accept, ms)
  }
  const accept = async () => void (server.listening || (await listen(port)))

  const port = await listen(options.port ?? 0)
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    token,
    counts: readCounts,
    resetCounts,
    faults,
    streams: { ...streamActions, count: () => streams.size },
    refuse,
    accept,
    async close() {
      await stopListening()
      await pool.close()
    },
  }
}

const faultList = z.array(faultSchema).optional()

const noCounts = (): Counts => ({
  http: 0,
  commands: 0,
  bytesIn: 0,
  bytesOut: 0,
  sockets: 0,
  openSockets: 0,
  peakSockets: 0,
  byCommand: {},
})

const isBatch = (path: string) => path === '/pipeline' || path === '/multi-exec'
const aborted = (reason: string) => `EXECABORT Transaction discarded because of: ${reason}`

async function readBody(request: IncomingMessage, onBytes: (bytes: number) => void): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size <= MAX_BODY) chunks.push(chunk)
  }
  onBytes(size)
  if (size <= MAX_BODY) return Buffer.concat(chunks)
  throw new HttpError(
    413,
    `ERR max request size exceeded. Limit: ${MAX_BODY} bytes, Actual: ${size} bytes. See https://upstash.com/docs/redis/troubleshooting/max_request_size_exceeded for details`,
  )
}

const argument = z.union([z.string(), z.number(), z.boolean()], 'must be a string, a number or a boolean')
const commandSchema = z.array(argument.transform(String), 'must be an array').min(1, 'is empty')

function parseCommands(path: string, query: string[], body: Buffer): Command[] {
  if (path === '/') return [parse(commandSchema, body)]
  if (isBatch(path))
    return parse(z.array(commandSchema, 'must be an array of commands').min(1, 'is empty'), body)
  const options = query.filter((pair) => !pair.startsWith('_token=')).flatMap((pair) => pair.split('=', 2))
  const segments = path.slice(1).split('/').map(decodeBytes)
  return [[...segments, ...(body.length > 0 ? [body] : []), ...options.filter(Boolean).map(decodeBytes)]]
}

/** The bytes a percent-encoded part stands for, which need not be UTF-8. */
function decodeBytes(part: string): Buffer {
  const binary = part.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(binary, 'latin1')
}

function parse<T>(schema: z.ZodType<T>, body: Buffer): T {
  let json: unknown
  try {
    json = JSON.parse(body.toString())
  } catch {
    throw new HttpError(400, 'ERR failed to parse the request body: it is not JSON')
  }
  const { success, data, error } = schema.safeParse(json)
  if (success) return data
  const issue = error.issues[0]
  throw new HttpError(400, `ERR failed to parse the request body: ${issue?.path.join('.')} ${issue?.message}`)
}

function itemText(item: Item, base64: boolean): string {
  if ('error' in item) return JSON.stringify(item)
  return `{"result":${item.result === 'OK' ? '"OK"' : replyText(item.result, base64)}}`
}

/** Integers are written digit by digit: JSON allows 64 bits where a JavaScript number does not. */
function replyText(reply: Reply, base64: boolean): string {
  if (reply === null) return 'null'
  if (typeof reply === 'bigint') return reply.toString()
  if (Array.isArray(reply)) return `[${reply.map((item) => replyText(item, base64)).join(',')}]`
  const bytes = reply instanceof RedisError ? Buffer.from(reply.message) : Buffer.from(reply)
  return JSON.stringify(bytes.toString(base64 ? 'base64' : 'utf8'))
}
