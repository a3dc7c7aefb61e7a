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
}

/** Batches per request: each has up to 512 KB, and an answer of Upstash up to 10 MB. */
const AT_A_TIME = 16

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

/** The batches of a trail, oldest or newest first. @throws RedisError */
export async function* readBatches(
  { redis, key }: { redis: RedisClient; key: string },
  range: Range,
): AsyncGenerator<Batch> {
  let { from, to } = range
  for (;;) {
    const found = entries.parse(
      await redis.insist(
        `${OWN_OPERATION}read`,
        (client): Promise<unknown> =>
          range.newestFirst
            ? client.xrevrange(key, to, from, AT_A_TIME)
            : client.xrange(key, from, to, AT_A_TIME),
      ),
    )
    for (const [id, [, records = '']] of found) yield { id, records: parse(records) }
    const last = found.at(-1)?.[0]
    if (last === undefined || found.length < AT_A_TIME) return
    if (range.newestFirst) to = `(${last}`
    else from = `(${last}`
  }
}
