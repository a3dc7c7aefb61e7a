import { LRUCache } from 'lru-cache'
import { KitError } from '../lookup/errors'
import type { RedisClient } from '../lookup/redis/client'
import { type AuditRecord, readBatches } from './audit-trail'

type Trail = { redis: RedisClient; key: string }

interface Filter {
  /** Records that this user did, or that are about them. */
  user?: string
  /** Milliseconds since the epoch; by when a record was written, which is within seconds of when it happened. */
  since?: number
  until?: number
}

/** A cursor that `readAudit` or `exportAudit` did not give. */
export class CursorError extends KitError<'bad_cursor'> {
  constructor(cursor: string) {
    super('bad_cursor', `${JSON.stringify(cursor.slice(0, 40))} is no cursor of the audit trail.`)
  }
}

/** Most batches that one page looks through for records that match. */
const MOST_BATCHES = 1000
/** Repetitions of a batch follow it closely; further apart than so many records they are not recognised. */
const REMEMBERED = 50_000

const cursorOf = (batch: string, index: number) => `${batch}:${index}`

function parseCursor(cursor: string) {
  const [, batch = '', index] = /^(\d{1,20}-\d{1,20}):(\d{1,9})$/.exec(cursor) ?? []
  if (index === undefined) throw new CursorError(cursor)
  return { batch, index: Number(index) }
}

const isAbout = (user: string | undefined) => (record: AuditRecord) =>
  user === undefined || record.actor === user || record.subject === user

/** Lets a record pass once, by its id. */
function createOnce() {
  const seen = new LRUCache<string, true>({ max: REMEMBERED })
  return ({ id }: AuditRecord) => !seen.has(id) && Boolean(seen.set(id, true))
}

/**
 * A page of the trail, newest first: `limit` records at most, 50 unless told, and `next`, the cursor of the next page.
 * A page that looked through much and found little is short and has a `next`. Repetitions are left out within a page;
 * across pages a record's `id` tells them. @throws RedisError, CursorError
 */
export async function readAudit(
  trail: Trail,
  { user, since, until, limit = 50, cursor }: Filter & { limit?: number; cursor?: string } = {},
): Promise<{ records: AuditRecord[]; next: string | undefined }> {
  const [matches, once] = [isAbout(user), createOnce()]
  const begin = cursor === undefined ? undefined : parseCursor(cursor)
  const to = begin?.batch ?? (until === undefined ? '+' : String(until))
  const records: AuditRecord[] = []
  let batches = 0
  for await (const batch of readBatches(trail, { from: String(since ?? '-'), to, newestFirst: true })) {
    const end = batch.id === begin?.batch ? begin.index : batch.records.length
    for (let i = end - 1; i >= 0; i--) {
      const record = batch.records[i]
      if (!record || !matches(record) || !once(record)) continue
      if (records.length === limit) return { records, next: cursorOf(batch.id, i + 1) }
      records.push(record)
    }
    if (++batches === MOST_BATCHES) return { records, next: cursorOf(batch.id, 0) }
  }
  return { records, next: undefined }
}

/**
 * The whole trail, oldest first, each record with the cursor after it: what a longer-lived store takes it from, and goes
 * on from. Repetitions are left out. @throws RedisError, CursorError
 */
export async function* exportAudit(
  trail: Trail,
  { user, since, until, after }: Filter & { after?: string } = {},
): AsyncGenerator<{ record: AuditRecord; cursor: string }> {
  const [matches, once] = [isAbout(user), createOnce()]
  const begin = after === undefined ? undefined : parseCursor(after)
  const from = begin?.batch ?? String(since ?? '-')
  for await (const batch of readBatches(trail, { from, to: String(until ?? '+'), newestFirst: false })) {
    for (const [i, record] of batch.records.entries()) {
      if (batch.id === begin?.batch && i < begin.index) continue
      if (matches(record) && once(record)) yield { record, cursor: cursorOf(batch.id, i + 1) }
    }
  }
}
