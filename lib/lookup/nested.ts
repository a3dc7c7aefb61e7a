import { AsyncLocalStorage } from 'node:async_hooks'
import { LookupError } from './errors'
import { onePerProcess } from './one-per-process'

/** A call of a loader that is running. */
interface Call {
  /** The entries that it loads. */
  keys: readonly string[]
  /** The entries of other lookups that it has asked for. */
  asked: Set<string>
  /** Gives its place in the concurrency limit back. */
  leave(): void
  /** All calls of the process by entry; a call that has ended is not among them. */
  running: RunningCalls
}

export type RunningCalls = Map<string, Call>

const current = onePerProcess('loader-call', () => new AsyncLocalStorage<Call>())

/** Calls a loader such that the lookups which it calls know it. */
export async function runLoader<R>(
  running: RunningCalls,
  keys: readonly string[],
  leave: () => void,
  loader: () => Promise<R>,
): Promise<R> {
  const call: Call = { keys, leave, running, asked: new Set() }
  for (const key of keys) running.set(key, call)
  try {
    return await current.run(call, loader)
  } finally {
    for (const key of keys) if (running.get(key) === call) running.delete(key)
  }
}

/**
 * Called by each read. A loader that calls a lookup gives its place in the concurrency limit back, or loaders that wait
 * for one another's places would all run into their timeouts. @throws LookupError `bad_declaration` if the loader asks
 * for what it is loading, itself or through other loaders
 */
export function readInLoader(name: string, key: string): void {
  const call = current.getStore()
  if (!call?.keys.some((own) => call.running.get(own) === call)) return
  if (reaches(call, key, new Set()))
    throw new LookupError(
      'bad_declaration',
      `Lookup "${name}": this read, made in a loader, waits for itself`,
    )
  call.asked.add(key)
  call.leave()
}

/** Whether a load of `key` waits, directly or through other loads, for one of the call's own. */
function reaches(call: Call, key: string, seen: Set<string>): boolean {
  if (call.keys.includes(key)) return true
  if (seen.has(key)) return false
  seen.add(key)
  return [...(call.running.get(key)?.asked ?? [])].some((next) => reaches(call, next, seen))
}
