import { onePerProcess } from '../lookup/one-per-process'
import { outside } from '../lookup/outside'

const generation = onePerProcess('memoized-generation', () => ({ number: 0 }))

/** Drops every memoized value of this process, so that the next reads show what was just changed. */
export function dropMemoized(): void {
  generation.number++
}

/**
 * A read whose result the whole process shares for `ms` milliseconds: many open dashboards cost as much as one. A failure
 * is reported to the callers that wait for it, and not shared any longer.
 */
export const memoizeFor =
  <T>(ms: number, name: string, read: () => Promise<T>): (() => Promise<T>) =>
  () => {
    type Held = { at: number; generation: number; value: Promise<T> | undefined }
    const held = onePerProcess(`memoized:${name}`, (): Held => ({ at: 0, generation: 0, value: undefined }))
    const now = performance.now()
    if (held.value && held.generation === generation.number && now - held.at < ms) return held.value
    const value = outside(read)
    Object.assign(held, { at: now, generation: generation.number, value })
    value.catch(() => {
      if (held.value === value) held.value = undefined
    })
    return value
  }
