/**
 * Lets at most `max` pieces of work run at a time; the others wait in order. Work that is not urgent waits behind the
 * urgent, and takes half of the places at most, so that it never holds up all of them.
 */
export function createLimit(max: number) {
  const waiting = { urgent: [] as (() => void)[], other: [] as (() => void)[] }
  const running = { urgent: 0, other: 0 }
  const most = Math.ceil(max / 2)

  const hasPlace = (kind: keyof typeof running) =>
    running.urgent + running.other < max && (kind === 'urgent' || running.other < most)

  function start(kind: keyof typeof running) {
    while (hasPlace(kind)) {
      const next = waiting[kind].shift()
      if (!next) return
      running[kind]++
      next()
    }
  }

  return async <R>(work: () => Promise<R>, urgent = true): Promise<R> => {
    const kind = urgent ? 'urgent' : 'other'
    await new Promise<void>((resolve) => {
      waiting[kind].push(resolve)
      start(kind)
    })
    try {
      return await work()
    } finally {
      // One turn of the event loop later: only then does fetch reuse the socket instead of opening another.
      setImmediate(() => {
        running[kind]--
        start('urgent')
        start('other')
      })
    }
  }
}

export type Limit = ReturnType<typeof createLimit>
