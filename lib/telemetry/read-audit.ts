import { LRUCache } from 'lru-cache'
import { KitError } from '../lookup/errors'
import type { RedisClient } from '../lookup/redis/client'
import { type AuditRecord, readBatches } from './audit-trail'

type Trail = { redis: RedisClient; key: string }

interface Filter {
  /** Records with this user as actor, as subject, or impersonated. */
  user?: string
  /** Milliseconds since the epoch. Compared with when a record was written, which is seconds after it happened. */
  since?: number
  until?: number
  /** Which of these records. Default: all. */
  where?: ((record: AuditRecord) => boolean) | undefined
}

/** The cursor is not one that `readAudit` or `exportAudit` returned. */
export class CursorError extends KitError<'bad_cursor'> {
  static override readonly kind: string = 'CursorError'
  constructor(cursor: string) {
    super('bad_cursor', `${JSON.stringify(cursor.slice(0, 40))} is not a cursor of the audit trail.`)
  }
}

/** Most batches that one page searches for records that match. */
const MOST_BATCHES = 1000
/** Records after which it searches no further batch. */
const MOST_SEARCHED = 20_000
/** A repeated batch follows the first one closely. Repetitions further apart than this are not recognized. */
const REMEMBERED = 50_000

const cursorOf = (batch: string, index: number) => `${batch}:${index}`

function parseCursor(cursor: string) {
  const [, batch = '', index] = /^(\d{1,20}-\d{1,20}):(\d{1,9})$/.exec(cursor) ?? []
  if (index === undefined) throw new CursorError(cursor)
  return { batch, index: Number(index) }
}

const isWanted =
  ({ user, where = () => true }: Pick<Filter, 'user' | 'where'>) =>
  (record: AuditRecord) =>
    (user === undefined || [record.actor, record.subject, record.impersonating].includes(user)) &&
    where(record)

/** True the first time it is called with a record of this id. */
function createOnce() {
  const seen = new LRUCache<string, true>({ max: REMEMBERED })
  return ({ id }: AuditRecord) => !seen.has(id) && Boolean(seen.set(id, true))
}

/**
 * A page of the trail, newest first: at most `limit` records (default: 50), and `next`, the cursor of the next page.
 * A page may have fewer records and still a `next`, if few of the records it searched match. With a `signal` the whole
 * trail is searched until it aborts. Repetitions are left out within a page; across pages compare the records' `id`.
 * @throws RedisError, CursorError, or the signal's reason
 */
export async function readAudit(
  trail: Trail,
  options: Filter & { limit?: number; cursor?: string; signal?: AbortSignal } = {},
): Promise<{ records: AuditRecord[]; next: string | undefined }> {
  const { user, since, until, where, limit = 50, cursor, signal } = options
  const [matches, once] = [isWanted({ ...(user !== undefined && { user }), where }), createOnce()]
  const begin = cursor === undefined ? undefined : parseCursor(cursor)
  const to = begin?.batch ?? (until === undefined ? '+' : String(until))
  const records: AuditRecord[] = []
  let [batches, searched] = [0, 0]
  const range = { from: String(since ?? '-'), to, newestFirst: true, signal }
  for await (const batch of readBatches(trail, range)) {
    const end = batch.id === begin?.batch ? begin.index : batch.records.length
    for (let i = end - 1; i >= 0; i--) {
      const record = batch.records[i]
      if (!record || !matches(record) || !once(record)) continue
      if (records.length === limit) return { records, next: cursorOf(batch.id, i + 1) }
      records.push(record)
    }
    searched += batch.records.length
    if (!signal && (++batches === MOST_BATCHES || searched >= MOST_SEARCHED))
      return { records, next: cursorOf(batch.id, 0) }
  }
  return { records, next: undefined }
}

/**
 * The whole trail, oldest first, to copy it to another store. Each record comes with the cursor to continue after it.
 * Repetitions are left out. @throws RedisError, CursorError
 */
export async function* exportAudit(
  trail: Trail,
  { user, since, until, where, after }: Filter & { after?: string } = {},
): AsyncGenerator<{ record: AuditRecord; cursor: string }> {
  const [matches, once] = [isWanted({ ...(user !== undefined && { user }), where }), createOnce()]
  const begin = after === undefined ? undefined : parseCursor(after)
  const from = begin?.batch ?? String(since ?? '-')
  for await (const batch of readBatches(trail, { from, to: String(until ?? '+'), newestFirst: false })) {
    for (const [i, record] of batch.records.entries()) {
      if (batch.id === begin?.batch && i < begin.index) continue
      if (matches(record) && once(record)) yield { record, cursor: cursorOf(batch.id, i + 1) }
    }
  }
}
