import { z } from 'zod'
import { isTime } from '../clerk/json'
import type { RedisClient } from '../lookup/redis/client'
import { OWN_OPERATION } from './connection'

const time = z.custom<number>(isTime)

const line = z.object({
  /** The same in every copy of a record, if it was written more than once. */
  id: z.string(),
  /** When it happened, in milliseconds since the epoch by the clock of the process. */
  at: time,
  action: z.string(),
  actor: z.string(),
  impersonating: z.string().optional(),
  subject: z.string(),
  target: z.string().optional(),
  outcome: z.string(),
  fingerprint: z.string().optional(),
  /** How often the same happened again, until `lastAt`. This record is about those, and an earlier one about the first. */
  repeats: z.number().optional(),
  lastAt: time.optional(),
})
export type AuditRecord = z.infer<typeof line>

/** One entry of the stream. Lines that are not valid records are left out. */
interface Batch {
  id: string
  records: AuditRecord[]
}

export interface Range {
  /** Stream ids, or `-` and `+`. A leading `(` excludes the id itself. */
  from: string
  to: string
  newestFirst: boolean
  /** Ends the reading before the next request, with its reason. */
  signal?: AbortSignal | undefined
}

/** Batches of a request, whatever their size: each has up to 512 KB, and an answer of Upstash up to 10 MB. */
const FEWEST = 16
/** Where batches are small, a request reads more of them: so many characters, if the next are like those before. */
const CHARACTERS = 2_000_000
const MOST = 1000

const entries = z.array(z.tuple([z.string(), z.array(z.string())]))

function parse(text: string): AuditRecord[] {
  return text.split('\n').flatMap((json) => {
    try {
      return [line.parse(JSON.parse(json))]
    } catch {
      return []
    }
  })
}

/** The batches of a trail, oldest or newest first. @throws RedisError, or the signal's reason */
export async function* readBatches(
  { redis, key }: { redis: RedisClient; key: string },
  { newestFirst, signal, ...range }: Range,
): AsyncGenerator<Batch> {
  let { from, to } = range
  let count = FEWEST
  const read = () =>
    redis.insist(`${OWN_OPERATION}read`, async (client) =>
      entries.parse(
        await (newestFirst ? client.xrevrange(key, to, from, count) : client.xrange(key, from, to, count)),
      ),
    )
  for (;;) {
    signal?.throwIfAborted()
    const found = await read().catch((error: unknown) => {
      if (count === FEWEST) throw error
      // The answer may be too large, if these batches are larger than those before.
      count = FEWEST
      return read()
    })
    let characters = 0
    for (const [id, [, records = '']] of found) {
      characters += records.length
      yield { id, records: parse(records) }
    }
    const last = found.at(-1)?.[0]
    if (last === undefined || found.length < count) return
    if (newestFirst) to = `(${last}`
    else from = `(${last}`
    const fitting = Math.floor((CHARACTERS * count) / (characters + 1))
    count = Math.min(4 * count, MOST, Math.max(FEWEST, fitting))
  }
}
