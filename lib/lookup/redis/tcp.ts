import { createHash } from 'node:crypto'
import { createClient, ErrorReply } from '@redis/client'
import { deadline, sleep, systemClock } from '../clock'
import type { Reply, Request, Subscriber, Transport } from './transport'

/** Milliseconds, of those in which this process ran, for a connection to be made and its user to be accepted. */
const CONNECT_MS = 5_000
/** Milliseconds between two attempts to connect, doubled from the first to the most. Requests in between wait. */
const BACKOFF = { first: 10, most: 100 }

interface Connection {
  run(commands: readonly (readonly string[])[], signal: AbortSignal): Promise<unknown[]>
  subscribe(channel: string, to: Subscriber): Promise<void>
  /** Takes it out of use: it ends when no request waits for it. */
  retire(): void
}

/**
 * The Redis protocol over one connection, made by the first request, and made again by a request after it was lost. What
 * was sent over a lost connection is never sent again: its outcome is unknown. A connection that was silent for the
 * whole deadline of a request is replaced, as it may be dead without an error. It keeps no process alive by itself.
 */
export function connect(url: string): Transport {
  let current: Promise<Connection> | undefined
  let failures = 0
  let retryAt = 0
  const toServer = createScripts()

  function connection(): Promise<Connection> {
    if (current) return current
    const lose = () => {
      if (current === opening) current = undefined
    }
    // Every request has an attempt that began after it.
    const pause = sleep(systemClock, Math.max(0, retryAt - systemClock.now()))
    const opening = pause.then(() => openConnection(url, lose))
    current = opening
    opening.then(
      () => {
        failures = 0
      },
      () => {
        lose()
        // Less by chance, so that not all processes come at once.
        const wait = Math.min(BACKOFF.first * 2 ** failures++, BACKOFF.most)
        retryAt = systemClock.now() + wait * (0.5 + Math.random() / 2)
      },
    )
    return opening
  }

  /** The replies in order; an error that Redis answered is one of them. */
  async function run(commands: readonly (readonly string[])[], signal: AbortSignal): Promise<unknown[]> {
    const opened = await unlessAborted(connection(), signal)
    const replies = await opened.run(commands.map(toServer), signal)
    // After a failover the old address may lead to a replica: the next connection asks for its role.
    if (replies.some((reply) => reply instanceof ErrorReply && /\bREADONLY\b/.test(reply.message)))
      opened.retire()
    return replies
  }

  return {
    async send({ path, body }: Request, signal) {
      const release = keepAlive()
      try {
        const commands = path?.length ? listOf(body).map(toCommand) : [toCommand(body)]
        if (path?.[0] === 'multi-exec')
          return resultsOf(await run([['MULTI'], ...commands, ['EXEC']], signal))
        const replies = (await run(commands, signal)).map(toReply)
        if (path?.length) return replies
        const [reply = {}] = replies
        if (reply.error !== undefined) throw new Error(reply.error)
        return reply
      } finally {
        release()
      }
    },
    async subscribe(channel, signal, to) {
      let end = () => {}
      const ended = new Promise<void>((resolve) => {
        end = resolve
      })
      const opened = await openConnection(url, end)
      signal.addEventListener('abort', opened.retire)
      try {
        if (signal.aborted) return
        await opened.subscribe(channel, to)
        await ended
      } finally {
        opened.retire()
      }
    },
  }
}

