import type { ProcessState } from './process-state'
import type { Runtime } from './runtime/runtime'

interface Remembered<T> {
  promise: Promise<T>
  /** Undefined: any invalidation drops it. */
  tags: readonly string[] | undefined
}

/** The request memo: the promises of each request. An invalidation in a request drops them from that request only. */
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

export type Memo<T> = ReturnType<typeof createMemo<T>>

/**
 * Reads once per request. Within a render every call gets the same promise, before anything is awaited. In a route
 * handler or server action this holds for calls made after the first one was let in. Without a request `read` runs each
 * time. An invalidation of one of the tags in the same request drops the value; without tags every invalidation does.
 */
export function oncePerRequest<T>(
  runtime: Runtime,
  memo: Memo<T>,
  key: string,
  read: () => Promise<T>,
  onHit: () => void,
  tags?: () => readonly string[],
): Promise<T> {
  const enter = runtime.enter
  if (!enter) return read()
  const current = runtime.current?.()
  if (!current)
    return enter(tags?.() ?? []).then(({ request }) =>
      request ? (recall(memo, request, key, onHit) ?? memo.set(request, key, read(), tags?.())) : read(),
    )
  const known = recall(memo, current, key, onHit)
  if (known) return known
  const own = tags?.()
  const value = runtime.isEntered?.(current) ? read() : enter(own ?? []).then(read)
  return memo.set(current, key, value, own)
}

function recall<T>(memo: Memo<T>, request: object, key: string, onHit: () => void): Promise<T> | undefined {
  const known = memo.get(request, key)
  if (known !== undefined) onHit()
  return known
}
