import { LookupError } from './errors'
import type { Limit } from './load'

interface Waiting<I, O> {
  item: I
  sent: (() => void) | undefined
  resolve(reply: O | Promise<O>): void
  reject(error: unknown): void
}

/**
 * Merges what is asked in one tick into one `send`, in chunks of at most `max` items and `maxBytes`.
 * `sent` is called when an item leaves: until then, and not a moment later, another caller may share it.
 */
export function createBatch<I, O>(options: {
  /** Answers in the order of the items; a part may come later than others. */
  send(items: I[]): Promise<(O | Promise<O>)[]>
  max: number
  maxBytes?: number
  bytes?(item: I): number
  /** Runs the sending outside the first caller's async context. */
  outside(work: () => void): void
  /** Bounds how many are on their way; what is asked for meanwhile is merged. */
  limit: Limit
}) {
  const { send, max, maxBytes = 4_000_000, bytes = () => 0, outside, limit } = options
  const queue: Waiting<I, O>[] = []

  async function dispatch(chunk: Waiting<I, O>[]) {
    for (const waiting of chunk) waiting.sent?.()
    try {
      const replies = await send(chunk.map((waiting) => waiting.item))
      chunk.forEach((waiting, i) => {
        const reply = replies[i]
        if (reply === undefined) waiting.reject(new LookupError('store_unavailable', 'A reply is missing'))
        else waiting.resolve(reply)
      })
    } catch (error) {
      for (const waiting of chunk) waiting.reject(error)
    }
  }

  /** The head of the queue, as much as one command may carry. */
  function take() {
    let count = 0
    for (let size = 0; count < Math.min(queue.length, max); count++) {
      const next = queue[count]
      size += next ? bytes(next.item) : 0
      if (count > 0 && size > maxBytes) break
    }
    return queue.splice(0, count)
  }

  /** One command; whatever was asked for while it waited for its turn goes with it. */
  const flush = () =>
    limit(async () => {
      const sent = dispatch(take())
      if (queue.length > 0) void flush()
      await sent
    })

  return (item: I, sent?: () => void) =>
    new Promise<O>((resolve, reject) => {
      queue.push({ item, sent, resolve, reject })
      // After the promise jobs of this tick, so that siblings which awaited something settled are in.
      if (queue.length === 1) outside(() => void Promise.resolve().then(() => process.nextTick(flush)))
    })
}
