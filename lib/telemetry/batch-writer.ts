import { randomBytes } from 'node:crypto'
import { type Clock, systemClock } from '../lookup/clock'
import { KitError } from '../lookup/errors'
import { outside } from '../lookup/outside'
import { createRecordQueue, type Entry, type Held, recordSize } from './record-queue'

export type { Entry }

/**
 * Thrown by a sink that cannot store a batch because of its content. Sending the same batch again would not help;
 * a part of it may be stored.
 */
export class RefusedBatchError extends KitError<'batch_refused'> {
  static override readonly kind: string = 'RefusedBatchError'
  constructor(message: string) {
    super('batch_refused', message)
  }
}

export interface BatchWriterOptions<T> {
  /**
   * Stores a batch, all of it or nothing. Called once at a time, in the order of the records.
   * @throws RefusedBatchError because of the content. Anything else is an outage: the same batch is sent again later.
   */
  sink(batch: readonly Entry<T>[]): Promise<void>
  /** Most records of a batch; as many pending records start one (default: 1000). */
  maxBatch?: number
  /** Most bytes of a batch; as many pending bytes start one (default: 512 KB). */
  maxBytes?: number
  /** Most milliseconds that a record waits until its batch is sent (default: 5000). */
  interval?: number
  /** Most pending records, those being sent included (default: 10 000). */
  maxPending?: number
  /** Bytes of a record (default: about the bytes of its JSON). */
  sizeOf?(record: T): number
  /** Makes a record that says how many records were dropped; it is written once the sink stores records again. */
  lost?(count: number): T
  /** Called with a record that the sink refuses even when it is sent alone. */
  onDeadLetter?(entry: Entry<T>): void
  /** Called on the first of consecutive failures, and on the first success after them. */
  onSink?(state: { failing: true; error: unknown } | { failing: false }): void
  clock?: Clock
  /** Identifies this writer (default: random). */
  writer?: string
}

/** The records of a writer, by outcome: the accepted ones are `written + dead + pending`, all others `dropped`. */
export interface WriterCounts {
  written: number
  dropped: number
  dead: number
  pending: number
}

/** Milliseconds between two attempts: after the first failure, at most, and at most while a flush waits. */
const PAUSE = { first: 250, longest: 30_000, awaited: 250 }

/** Milliseconds since 1970, also where a page begins: Next allows no `Date.now()` there. */
export const currentTime = (): number => outside(Date.now)

/** The system's clock with timers that do not keep the process alive. Code that ends a process flushes its writers. */
export const backgroundClock: Clock = {
  now: systemClock.now,
  timer(ms, fn) {
    const handle = setTimeout(fn, ms).unref()
    return () => clearTimeout(handle)
  },
}

/**
 * Collects records and passes them to a sink in batches: at least once, in order, one batch at a time. A process that is
 * killed loses only its pending records.
 */
