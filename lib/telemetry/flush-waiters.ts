interface Waiter {
  upTo: number
  /** Waits through failures. */
  patient: boolean
  resolve(written: boolean): void
}

/** Who waits for the records up to a number to be written. */
export function createFlushWaiters() {
  const waiting = new Set<Waiter>()
  return {
    /** Resolves when `answer` says so; `giveUpAfter` starts the end of a patient one's patience. */
    wait: (upTo: number, giveUpAfter?: (giveUp: () => void) => () => void): Promise<boolean> =>
      new Promise((resolve) => {
        const waiter: Waiter = { upTo, patient: giveUpAfter !== undefined, resolve }
        waiting.add(waiter)
        const cancel = giveUpAfter?.(() => waiting.delete(waiter) && resolve(false))
        waiter.resolve = (written) => {
          cancel?.()
          resolve(written)
        }
      }),
    hasPatient: () => [...waiting].some(({ patient }) => patient),
    /** Tells everybody whose records are gone; after a failure, also those who wait for one attempt only. */
    answer(firstPending: number, hasFailed: boolean) {
      for (const waiter of waiting) {
        const written = firstPending > waiter.upTo
        if (!written && (waiter.patient || !hasFailed)) continue
        waiting.delete(waiter)
        waiter.resolve(written)
      }
    },
  }
}
