/** A record as it is sent. Its id is the same in every attempt, so that readers recognize a repetition. */
export interface Entry<T> {
  /** `<writer>-<seq>`. */
  id: string
  /** 1, 2, 3 …, counting this writer's accepted records. */
  seq: number
  /** When it was added, milliseconds since the epoch. */
  at: number
  record: T
}

/** `since`: when it was added, by the writer's clock. */
export type Held<T> = Entry<T> & { size: number; since: number }

/** Pending records in their order, and how many of them make a batch. */
export function createRecordQueue<T>({ maxBatch, maxBytes }: { maxBatch: number; maxBytes: number }) {
  const held: Held<T>[] = []
  let bytes = 0

  return {
    push(entry: Held<T>) {
      held.push(entry)
      bytes += entry.size
    },
    length: () => held.length,
    /** The `seq` of the oldest record; infinite if there is none. */
    firstSeq: () => held[0]?.seq ?? Number.POSITIVE_INFINITY,
    /** Since when the oldest record waits. */
    oldest: () => held[0]?.since,
    /** True if there are enough records or bytes for a batch. */
    isFull: () => held.length >= maxBatch || bytes >= maxBytes,
    /** The oldest records: at most `limit`, and at most a batch's bytes unless one record alone is larger. */
    head(limit: number): Held<T>[] {
      let [count, size] = [0, 0]
      for (const entry of held) {
        size += entry.size
        if (count === limit || (count > 0 && size > maxBytes)) break
        count++
      }
      return held.slice(0, count)
    },
    /** Removes a batch from the head. */
    release(batch: readonly Held<T>[]) {
      held.splice(0, batch.length)
      for (const { size } of batch) bytes -= size
    },
  }
}

/**
 * About the bytes of a record's JSON. Strings are only measured, not escaped, which costs a tenth of JSON.stringify;
 * nested objects are stringified.
 * @throws TypeError if the record cannot be written as JSON
 */
export function recordSize(record: unknown): number {
  if (!isObject(record)) return JSON.stringify(record).length
  let size = 2
  for (const name in record) {
    const value = record[name]
    // The name, quotes, colon and comma. 8 is enough for numbers and booleans.
    size += name.length + 6
    size += typeof value === 'string' ? value.length : isObject(value) ? JSON.stringify(value).length : 8
  }
  return size
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
