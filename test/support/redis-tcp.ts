import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { RedisAddress } from '@/lib/lookup/redis/client'
import type { Protocol } from '@/lib/lookup/redis/transport'
import { nameOf } from '../../local/upstash/commands'
import { createCounts } from '../../local/upstash/counts'
import type { Engine } from '../../local/upstash/engine'
import { concerns, createFaults } from '../../local/upstash/faults'
import { type Command, createParser, RedisError, type Reply } from '../../local/upstash/resp'
import { startUpstash } from '../../local/upstash/server'

export const loadTcp = () => import('@/lib/lookup/redis/tcp')

/** In the counts and faults of a server, what reads and writes values. */
const OF_THE_CONNECTION = ['auth', 'hello', 'select', 'client']

type Server = Omit<Awaited<ReturnType<typeof startUpstash>>, 'token'> & { address: RedisAddress }

/** The stand-in that is reached over this protocol, with the same counts and faults, and what a client needs to use it. */
export async function startOver(
  protocol: Protocol,
  { token, engine }: { token: string; engine: Engine },
): Promise<Server> {
  if (protocol === 'tcp') return startRedisTcp({ token, engine })
  const upstash = await startUpstash({ token, engine })
  return { ...upstash, address: { url: upstash.url, token } }
}

/**
 * The Redis protocol on 127.0.0.1 in front of an engine, with a password. `http` counts what arrives in one piece, as one
 * write does. A fault that is an answer over HTTP is here an error of every command, or, if it is not JSON, what a proxy
 * writes that knows no Redis. Where an answer is left out, the connection stays silent, because answers are in order.
 */
async function startRedisTcp({ token, engine }: { token: string; engine: Engine }): Promise<Server> {
  const counts = createCounts()
  const faults = createFaults()
  const sockets = new Set<Socket>()
  const listeners = new Set<Socket>()
  const stalled = new Set<Socket>()

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    const connected = engine.connect()
    connected.catch(() => socket.resetAndDestroy())
    socket.once('close', () => {
      sockets.delete(socket)
      listeners.delete(socket)
      connected.then(({ close }) => close()).catch(() => {})
    })
    void connected
      .then(({ closed }) => closed)
      .then(
        () => socket.resetAndDestroy(),
        () => {},
      )

    let commands: Command[] = []
    const parse = createParser((command) => commands.push((command as Buffer[]).map(String)))
    let turn: Promise<unknown> = Promise.resolve()
    socket.on('data', (chunk) => {
      counts.bytesIn(chunk.length)
      commands = []
      parse(chunk)
      const batch = commands
      if (batch.length > 0)
        turn = turn.then(() => handle(socket, batch)).catch(() => socket.resetAndDestroy())
    })

    const write = (replies: readonly Reply[]) => {
      const bytes = Buffer.concat(replies.map(encode))
      counts.bytesOut(bytes.length)
      socket.write(bytes)
    }

    async function handle(client: Socket, batch: Command[]) {
      const { run, listen } = await connected
      if (batch.some((command) => nameOf(command) === 'auth' && command.at(-1) !== token))
        return write(
          batch.map(() => new RedisError('WRONGPASS invalid username-password pair or user is disabled.')),
        )
      if (batch.every((command) => OF_THE_CONNECTION.includes(nameOf(command))))
        return write(await run(batch.map((command) => (nameOf(command) === 'auth' ? ['PING'] : command))))

      counts.request(client)
      const fault = faults.take('/pipeline', batch.map(nameOf))
      await fault?.before?.()
      if (fault?.delay) await wait(fault.delay, undefined, { ref: false })
      if (fault?.hang === 'before') return silence()
      if (fault?.reset === 'before') return client.resetAndDestroy()
      if (fault?.answer) return answer(fault.answer.body, batch)
      const [first] = batch
      if (first && nameOf(first) === 'subscribe') {
        counts.command('subscribe')
        listeners.add(client)
        return listen(first, (reply) => !stalled.has(client) && write([reply]))
      }
      const errorOf = (command: Command) =>
        fault?.error && concerns(fault, '/pipeline', [nameOf(command)]) ? fault.error : undefined
      const sent = batch.filter((command) => errorOf(command) === undefined)
      for (const command of sent) counts.command(nameOf(command))
      const replies = (await run(sent)).values()
      if (fault?.repeat !== undefined) setTimeout(() => run(sent).catch(() => {}), fault.repeat).unref()
      const answers = batch.map((command): Reply => {
        const error = errorOf(command)
        return error === undefined ? (replies.next().value ?? null) : new RedisError(error)
      })
      await fault?.after?.()
      if (fault?.delayReply) await wait(fault.delayReply, undefined, { ref: false })
      if (fault?.hang === 'after') return silence()
      if (fault?.reset === 'after') return client.resetAndDestroy()
      if (fault?.short) {
        write(answers.slice(0, -fault.short))
        return silence()
      }
      if (!fault?.truncate && fault?.reset !== 'during') return write(answers)
      const bytes = Buffer.concat(answers.map(encode))
      client.write(bytes.subarray(0, bytes.length / 2), () => client.resetAndDestroy())
    }

    const silence = () => new Promise<void>((resolve) => socket.once('close', () => resolve()))

    function answer(body: string, batch: readonly Command[]) {
      if (body.startsWith('{')) return write(batch.map(() => new RedisError(JSON.parse(body).error)))
      socket.write(`HTTP/1.1 502 Bad Gateway\r\n\r\n${body}`)
    }
  })

  let port = 0
  async function accept() {
    if (server.listening) return
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (typeof address === 'object' && address) port = address.port
  }
  async function refuse() {
    const closed = server.listening && once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await accept()
  const url = `redis://:${encodeURIComponent(token)}@127.0.0.1:${port}`
  return {
    ...{ url, port, faults, accept, refuse, close: refuse },
    address: { url, tcp: loadTcp },
    counts: counts.read,
    resetCounts: counts.reset,
    streams: {
      count: () => listeners.size,
      stall: () => {
        for (const socket of listeners) stalled.add(socket)
      },
      end: () => {
        for (const socket of listeners) socket.destroy()
      },
    },
  }
}

function encode(reply: Reply): Buffer {
  if (reply === null) return Buffer.from('$-1\r\n')
  if (reply instanceof RedisError) return Buffer.from(`-${reply.message}\r\n`)
  if (typeof reply === 'bigint') return Buffer.from(`:${reply}\r\n`)
  if (typeof reply === 'string') return Buffer.from(`+${reply}\r\n`)
  if (Buffer.isBuffer(reply))
    return Buffer.concat([Buffer.from(`$${reply.length}\r\n`), reply, Buffer.from('\r\n')])
  return Buffer.concat([Buffer.from(`*${reply.length}\r\n`), ...reply.map(encode)])
}
