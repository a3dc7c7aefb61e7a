import type { ProcessState } from './process-state'
import type { Runtime } from './runtime/runtime'

/** What requests have been given already: snapshots, each dropped by invalidations made in that request. */
export function createMemo<T>(state: ProcessState) {
  const requests = new WeakMap<object, Map<string, { promise: Promise<T>; tags: readonly string[] }>>()
  state.layers.add({
    drop(tag, request) {
      const memo = request && requests.get(request)
      for (const [key, { tags }] of memo ?? []) if (tags.includes(tag)) memo?.delete(key)
    },
    clear() {},
  })
  return {
    get: (request: object, key: string) => requests.get(request)?.get(key)?.promise,
    /** Remembers a promise; a failure is not remembered. */
    set(request: object, key: string, promise: Promise<T>, tags: readonly string[]) {
      const memo = requests.get(request) ?? new Map()
      requests.set(request, memo.set(key, { promise, tags }))
      promise.catch(() => memo.get(key)?.promise === promise && memo.delete(key))
      return promise
    },
  }
}

export type Memo<T> = ReturnType<typeof createMemo<T>>

/**
 * Reads once per request. Within a render every call gets the same promise, before anything is awaited; in a route
 * handler or server action every call after the first has been let in. Without a request `read` runs each time.
 * `tags` are those whose invalidation in the same request drops the value.
 */
export function oncePerRequest<T>(
  runtime: Runtime,
  memo: Memo<T>,
  key: string,
  tags: () => readonly string[],
  read: () => Promise<T>,
  onHit?: () => void,
): Promise<T> {
  const enter = runtime.enter
  if (!enter) return read()
  const current = runtime.current?.()
  if (!current)
    return enter(tags()).then(({ request }) =>
      request ? (recall(memo, request, key, onHit) ?? memo.set(request, key, read(), tags())) : read(),
    )
  const known = recall(memo, current, key, onHit)
  return known ?? memo.set(current, key, enter(tags()).then(read), tags())
}

function recall<T>(memo: Memo<T>, request: object, key: string, onHit?: () => void): Promise<T> | undefined {
  const known = memo.get(request, key)
  if (known !== undefined) onHit?.()
  return known
}