export function createBatchWriter<T>(options: BatchWriterOptions<T>) {
  const { sink, lost, onDeadLetter, onSink, clock = backgroundClock } = options
  const { maxBatch = 1000, maxBytes = 512 * 1024, interval = 5000, maxPending = 10_000 } = options
  const { sizeOf = recordSize, writer = randomBytes(9).toString('base64url') } = options

  const queue = createRecordQueue<T>({ maxBatch, maxBytes })
  const waiters = createFlushWaiters()
  const counts = { written: 0, dropped: 0, dead: 0 }
  let [seq, unreported, failures] = [0, 0, 0]
  /** Records up to this number are to be sent now. */
  let due = 0
  /** Most records of the next batch. Smaller while the record that is refused is searched for, which is until `suspect`. */
  let [limit, suspect] = [maxBatch, 0]
  /** The batch that failed last. It is sent again unchanged. */
  let failed: Held<T>[] | undefined
  let [running, stopped, ended] = [false, false, false]
  let cancel: (() => void) | undefined

  function append(record: T, size: number) {
    seq++
    queue.push({ id: `${writer}-${seq}`, seq, at: currentTime(), record, size, since: clock.now() })
  }

  function refuse() {
    counts.dropped++
    return 'dropped' as const
  }

  function drop() {
    unreported++
    return refuse()
  }

  async function send(batch: Held<T>[]): Promise<'written' | 'refused' | 'failed'> {
    try {
      await sink(batch)
    } catch (error) {
      if (error instanceof RefusedBatchError) return 'refused'
      if (failures++ === 0) quietly(() => onSink?.({ failing: true, error }))
      return 'failed'
    }
    if (failures > 0) quietly(() => onSink?.({ failing: false }))
    failures = 0
    return 'written'
  }

  function written(batch: Held<T>[]) {
    queue.release(batch)
    counts.written += batch.length
    if ((batch.at(-1)?.seq ?? 0) >= suspect) limit = maxBatch
    if (unreported === 0 || !lost) return
    append(lost(unreported), 0)
    unreported = 0
    due = seq
  }

  /** Halves the batch until a single record is refused: that one is given up. */
  function refused(batch: Held<T>[]) {
    const [only, ...others] = batch
    if (only && others.length === 0) {
      queue.release(batch)
      counts.dead++
      limit = maxBatch
      quietly(() => onDeadLetter?.(only))
    } else {
      suspect = batch.at(-1)?.seq ?? 0
      limit = Math.ceil(batch.length / 2)
    }
  }

  async function run() {
    let outcome: Awaited<ReturnType<typeof send>> = 'written'
    while (outcome !== 'failed' && queue.length() > 0 && (queue.firstSeq() <= due || queue.isFull())) {
      const batch = failed ?? queue.head(limit)
      outcome = await send(batch)
      failed = outcome === 'failed' ? batch : undefined
      if (outcome === 'written') written(batch)
      if (outcome === 'refused') refused(batch)
      waiters.answer(queue.firstSeq(), outcome === 'failed')
    }
    running = false
    const oldest = queue.oldest()
    if (oldest !== undefined && !ended)
      wakeIn(outcome === 'failed' ? pause() : oldest + interval - clock.now())
  }

  const pause = () =>
    Math.min(PAUSE.first * 2 ** (failures - 1), waiters.anyRetries() ? PAUSE.awaited : PAUSE.longest)

  function start() {
    cancel?.()
    cancel = undefined
    if (running) return
    running = true
    // Later, so that `add` does not wait; and outside the request that added, because sending may outlive it.
    outside(() => void Promise.resolve().then(run))
  }

  function wakeIn(ms: number) {
    const wake = () => {
      due = seq
      start()
    }
    cancel = outside(() => clock.timer(Math.max(ms, 0), wake))
  }

  /**
   * Sends every record that was added before the call; true if all of them were written. The others stay pending and are
   * sent again. `timeout`: for how many milliseconds to retry after a failure (default: 0, the first failure ends it).
   */
  async function flush({ timeout = 0 }: { timeout?: number } = {}): Promise<boolean> {
    if (queue.length() === 0) return true
    due = seq
    const done = waiters.wait(seq, timeout > 0 ? (giveUp) => clock.timer(timeout, giveUp) : undefined)
    start()
    return done
  }

  return {
    /** Accepts a record, or drops and counts it: if too many are pending, after `stop`, or if it is not JSON. */
    add(record: T): 'accepted' | 'dropped' {
      if (stopped) return refuse()
      if (queue.length() >= maxPending) return drop()
      try {
        append(record, sizeOf(record))
      } catch {
        return drop()
      }
      // A batch that is being sent, or that waits to be sent again, is followed by what was added meanwhile.
      if (running || failures > 0) return 'accepted'
      if (queue.isFull()) start()
      else if (!cancel) wakeIn(interval)
      return 'accepted'
    },
    flush,
    /** Accepts no more records, flushes for at most `timeout` milliseconds (default: 5000), and returns the counts. */
    async stop({ timeout = 5000 }: { timeout?: number } = {}): Promise<WriterCounts> {
      stopped = true
      const end = clock.now() + timeout
      // Twice, because the first flush may have added the record of what was dropped.
      if (await flush({ timeout })) await flush({ timeout: end - clock.now() })
      ended = true
      cancel?.()
      return { ...counts, pending: queue.length() }
    },
    /** Pending records, those being sent included. */
    pending: queue.length,
    counts: (): WriterCounts => ({ ...counts, pending: queue.length() }),
  }
}

/** A listener that throws must not end the sending. */
function quietly(notify: () => void) {
  try {
    notify()
  } catch {
    // Nothing is left that could report it.
  }
}

interface Waiter {
  upTo: number
  /** Waits through failures. */
  retries: boolean
  resolve(written: boolean): void
}

/** The flushes that wait until the records up to a number are written. */
function createFlushWaiters() {
  const waiting = new Set<Waiter>()
  return {
    /** Resolves once `answer` decides it. With `giveUpAfter` it waits through failures, until that calls `giveUp`. */
    wait: (upTo: number, giveUpAfter?: (giveUp: () => void) => () => void): Promise<boolean> =>
      new Promise((resolve) => {
        const waiter: Waiter = { upTo, retries: giveUpAfter !== undefined, resolve }
        waiting.add(waiter)
        const cancel = giveUpAfter?.(() => waiting.delete(waiter) && resolve(false))
        waiter.resolve = (written) => {
          cancel?.()
          resolve(written)
        }
      }),
    anyRetries: () => [...waiting].some(({ retries }) => retries),
    /** Resolves the waiters whose records are written; after a failure, also those that wait for one attempt only. */
    answer(firstPending: number, hasFailed: boolean) {
      for (const waiter of waiting) {
        const written = firstPending > waiter.upTo
        if (!written && (waiter.retries || !hasFailed)) continue
        waiting.delete(waiter)
        waiter.resolve(written)
      }
    },
  }
}
