import { createHash } from 'node:crypto'
import { createClient, ErrorReply } from '@redis/client'
import { deadline, sleep, systemClock } from '../clock'
import type { Reply, Request, Transport } from './transport'

/** Milliseconds, of those in which this process ran, for a connection to be made and its user to be accepted. */
const CONNECT_MS = 5_000
/** Milliseconds between two attempts to connect, doubled from the first to the most. Requests in between wait. */
const BACKOFF = { first: 10, most: 100 }

/**
 * The Redis protocol over one connection, made by the first request, and made again by a request after it was lost. What
 * was sent over a lost connection is never sent again: its outcome is unknown. A connection that was silent for the
 * whole deadline of a request is replaced, as it may be dead without an error. It keeps no process alive by itself.
 */
export function connect(url: string): Transport {
  let current: ReturnType<typeof openConnection> | undefined
  let failures = 0
  let retryAt = 0
  const toServer = createScripts()

  function connection() {
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
  async function run(commands: readonly (readonly string[])[], signal: AbortSignal): Promise<Reply[]> {
    const opened = await unlessAborted(connection(), signal)
    const replies = await opened.run(commands.map(toServer), signal)
    // After a failover the old address may lead to a replica: the next connection asks for its role.
    if (replies.some(({ error }) => error !== undefined && /\bREADONLY\b/.test(error))) opened.retire()
    return replies
  }

  return {
    async send({ path, body }: Request, signal) {
      // The connections do not keep the process alive.
      const alive = setInterval(() => {}, 2 ** 30)
      try {
        const commands = (path?.length ? listOf(body) : [body]).map((command) => listOf(command).map(String))
        if (path?.[0] === 'pipeline') return await run(commands, signal)
        const isTransaction = path?.[0] === 'multi-exec'
        const replies = await run(isTransaction ? [['MULTI'], ...commands, ['EXEC']] : commands, signal)
        // The error of a command that was not queued says more than that of EXEC.
        const failed = replies.find(({ error }) => error !== undefined)
        const { result } = replies.at(-1) ?? {}
        if (isTransaction && Array.isArray(result)) return result.map(toReply)
        if (failed) throw new Error(failed.error)
        return { result }
      } finally {
        clearInterval(alive)
      }
    },
    async subscribe(channel, signal, to) {
      let end = () => {}
      const ended = new Promise<void>((resolve) => {
        end = resolve
      })
      const { client, retire } = await openConnection(url, end)
      signal.addEventListener('abort', retire)
      try {
        if (signal.aborted) return
        await client.subscribe(channel, (payload) => to.message(payload))
        to.subscribed()
        await ended
      } finally {
        retire()
      }
    },
  }
}

/** `onEnd` is called when it is out of use. @throws Error whose message failures.ts can read */
async function openConnection(url: string, onEnd: () => void) {
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

  /** Takes it out of use: it ends when no request waits for it. */
  function retire() {
    retired = true
    onEnd()
    if (waiting === 0) client.destroy()
  }

  async function ask(command: readonly string[]): Promise<Reply> {
    const result = await client.sendCommand([...command]).catch((error: unknown) => {
      if (error instanceof ErrorReply) return error
      throw lost
    })
    heard++
    return toReply(result)
  }

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
    client,
    retire,
    async run(commands: readonly (readonly string[])[], signal: AbortSignal): Promise<Reply[]> {
      const before = heard
      waiting++
      try {
        // In one go, so that they are one write, and no other request's commands are between them.
        return await unlessAborted(Promise.all(commands.map(ask)), signal)
      } catch (error) {
        if (signal.aborted && heard === before) retire()
        throw error
      } finally {
        waiting--
        if (retired) retire()
      }
    },
  }
}

/** A server that cannot do what the cache needs is refused with its first answer. Redis before version 6 has no HELLO. */
function refuseNode({ result, error = '' }: Reply): void {
  if (/NOAUTH|WRONGPASS|max number of clients/.test(error)) throw new ErrorReply(error)
  const facts = listOf(result).join(' ')
  if (/\bmode cluster\b/.test(facts)) throw new ErrorReply('CLUSTERDOWN The server is part of a cluster')
  if (/\brole (slave|replica)\b/.test(facts)) throw new ErrorReply('READONLY The server is a replica')
}

/** Why there is no connection. A message of the client could quote an address. */
function describe(error: unknown): string {
  if (error instanceof ErrorReply) return error.message
  const isForeign = /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL/.test(String(Object(error).code))
  return isForeign ? 'CERTIFICATE' : 'ECONN The socket could not be opened'
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

const listOf = (body: unknown): unknown[] => (Array.isArray(body) ? body : [])
const toReply = (reply: unknown): Reply =>
  reply instanceof ErrorReply ? { error: reply.message } : { result: reply }
const digestOf = (text: string) => createHash('sha1').update(text).digest('hex')

/**
 * Upstash has a script flag, `allow-key-locking`, that Redis and Valkey refuse. A script is sent without the line of its
 * flags, under another digest.
 */
function createScripts() {
  const digests = new Map<string, string>()
  return (command: readonly string[]): readonly string[] => {
    const [name = '', script = '', ...rest] = command
    if (/^evalsha$/i.test(name)) return [name, digests.get(script) ?? script, ...rest]
    if (!/^eval$/i.test(name) || !/^#!lua .*\ballow-key-locking\b/.test(script)) return command
    const sent = script.replace(/^#!.*/, '')
    digests.set(digestOf(script), digestOf(sent))
    return [name, sent, ...rest]
  }
}
