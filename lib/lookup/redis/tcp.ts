import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createClient, ErrorReply } from '@redis/client'
import { aborted, deadline, systemClock } from '../clock'
import type { Reply, Request, Transport } from './transport'

/** Milliseconds, of those in which this process ran, for a connection to be made and its user to be accepted. */
const CONNECT_MS = 5_000

/**
 * The Redis protocol over one connection, made by the first request, and again by a request after it was lost. What was
 * sent over a lost connection is never sent again: its outcome is unknown. A connection that was silent for the whole
 * deadline of a request is replaced, as it may be dead without an error. It keeps a process alive only while it is made,
 * and while a request waits.
 */
export function connect(url: string): Transport {
  let current: ReturnType<typeof openConnection> | undefined

  return {
    async send({ path, body }: Request, signal) {
      if (!current?.isUsable()) current = openConnection(url)
      const [kind] = path ?? []
      const commands = (kind ? listOf(body) : [body]).map((command) => listOf(command).map(String))
      const isTransaction = kind === 'multi-exec'
      const replies = await current.ask(isTransaction ? [['MULTI'], ...commands, ['EXEC']] : commands, signal)
      if (kind === 'pipeline') return replies
      const { result } = replies.at(-1) ?? {}
      if (isTransaction && Array.isArray(result)) return result.map(toReply)
      // The error of a command that was not queued says more than that of EXEC.
      const failed = replies.find(({ error }) => error !== undefined)
      if (failed) throw new Error(failed.error)
      return { result }
    },
    async subscribe(channel, signal, to) {
      signal.throwIfAborted()
      const { client, opened, retire } = openConnection(url)
      signal.addEventListener('abort', retire)
      async function listen() {
        await opened
        await client.subscribe(channel, (payload) => to.message(payload))
        to.subscribed()
      }
      await Promise.all([listen(), once(client, 'end')]).finally(retire)
    },
  }
}

function openConnection(url: string) {
  const client = createClient({
    url,
    RESP: 2,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    // Nothing is sent again: this client never connects twice, and its queue ends with its socket.
    disableOfflineQueue: true,
    socket: { reconnectStrategy: false },
  })
  let waiting = 0
  let usable = true
  /** Replies that have arrived: how it is seen that the connection is silent. */
  let heard = 0
  /** One error for all that wait, so that a lost connection counts as one failure. */
  const lost = new Error('The socket was closed')
  client.on('end', retire).on('terminated', retire)
  // After an error the replies may no longer belong to their commands.
  client.on('error', () => client.destroy())

  /** Takes it out of use: it ends when no request waits for it. */
  function retire() {
    usable = false
    if (waiting === 0) client.destroy()
  }

  async function askOne(command: readonly string[]): Promise<Reply> {
    const result = await client.sendCommand(withoutFlags(command)).catch((error: unknown) => {
      if (!(error instanceof ErrorReply)) throw lost
      // After a failover the old address may lead to a replica: the next connection asks for its role.
      if (/\bREADONLY\b/.test(error.message)) usable = false
      return error
    })
    heard++
    return toReply(result)
  }

  /** @throws Error whose message failures.ts can read */
  async function open() {
    const cancel = deadline(systemClock, CONNECT_MS, () => client.destroy())
    try {
      await client.connect()
      refuseNode(await askOne(['HELLO']))
      client.unref()
    } catch (error) {
      retire()
      if (error instanceof ErrorReply) throw error
      // Not the message of the client, which could quote an address.
      const isForeign = /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL/.test(String(Object(error).code))
      throw new Error(isForeign ? 'CERTIFICATE' : 'ECONN The socket could not be opened')
    } finally {
      cancel()
    }
  }
  const opened = open()

  return {
    client,
    opened,
    retire,
    isUsable: () => usable,
    /** The replies in order; an error that Redis answered is one of them. */
    async ask(commands: readonly (readonly string[])[], signal: AbortSignal): Promise<Reply[]> {
      await opened
      signal.throwIfAborted()
      const before = heard
      if (waiting++ === 0) client.ref()
      try {
        // In one go, so that they are one write, and no other request's commands are between them.
        return await Promise.race([Promise.all(commands.map(askOne)), aborted(signal)])
      } finally {
        if (--waiting === 0) client.unref()
        if (!usable || (signal.aborted && heard === before)) retire()
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

const listOf = (body: unknown): unknown[] => (Array.isArray(body) ? body : [])
const toReply = (reply: unknown): Reply =>
  reply instanceof ErrorReply ? { error: reply.message } : { result: reply }

const digestOf = (text: string) => createHash('sha1').update(text).digest('hex')
/** By the digest of a script that has flags: that of what is sent. */
const digests = new Map<string, string>()

/** Upstash has a script flag, `allow-key-locking`, that Redis and Valkey refuse: the line of the flags is not sent. */
function withoutFlags(command: readonly string[]): string[] {
  const [name = '', script = '', ...rest] = command
  if (/^evalsha$/i.test(name)) return [name, digests.get(script) ?? script, ...rest]
  if (!/^eval$/i.test(name) || !/^#!lua .*\ballow-key-locking\b/.test(script)) return [...command]
  const sent = script.replace(/^#!.*/, '')
  digests.set(digestOf(script), digestOf(sent))
  return [name, sent, ...rest]
}
