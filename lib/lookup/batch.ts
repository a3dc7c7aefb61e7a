import { LookupError } from './errors'
import type { Limit } from './limit'
import { outside } from './outside'

/** Most bytes of a chunk, counted as they are sent. */
export const MAX_BYTES = 4_000_000

interface Queued<I, O> {
  item: I
  onSent: (() => void) | undefined
  resolve(reply: O | Promise<O>): void
  reject(error: unknown): void
}

/**
 * Merges the calls of one tick into one `send`, in chunks of at most `max` items and 4 MB.
 * `onSent` is called when an item leaves: only until then may another caller share it.
 */
export function createBatch<I, O>(options: {
  /** Returns the answers in the order of the items; some may come later than others. */
  send(items: I[]): Promise<(O | Promise<O>)[]>
  max: number
  /** What an item adds to the request or to its answer, whichever is larger. */
  bytes?(item: I): number
  /** Whether the next chunk waits for the answer to this one, from which the size of its items will be known. */
  awaited?(items: readonly I[]): boolean
  /** Whether a chunk that failed with this error is sent again in halves. */
  splitOn?(error: unknown): boolean
  /** Bounds how many requests run at a time; calls made meanwhile are merged. */
  limit?: Limit
}) {
  const { send, max, bytes = () => 0, splitOn = () => false, limit = (work) => work() } = options
  const { awaited = () => false } = options
  const queue: Queued<I, O>[] = []

  async function dispatch(chunk: Queued<I, O>[]): Promise<void> {
    try {
      const replies = await send(chunk.map((queued) => queued.item))
      chunk.forEach((queued, i) => {
        const reply = replies[i]
        if (reply === undefined) queued.reject(new LookupError('store_unavailable', 'A reply is missing'))
        else queued.resolve(reply)
      })
    } catch (error) {
      if (chunk.length > 1 && splitOn(error)) {
        const middle = chunk.length >> 1
        await Promise.all([dispatch(chunk.slice(0, middle)), dispatch(chunk.slice(middle))])
      } else for (const queued of chunk) queued.reject(error)
    }
  }

  /** Takes as much from the head of the queue as one command may carry. */
  function take() {
    let count = 0
    for (let size = 0; count < Math.min(queue.length, max); count++) {
      const next = queue[count]
      size += next ? bytes(next.item) : 0
      if (count > 0 && size > MAX_BYTES) break
    }
    const chunk = queue.splice(0, count)
    for (const { onSent } of chunk) onSent?.()
    return chunk
  }

  /** One command, with everything that was queued while it waited for its turn. */
  const flush = () =>
    limit(async () => {
      const chunk = take()
      // Before it is sent: what is sent at the same time knows no more.
      const wait = queue.length > 0 && awaited(chunk.map(({ item }) => item))
      const sent = dispatch(chunk)
      if (wait) await sent
      // In a turn of its own: the Redis client makes one HTTP request of all commands of a turn.
      if (queue.length > 0) setImmediate(flush)
      await sent
    })

  return (item: I, onSent?: () => void) =>
    new Promise<O>((resolve, reject) => {
      queue.push({ item, onSent, resolve, reject })
      // After the promise jobs of this tick, so that calls which first awaited a settled promise are included.
      if (queue.length === 1) outside(() => void Promise.resolve().then(() => process.nextTick(flush)))
    })
}
