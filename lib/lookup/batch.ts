import { LookupError } from './errors'
import type { Limit } from './limit'
import { outside } from './outside'

interface Queued<I, O> {
  item: I
  onSent: (() => void) | undefined
  resolve(reply: O | Promise<O>): void
  reject(error: unknown): void
}

/**
 * Merges the calls of one tick into one `send`, in chunks of at most `max` items and `maxBytes`.
 * `onSent` is called when an item leaves: only until then may another caller share it.
 */
export function createBatch<I, O>(options: {
  /** Returns the answers in the order of the items; some may come later than others. */
  send(items: I[]): Promise<(O | Promise<O>)[]>
  max: number
  maxBytes?: number
  bytes?(item: I): number
  /** Bounds how many requests run at a time; calls made meanwhile are merged. */
  limit?: Limit
}) {
  const { send, max, maxBytes = 4_000_000, bytes = () => 0, limit = (work) => work() } = options
  const queue: Queued<I, O>[] = []

  async function dispatch(chunk: Queued<I, O>[]) {
    for (const queued of chunk) queued.onSent?.()
    try {
      const replies = await send(chunk.map((queued) => queued.item))
      chunk.forEach((queued, i) => {
        const reply = replies[i]
        if (reply === undefined) queued.reject(new LookupError('store_unavailable', 'A reply is missing'))
        else queued.resolve(reply)
      })
    } catch (error) {
      for (const queued of chunk) queued.reject(error)
    }
  }

  /** Takes as much from the head of the queue as one command may carry. */
  function take() {
    let count = 0
    for (let size = 0; count < Math.min(queue.length, max); count++) {
      const next = queue[count]
      size += next ? bytes(next.item) : 0
      if (count > 0 && size > maxBytes) break
    }
    return queue.splice(0, count)
  }

  /** One command, with everything that was queued while it waited for its turn. */
  const flush = () =>
    limit(async () => {
      const sent = dispatch(take())
      if (queue.length > 0) void flush()
      await sent
    })

  return (item: I, onSent?: () => void) =>
    new Promise<O>((resolve, reject) => {
      queue.push({ item, onSent, resolve, reject })
      // After the promise jobs of this tick, so that calls which first awaited a settled promise are included.
      if (queue.length === 1) outside(() => void Promise.resolve().then(() => process.nextTick(flush)))
    })
}

/** Shares the promise of an equal call for as long as that call has not been sent. */
export function joinUnsent<R>(
  unsent: Map<string, Promise<R>>,
  key: string,
  onJoin: () => void,
  start: (onSent: () => void) => Promise<R>,
): Promise<R> {
  const joined = unsent.get(key)
  if (joined) {
    onJoin()
    return joined
  }
  const promise = start(() => unsent.delete(key))
  unsent.set(key, promise)
  return promise
}
