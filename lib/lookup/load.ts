import { createBatch } from './batch'
import { aborted, type Clock, deadline } from './clock'
import type { Engine, Outcome, Read } from './context'
import type { Declared } from './declaration'
import { throughCodec } from './entry'
import { blamesInput, codeOf, LookupError } from './errors'
import { badValue, describe, reasonOf } from './json'
import type { Lease } from './lease'
import { runLoader } from './nested'
import { outside } from './outside'
import { highest, type Priority, priorityOf, withPriority } from './priority'
import type { Target } from './slot'

type Loaded<T> = { value: T | null | undefined } | { error: unknown }

/** The time that one load may take. The halves of a split batch share it, so that they stay within their leases. */
type Time = ReturnType<typeof startTime>

function startTime(clock: Clock, { name, timeout }: { name: string; timeout: number }, priority: Priority) {
  const controller = new AbortController()
  const { signal } = controller
  const late = `Lookup "${name}": the loader took over ${timeout / 1000} s`
  const cancel = deadline(clock, timeout, () => controller.abort(new LookupError('load_timeout', late)))
  return { priority, signal, expired: aborted(signal), cancel }
}

/** The lookup's loader with its timeout; single calls of one tick become one `loadMany` where there is one. */
export function createLoader<A, T>({ clock, limit, running }: Engine, declared: Declared<A, T>) {
  const { load, loadMany } = declared
  const many: NonNullable<typeof loadMany> =
    loadMany ?? ((args, context) => Promise.all(args.map((arg) => load?.(arg, context))))

  /**
   * Calls the loader once it has a place. Waiting for one counts, because the lease does not wait either. A loader that
   * ignores its signal does not keep its place.
   */
  function call<R>(
    targets: Target<A>[],
    { priority, signal, expired }: Time,
    loader: () => Promise<R>,
  ): Promise<R> {
    const keys = targets.map(({ slot }) => slot.entry)
    const called = new Promise<R>((resolve) => {
      const begin = (leave: () => void) => {
        if (signal.aborted) return leave()
        const answer = runLoader(running, keys, leave, async () => withPriority(priority, loader))
        resolve(answer)
        Promise.race([answer, expired]).finally(leave).catch(leave)
      }
      void limit(() => new Promise<void>(begin), priority === 'high')
    })
    return Promise.race([called, expired])
  }

  function check(values: unknown, count: number): Loaded<T>[] {
    if (!Array.isArray(values) || values.length !== count || Object.keys(values).length < count)
      throw badValue(
        `loadMany must return a list of ${count}, one for each argument, not ${describe(values)}`,
      )
    return values.map((value): Loaded<T> => {
      if (!(value instanceof Promise))
        return loadMany && value instanceof Error ? { error: value } : { value }
      value.catch(() => {})
      return { error: badValue('loadMany returned a promise in its list: await it') }
    })
  }

  /** A promise for each argument: the parts of a split batch do not wait for one another. */
  function loadAll(targets: Target<A>[], time: Time): Promise<Loaded<T>>[] {
    const args = targets.map(({ arg }) => arg)
    const all = call(targets, time, () => many(args, { signal: time.signal })).then(
      (values): (Loaded<T> | Promise<Loaded<T>>)[] => check(values, args.length),
      (error: unknown) => {
        // One bad argument must not fail its neighbors.
        if (args.length === 1 || time.signal.aborted || !blamesInput(error))
          return args.map(() => ({ error }))
        const middle = args.length >> 1
        return [targets.slice(0, middle), targets.slice(middle)].flatMap((half) => loadAll(half, time))
      },
    )
    return args.map(async (_, i) => (await all)[i] ?? { value: undefined })
  }

  async function send(items: { target: Target<A>; priority: Priority }[]): Promise<Promise<Loaded<T>>[]> {
    const time = startTime(clock, declared, highest(items.map(({ priority }) => priority)))
    const loaded = loadAll(
      items.map(({ target }) => target),
      time,
    )
    void Promise.allSettled(loaded).then(time.cancel)
    return loaded
  }
  const merged = loadMany && createBatch({ send, max: declared.batchMax })

  return async (target: Target<A>, priority: Priority): Promise<T | null | undefined> => {
    const item = { target, priority }
    const loaded = await (merged ? merged(item) : outside(send, [item]).then(([one]) => one))
    if (loaded && 'error' in loaded) throw loaded.error
    return loaded?.value
  }
}

/** Loads a value and passes it through its codec, so that it is the same data as a later hit. */
export async function loadValue<A, T>(read: Read<A, T>, lease: Lease): Promise<Outcome<T>> {
  const { engine, declared, loader } = read.lookup
  const { clock, state, runtime } = engine
  const { name, codec } = declared
  const start = clock.now()
  try {
    const value = (await loader(read, await priorityOf(runtime))) ?? null
    const outcome = throughCodec(value, lease, read.slot.entry, codec)
    const negative = outcome.value === null && { negative: true as const }
    state.emit({ type: 'load', lookup: name, ms: clock.now() - start, ...negative })
    return outcome
  } catch (error) {
    const reason = reasonOf(error)
    const named = reason ? new LookupError('bad_value', `Lookup "${name}": ${reason}`) : error
    state.emit({ type: 'load_error', lookup: name, code: codeOf(named), ms: clock.now() - start })
    throw named
  }
}