/** `onEnd` is called when it is out of use. @throws Error whose message failures.ts can read */
async function openConnection(url: string, onEnd: () => void): Promise<Connection> {
  const client = createClient({
    url,
    RESP: 2,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    // Nothing is sent again: this client never connects twice, and its queue ends with its socket.
    disableOfflineQueue: true,
    socket: { reconnectStrategy: false, connectTimeout: CONNECT_MS },
  })
  let waiting = 0
  let retired = false
  /** Replies that have arrived: how it is seen that the connection is silent. */
  let heard = 0
  /** One error for all that wait, so that a lost connection counts as one failure. */
  const lost = new Error('The socket was closed')
  client.on('end', onEnd).on('terminated', onEnd)
  // After an error the replies may no longer belong to their commands.
  client.on('error', () => client.destroy())

  function retire() {
    retired = true
    onEnd()
    if (waiting === 0) client.destroy()
  }

  const ask = (command: readonly string[]): Promise<unknown> =>
    client.sendCommand([...command]).catch((error: unknown) => {
      if (error instanceof ErrorReply) return error
      throw lost
    })

  // The handshake has no deadline of its own in the client.
  const cancel = deadline(systemClock, CONNECT_MS, () => client.destroy())
  try {
    await client.connect()
    client.unref()
    refuseNode(await ask(['HELLO']))
  } catch (error) {
    client.destroy()
    throw new Error(describe(error))
  } finally {
    cancel()
  }

  return {
    retire,
    async run(commands, signal) {
      const before = heard
      waiting++
      try {
        // In one go, so that they are one write, and no other request's commands are between them.
        const asked = commands.map((command) =>
          ask(command).finally(() => {
            heard++
          }),
        )
        return await unlessAborted(Promise.all(asked), signal)
      } catch (error) {
        if (signal.aborted && heard === before) retire()
        throw error
      } finally {
        waiting--
        if (retired) retire()
      }
    },
    async subscribe(channel, to) {
      await client.subscribe(channel, (payload) => to.message(payload))
      to.subscribed()
    },
  }
}

/** A server that cannot do what the cache needs is refused with its first answer. Redis before version 6 has no HELLO. */
function refuseNode(hello: unknown): void {
  if (hello instanceof ErrorReply && /NOAUTH|WRONGPASS|max number of clients/.test(hello.message)) throw hello
  const facts = Array.isArray(hello) ? hello.map(String) : []
  const fact = (name: string) => facts[facts.indexOf(name) + 1]
  if (fact('mode') === 'cluster') throw new ErrorReply('CLUSTERDOWN The server is part of a cluster')
  if (fact('role') === 'slave' || fact('role') === 'replica')
    throw new ErrorReply('READONLY The server is a replica')
}

/** Why there is no connection. A message of the client could quote an address. */
function describe(error: unknown): string {
  if (error instanceof ErrorReply) return error.message
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL/.test(code)) return 'CERTIFICATE'
  return 'ECONN The socket could not be opened'
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Keeps the process alive until the returned function is called. The connections do not. */
function keepAlive(): () => void {
  const timer = setInterval(() => {}, 2 ** 30)
  return () => clearInterval(timer)
}

const listOf = (body: unknown): unknown[] => (Array.isArray(body) ? body : [])
const toCommand = (command: unknown) => listOf(command).map(String)
const toReply = (reply: unknown): Reply =>
  reply instanceof ErrorReply ? { error: reply.message } : { result: reply }

/** What a transaction answered. */
function resultsOf(replies: readonly unknown[]): Reply[] {
  const results = replies.at(-1)
  if (Array.isArray(results)) return results.map(toReply)
  // The error of the command that was not queued says more than that of EXEC.
  const error = replies.find((reply) => reply instanceof ErrorReply)
  throw new Error(error instanceof ErrorReply ? error.message : 'The transaction was not executed')
}

/**
 * Upstash has a script flag, `allow-key-locking`, that Redis and Valkey refuse. A script is sent without it, under another
 * digest.
 */
function createScripts() {
  const digests = new Map<string, string>()
  const digestOf = (text: string) => createHash('sha1').update(text).digest('hex')
  return (command: readonly string[]): readonly string[] => {
    const [name = '', script = '', ...rest] = command
    if (/^evalsha$/i.test(name)) return [name, digests.get(script) ?? script, ...rest]
    if (!/^eval$/i.test(name) || !/^#!lua .*\ballow-key-locking\b/.test(script)) return command
    const sent = script.replace(/^#!lua .*/, (line) => {
      const flags = line.replace(/.*flags=/, '').split(',')
      const others = flags.filter((flag) => flag !== 'allow-key-locking')
      // Redis before version 7 does not know such a first line.
      return others.length > 0 ? `#!lua flags=${others.join(',')}` : ''
    })
    digests.set(digestOf(script), digestOf(sent))
    return [name, sent, ...rest]
  }
}
