import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { type Command, RedisError, type Reply } from './resp'

const MAX_BODY = 10 * 1024 * 1024

export type Item = { result: Reply } | { error: string }

/** Answered as `{"error": message}` with this status. */
export class HttpError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export const isBatch = (path: string) => path === '/pipeline' || path === '/multi-exec'

/** Reads the whole body. A body over Upstash's limit is read to its end too, so that the client gets the answer. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size <= MAX_BODY) chunks.push(chunk)
  }
  if (size <= MAX_BODY) return Buffer.concat(chunks)
  throw new HttpError(
    413,
    `ERR max request size exceeded. Limit: ${MAX_BODY} bytes, Actual: ${size} bytes. See https://upstash.com/docs/redis/troubleshooting/max_request_size_exceeded for details`,
  )
}

const argument = z.union([z.string(), z.number(), z.boolean()], 'must be a string, a number or a boolean')
const command = z.array(argument.transform(String), 'must be an array').min(1, 'is empty')
const batch = z.array(command, 'must be an array of commands').min(1, 'is empty')

/** For `/` and batches the commands are in the body. Any other path is a command, and the body is its last value. */
export function parseCommands(path: string, query: string[], body: Buffer): Command[] {
  if (path === '/') return [parseJson(command, body)]
  if (isBatch(path)) return parseJson(batch, body)
  const segments = path.slice(1).split('/').map(decodeBytes)
  // Options follow the value: POST /set/foo?EX=100&NX
  const options = query.flatMap((pair) => pair.split(/=([\s\S]*)/, 2)).filter(Boolean)
  return [[...segments, ...(body.length > 0 ? [body] : []), ...options.map(decodeBytes)]]
}

/** Decodes percent-encoding to bytes, which are not always UTF-8. */
function decodeBytes(part: string): Buffer {
  const binary = part.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(binary, 'latin1')
}

export function parseJson<T>(schema: z.ZodType<T>, body: Buffer): T {
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

/** With base64, errors and the status OK are still plain text. */
export function itemText(item: Item, base64: boolean): string {
  if ('error' in item) return JSON.stringify(item)
  return `{"result":${item.result === 'OK' ? '"OK"' : replyText(item.result, base64)}}`
}

/** Integers are written as text: they have 64 bits, which a JavaScript number cannot hold. */
function replyText(reply: Reply, base64: boolean): string {
  if (reply === null) return 'null'
  if (typeof reply === 'bigint') return reply.toString()
  if (Array.isArray(reply)) return `[${reply.map((item) => replyText(item, base64)).join(',')}]`
  const bytes = Buffer.from(reply instanceof RedisError ? reply.message : reply)
  return JSON.stringify(bytes.toString(base64 ? 'base64' : 'utf8'))
}
