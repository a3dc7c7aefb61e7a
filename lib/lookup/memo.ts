import type { ProcessState } from './process-state'

interface Remembered<T> {
  promise: Promise<T>
  /** Undefined: dropped by any invalidation. */
  tags: readonly string[] | undefined
}

/** What one request has already been told: a snapshot, dropped by invalidations made in that request. */
export function createMemo<T>(state: ProcessState) {
  const requests = new WeakMap<object, Map<string, Remembered<T>>>()
  state.layers.add({
    drop(tag, request) {
      const memo = request && requests.get(request)
      for (const [key, { tags }] of memo ?? []) if (!tags || tags.includes(tag)) memo?.delete(key)
    },
    clear() {},
  })
  return {
    get: (request: object, key: string) => requests.get(request)?.get(key)?.promise,
    /** Remembers a promise; a failure is not remembered. */
    set(request: object, key: string, promise: Promise<T>, tags: readonly string[] | undefined) {
      const memo = requests.get(request) ?? new Map<string, Remembered<T>>()
      requests.set(request, memo.set(key, { promise, tags }))
      promise.catch(() => memo.get(key)?.promise === promise && memo.delete(key))
      return promise
    },
  }
}
