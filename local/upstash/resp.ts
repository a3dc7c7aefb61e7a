import type { Duplex } from 'node:stream'

/** A Redis error reply, such as `WRONGTYPE Operation against a key …`. */
export class RedisError {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

/** A RESP2 reply: a string is a status (`OK`), a Buffer a bulk string, a bigint an integer. */
export type Reply = null | bigint | string | Buffer | RedisError | Reply[]
export type Command = (string | Buffer)[]

export type Connection = {
  /** Sends the commands in one write and returns their replies in order. Rejects when the connection ends. */
  run(commands: Command[]): Promise<Reply[]>
  /** Sends one command and passes every following reply to the listener (SUBSCRIBE). */
  listen(command: Command, onReply: (reply: Reply) => void): void
  closed: Promise<void>
  close(): void
}

/** A RESP2 client over a stream of bytes. */
export function openConnection(stream: Duplex): Connection {
  type Waiting = { count: number; replies: Reply[]; resolve(r: Reply[]): void; reject(e: Error): void }
  const waiting: Waiting[] = []
  let listener: ((reply: Reply) => void) | undefined
  const parse = createParser((reply) => {
    if (listener) return listener(reply)
    const first = waiting[0]
    if (first?.replies.push(reply) === first?.count) waiting.shift()?.resolve(first?.replies ?? [])
  })
  const closed = new Promise<void>((resolve) => {
    stream.once('close', () => {
      for (const { reject } of waiting.splice(0)) reject(new Error('the connection to the engine ended'))
      resolve()
    })
  })
  stream.on('data', parse)
  stream.on('end', () => stream.destroy())
  stream.on('error', () => stream.destroy())
  return {
    run: (commands) =>
      new Promise((resolve, reject) => {
        if (stream.destroyed) return reject(new Error('the connection to the engine ended'))
        if (commands.length === 0) return resolve([])
        waiting.push({ count: commands.length, replies: [], resolve, reject })
        stream.write(Buffer.concat(commands.map(encode)))
      }),
    listen(command, onReply) {
      listener = onReply
      stream.write(encode(command))
    },
    closed,
    close: () => void stream.destroy(),
  }
}

function encode(command: Command): Buffer {
  const parts = [Buffer.from(`*${command.length}\r\n`)]
  for (const arg of command) {
    const bytes = Buffer.from(arg)
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'))
  }
  return Buffer.concat(parts)
}

/** Returns a function that takes chunks of any size, and calls `onReply` for each complete reply. */
export function createParser(onReply: (reply: Reply) => void) {
  let chunks: Buffer[] = []
  let size = 0
  // A long bulk string arrives in many chunks, which are joined only once all of it can be there.
  let needed = 0

  return (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
    if (size < needed) return
    const buffer = Buffer.concat(chunks)
    let at = 0
    let done = 0
    needed = 0

    /** The reply at `at`, or undefined when its end has not arrived. */
    function read(): Reply | undefined {
      const end = buffer.indexOf('\r\n', at)
      if (end < 0) return undefined
      const line = buffer.toString('utf8', at + 1, end)
      const type = String.fromCharCode(buffer[at] ?? 0)
      at = end + 2
      if (type === '+') return line
      if (type === '-') return new RedisError(line)
      if (type === ':') return BigInt(line)
      const length = Number(line)
      if (length < 0) return null
      if (type === '$') {
        const start = at
        at += length + 2
        if (at > buffer.length) {
          needed = at - done
          return undefined
        }
        return buffer.subarray(start, start + length)
      }
      if (type !== '*') throw new Error(`not a RESP2 reply: ${type}`)
      const items: Reply[] = []
      while (items.length < length) {
        const item = read()
        if (item === undefined) return undefined
        items.push(item)
      }
      return items
    }

    for (let reply = read(); reply !== undefined; reply = read()) {
      done = at
      onReply(reply)
    }
    const rest = buffer.subarray(done)
    chunks = rest.length > 0 ? [rest] : []
    size = rest.length
  }
}
