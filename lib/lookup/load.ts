import { createBatch } from './batch'
import type { Clock } from './clock'
import type { Context, Outcome } from './context'
import type { Declared } from './declaration'
import { writeEntry } from './entry'
import { codeOf, LookupError } from './errors'
import type { Limit } from './limit'
import { outside } from './outside'
import type { Target } from './slot'

type Loaded<T> = { value: T | null | undefined } | { error: unknown }

/** The lookup's loader with its timeout; single calls of one tick become one `loadMany` where there is one. */
export function createLoader<A, T>(declared: Declared<A, T>, clock: Clock, limit: Limit) {
  const { name, timeout, load, loadMany, splitOn } = declared

  function withTimeout<R>(work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const controller = new AbortController()
    const { signal } = controller
    let cancel = () => {}
    const expired = new Promise<never>((_, reject) => {
      cancel = clock.timer(timeout, () => {
        const seconds = timeout / 1000
        const error = new LookupError('load_timeout', `Lookup "${name}": the loader took over ${seconds} s`)
        controller.abort(error)
        reject(error)
      })
    })
    // Waiting for the limit counts, because the lease does not wait either. A loader that ignores its signal does not
    // keep its place.
    const running = limit(() => (signal.aborted ? expired : Promise.race([work(signal), expired])))
    return Promise.race([running, expired]).finally(cancel)
  }

  /** A promise for each argument: the parts of a split batch do not wait for one another. */
  function loadAll(args: A[], many: NonNullable<typeof loadMany>): Promise<Loaded<T>>[] {
    const all = outside(() => withTimeout((signal) => many(args, { signal }))).then(
      (values) =>
        args.map((_, i): Loaded<T> => {
          const value = values[i]
          return value instanceof Error ? { error: value } : { value }
        }),
      (error: unknown) => {
        // One bad argument must not fail its neighbors.
        if (args.length === 1 || !splitOn(error)) return args.map(() => ({ error }))
        const middle = args.length >> 1
        return [args.slice(0, middle), args.slice(middle)].flatMap((half) => loadAll(half, many))
      },
    )
    return args.map(async (_, i) => (await all)[i] ?? { value: undefined })
  }

  const merged =
    loadMany &&
    createBatch<A, Loaded<T>>({ send: async (args) => loadAll(args, loadMany), max: declared.batchMax })

  return async (arg: A): Promise<T | null> => {
    if (!merged) return (await outside(() => withTimeout(async (signal) => load?.(arg, { signal })))) ?? null
    const loaded = await merged(arg)
    if ('error' in loaded) throw loaded.error
    return loaded.value ?? null
  }
}

/** Loads a value and passes it through its codec, so that it is the same data as a later hit. */
export async function loadValue<A, T>(
  { engine, declared, loader, open }: Context<A, T>,
  target: Target<A>,
  generation: string,
): Promise<Outcome<T>> {
  const { clock, state } = engine
  const { name, codec } = declared
  const start = clock.now()
  try {
    const entry = writeEntry(generation, target.slot.entry, await loader(target.arg), codec)
    const outcome = open(target, entry)
    if (!outcome) throw new LookupError('bad_value', `Lookup "${name}": its codec cannot read what it wrote`)
    const negative = outcome.value === null && { negative: true as const }
    state.emit({ type: 'load', lookup: name, ms: clock.now() - start, ...negative })
    return outcome
  } catch (error) {
    state.emit({ type: 'load_error', lookup: name, code: codeOf(error), ms: clock.now() - start })
    throw error
  }
}
