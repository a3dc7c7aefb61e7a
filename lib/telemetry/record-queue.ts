/** A record as it is sent. Its id is the same in every attempt, so that readers can tell a repetition. */
export interface Entry<T> {
  /** `<writer>-<seq>`. */
  id: string
  /** 1, 2, 3 … of this writer's accepted records. */
  seq: number
  /** When it was added, milliseconds since the epoch. */
  at: number
  record: T
}

export type Held<T> = Entry<T> & { size: number }

/** Records in their order, and what of them makes a batch. */
export function createRecordQueue<T>({ maxBatch, maxBytes }: { maxBatch: number; maxBytes: number }) {
  const held: Held<T>[] = []
  let bytes = 0

  return {
    push(entry: Held<T>) {
      held.push(entry)
      bytes += entry.size
    },
    length: () => held.length,
    /** The number of the oldest record; infinite when there is none. */
    firstSeq: () => held[0]?.seq ?? Number.POSITIVE_INFINITY,
    firstAt: () => held[0]?.at,
    /** Whether there is enough for a batch. */
    isFull: () => held.length >= maxBatch || bytes >= maxBytes,
    /** The oldest records: `limit` at most, and no more than a batch's bytes unless one alone is larger. */
    head(limit: number): Held<T>[] {
      let [count, size] = [0, 0]
      for (const entry of held) {
        size += entry.size
        if (count === limit || (count > 0 && size > maxBytes)) break
        count++
      }
      return held.slice(0, count)
    },
    /** Takes a batch off the head. */
    release(batch: readonly Held<T>[]) {
      held.splice(0, batch.length)
      for (const { size } of batch) bytes -= size
    },
  }
}
