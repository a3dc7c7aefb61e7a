import { createBatch } from './batch'
import type { Clock } from './clock'
import type { Declared } from './declaration'
import { LookupError } from './errors'
import { outside } from './outside'

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
      // A turn of the event loop later: only then does fetch take the socket again instead of opening one.
      setImmediate(() => {
        const next = waiting.shift()
        if (next) next()
        else running--
      })
    }
  }
}

export type Limit = ReturnType<typeof createLimit>
type Loaded<T> = { value: T | null | undefined } | { error: unknown }

/** The lookup's loader, with its timeout; single calls of one tick become one `loadMany` where there is one. */
export function createLoader<A, T>(declared: Declared<A, T>, clock: Clock, limit: Limit) {
  const { name, timeout, load, loadMany, splitOn } = declared

  function bounded<R>(work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const controller = new AbortController()
    let cancel = () => {}
    const expired = new Promise<never>((_, reject) => {
      cancel = clock.timer(timeout, () => {
        const error = new LookupError(
          'load_timeout',
          `Lookup "${name}": the loader took over ${timeout / 1000} s`,
        )
        controller.abort(error)
        reject(error)
      })
    })
    // The time spent waiting for the limit counts, as the lease does not wait either; and a loader that
    // ignores its signal does not keep its place.
    const { signal } = controller
    const running = limit(() => (signal.aborted ? expired : Promise.race([work(signal), expired])))
    return Promise.race([running, expired]).finally(cancel)
  }

  /** A promise for each argument: the parts of a split batch do not wait for one another. */
  function loadAll(args: A[], many: NonNullable<typeof loadMany>): Promise<Loaded<T>>[] {
    const all = outside(() => bounded((signal) => many(args, { signal }))).then(
      (values) =>
        args.map((_, i): Loaded<T> => {
          const value = values[i]
          return value instanceof Error ? { error: value } : { value }
        }),
      (error: unknown) => {
        // One bad argument must not fail its neighbours.
        if (args.length === 1 || !splitOn(error)) return args.map(() => ({ error }))
        const middle = args.length >> 1
        return [args.slice(0, middle), args.slice(middle)].flatMap((half) => loadAll(half, many))
      },
    )
    return args.map(async (_, i) => (await all)[i] ?? { value: undefined })
  }

  const merged =
    loadMany &&
    createBatch<A, Loaded<T>>({
      send: async (args) => loadAll(args, loadMany),
      max: declared.batchMax,
      outside,
      limit: (work) => work(),
    })

  return async (arg: A): Promise<T | null> => {
    if (!merged) return (await outside(() => bounded(async (signal) => load?.(arg, { signal })))) ?? null
    const loaded = await merged(arg)
    if ('error' in loaded) throw loaded.error
    return loaded.value ?? null
  }
}
