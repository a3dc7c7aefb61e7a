import { AsyncLocalStorage } from 'node:async_hooks'
import { onePerProcess } from './one-per-process'
import type { Runtime } from './runtime/runtime'

/** Who a load is for: somebody who is signed in, or a script (`high`); a visitor (`normal`); background work (`low`). */
export type Priority = 'high' | 'normal' | 'low'

const ranks: readonly Priority[] = ['low', 'normal', 'high']
const ordered: readonly unknown[] = ranks
const rank = (priority: unknown) => ordered.indexOf(priority)

export const highest = (priorities: readonly Priority[]): Priority =>
  ranks.findLast((one) => priorities.includes(one)) ?? 'low'

const scope = onePerProcess('priority', () => new AsyncLocalStorage<Priority>())

/** Runs work whose loads have this priority. The engine runs each loader so. */
export const withPriority = <R>(priority: Priority, work: () => R): R => scope.run(priority, work)

/** The priority of the loader, or of other work, that is running; undefined outside. */
export const scopedPriority = (): Priority | undefined => scope.getStore()

/** The priority of the caller: of the loader it is, or of its request. Read only where something has to be loaded. */
export const priorityOf = (runtime: Runtime): Priority | Promise<Priority> =>
  scopedPriority() ?? runtime.priority?.() ?? 'high'

/**
 * Whether the caller has a higher priority than the one for which its source was not asked: such an error has the
 * property `refusedFor`. Callers of every priority share loads, and none may be refused for another's.
 */
export async function outranks(runtime: Runtime, error: unknown): Promise<boolean> {
  if (!(error instanceof Error) || !('refusedFor' in error) || error.refusedFor === undefined) return false
  return rank(error.refusedFor) < rank(await priorityOf(runtime))
}
