import { LookupError } from './errors'

interface Waiting<I, O> {
  item: I
  sent: (() => void) | undefined
  resolve(reply: O): void
  reject(error: unknown): void
}

/**
 * Merges what is asked in one tick into one `send`, in chunks of at most `max` items and `maxBytes`.
 * `sent` is called when an item leaves: until then, and not a moment later, another caller may share it.
 */
export function createBatch<I, O>(options: {
  send(items: I[]): Promise<O[]>
  max: number
  maxBytes?: number
  bytes?(item: I): number
  /** Runs the sending outside the first caller's async context. */
  outside(work: () => void): void
}) {
  const { send, max, maxBytes = 4_000_000, bytes = () => 0, outside } = options
  let queue: Waiting<I, O>[] = []

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

  function flush() {
    const waiting = queue
    queue = []
    let chunk: Waiting<I, O>[] = []
    let size = 0
    for (const next of waiting) {
      const more = bytes(next.item)
      if (chunk.length > 0 && (chunk.length >= max || size + more > maxBytes)) {
        void dispatch(chunk)
        chunk = []
        size = 0
      }
      chunk.push(next)
      size += more
    }
    void dispatch(chunk)
  }

  return (item: I, sent?: () => void) =>
    new Promise<O>((resolve, reject) => {
      queue.push({ item, sent, resolve, reject })
      // After the promise jobs of this tick, so that siblings which awaited something settled are in.
      if (queue.length === 1) outside(() => void Promise.resolve().then(() => process.nextTick(flush)))
    })
}
