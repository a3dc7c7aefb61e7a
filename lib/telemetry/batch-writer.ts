import { randomBytes } from 'node:crypto'
import type { Clock } from '../lookup/clock'
import { KitError } from '../lookup/errors'
import { outside } from '../lookup/outside'
import { backgroundClock } from './background-clock'
import { createFlushWaiters } from './flush-waiters'
import { createRecordQueue, type Entry, type Held } from './record-queue'
import { recordSize } from './record-size'

export type { Entry }

/** Thrown by a sink for what a batch holds: it would be refused again, and parts of it may not be. */
export class RefusedBatchError extends KitError<'batch_refused'> {
  constructor(message: string) {
    super('batch_refused', message)
  }
}

export interface BatchWriterOptions<T> {
  /**
   * Stores a batch, all of it or nothing. One call at a time, in the order of the records.
   * @throws RefusedBatchError for its content; anything else is an outage, after which the same batch comes again
   */
  sink(batch: readonly Entry<T>[]): Promise<void>
  /** Most records of a batch, and as many as begin one; 1000 unless told. */
  maxBatch?: number
  /** Most bytes of a batch, and as many as begin one; 512 KB unless told. */
  maxBytes?: number
  /** Milliseconds a record waits at most for its batch to begin; 5000 unless told. */
  interval?: number
  /** Most records held, what is on its way included; 10 000 unless told. */
  maxPending?: number
  /** Bytes of a record; unless told, about those of its JSON. */
  sizeOf?(record: T): number
  /** A record that says how many were dropped; written when the sink takes records again. */
  lost?(count: number): T
  /** Is given a record that the sink refuses even alone. */
  onDeadLetter?(entry: Entry<T>): void
  /** Hears the first failure of a row, and the first success after it. */
  onSink?(state: { failing: true; error: unknown } | { failing: false }): void
  clock?: Clock
  /** Identifies this writer; random unless told. */
  writer?: string
}

/** What became of a writer's records; those accepted are `written + dead + pending`, the others `dropped`. */
export interface WriterCounts {
  written: number
  dropped: number
  dead: number
  pending: number
}

/** Milliseconds between two attempts: at first, at most, and at most while a flush waits through failures. */
const PAUSE = { first: 250, longest: 30_000, awaited: 250 }

/**
 * Collects records and hands them to a sink in batches: at least once, in order, one batch at a time. A hard kill loses
 * at most what is pending.
 */
export function createBatchWriter<T>(options: BatchWriterOptions<T>) {
  const { sink, lost, onDeadLetter, onSink, clock = backgroundClock } = options
  const { maxBatch = 1000, maxBytes = 512 * 1024, interval = 5000, maxPending = 10_000 } = options
  const { sizeOf = recordSize, writer = randomBytes(9).toString('base64url') } = options

  const queue = createRecordQueue<T>({ maxBatch, maxBytes })
  const waiters = createFlushWaiters()
  const counts = { written: 0, dropped: 0, dead: 0 }
  let [seq, unreported, failures] = [0, 0, 0]
  /** Everything up to this number is to be sent now. */
  let due = 0
  /** Most records of the next batch: fewer while a refused one is searched, up to `suspect`. */
  let [limit, suspect] = [maxBatch, 0]
  /** What failed last, to be tried again just so. */
  let failed: Held<T>[] | undefined
  let [running, stopped, ended] = [false, false, false]
  let cancel: (() => void) | undefined

  function append(record: T, size: number) {
    seq++
    queue.push({ id: `${writer}-${seq}`, seq, at: clock.now(), record, size })
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

  /** Halves what is tried until a record is refused alone: that one is given up. */
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
    const oldest = queue.firstAt()
    if (oldest !== undefined && !ended)
      wakeIn(outcome === 'failed' ? pause() : oldest + interval - clock.now())
  }

  const pause = () =>
    Math.min(PAUSE.first * 2 ** (failures - 1), waiters.hasPatient() ? PAUSE.awaited : PAUSE.longest)

  function start() {
    cancel?.()
    cancel = undefined
    if (running) return
    running = true
    // Later, as whoever adds does not wait; and outside their request, which sending outlives.
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
   * Sends all that was added before the call, what is on its way included, and says whether it was written. What was not
   * stays and is tried again. `timeout`: milliseconds to go on trying for; unless told, the first failure is the answer.
   */
  async function flush({ timeout = 0 }: { timeout?: number } = {}): Promise<boolean> {
    if (queue.length() === 0) return true
    due = seq
    const done = waiters.wait(seq, timeout > 0 ? (giveUp) => clock.timer(timeout, giveUp) : undefined)
    start()
    return done
  }

  return {
    /** Accepts a record, or drops and counts it: when too many are pending, when stopped, when it has no size. */
    add(record: T): 'accepted' | 'dropped' {
      if (stopped) return refuse()
      if (queue.length() >= maxPending) return drop()
      try {
        append(record, sizeOf(record))
      } catch {
        return drop()
      }
      // Whoever sends, or waits to try again, sees to what was added meanwhile.
      if (running || failures > 0) return 'accepted'
      if (queue.isFull()) start()
      else if (!cancel) wakeIn(interval)
      return 'accepted'
    },
    flush,
    /** Accepts no more, flushes for `timeout` milliseconds at most (5000 unless told), and says what became of all. */
    async stop({ timeout = 5000 }: { timeout?: number } = {}): Promise<WriterCounts> {
      stopped = true
      const end = clock.now() + timeout
      // Once more, as writing them may have made a record of what was dropped before.
      if (await flush({ timeout })) await flush({ timeout: end - clock.now() })
      ended = true
      cancel?.()
      return { ...counts, pending: queue.length() }
    },
    /** Records held, what is on its way included. */
    pending: queue.length,
    counts: (): WriterCounts => ({ ...counts, pending: queue.length() }),
  }
}

/** A listener's failure must not end the sending. */
function quietly(tell: () => void) {
  try {
    tell()
  } catch {
    // Nobody is left to be told.
  }
}
