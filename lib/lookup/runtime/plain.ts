import type { Runtime } from './runtime'

/** Scripts, tests and queue workers: no request, no framework. `settled` waits for background refreshes. */
export function createPlainRuntime(): Runtime & { settled(): Promise<void> } {
  const running = new Set<Promise<void>>()
  return {
    after(task) {
      const run = task().finally(() => running.delete(run))
      running.add(run)
    },
    invalidated: async () => undefined,
    settled: async () => {
      while (running.size > 0) await Promise.allSettled(running)
    },
  }
}
