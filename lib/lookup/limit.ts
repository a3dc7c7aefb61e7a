/** Lets at most `max` pieces of work run at a time; the others wait in order. */
export function createLimit(max: number) {
  const waiting: (() => void)[] = []
  let running = 0
  return async <R>(work: () => Promise<R>): Promise<R> => {
    if (running >= max) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      // One turn of the event loop later: only then does fetch reuse the socket instead of opening another.
      setImmediate(() => {
        const next = waiting.shift()
        if (next) next()
        else running--
      })
    }
  }
}

export type Limit = ReturnType<typeof createLimit>
