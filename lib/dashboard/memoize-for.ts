import { onePerProcess } from '../lookup/one-per-process'
import { outside } from '../lookup/outside'

/** How long what was read is for everybody who asks. Milliseconds. */
const SHARED_MS = 4_000

const generation = onePerProcess('dashboard-generation', () => ({ number: 0 }))

/** Has everything read anew: an admin has just changed something and wants to see it. */
export function dropShared(): void {
  generation.number++
}

/** A read that all of this process share for a few seconds: any number of open dashboards costs what one does. */
export const shared =
  <T>(name: string, read: () => Promise<T>): (() => Promise<T>) =>
  () => {
    type Held = { at: number; of: number; value: Promise<T> | undefined }
    const held = onePerProcess(`dashboard:${name}`, (): Held => ({ at: 0, of: 0, value: undefined }))
    const now = performance.now()
    if (held.value && held.of === generation.number && now - held.at < SHARED_MS) return held.value
    const value = outside(read)
    Object.assign(held, { at: now, of: generation.number, value })
    // An error is told to those who wait, and kept for nobody.
    value.catch(() => {
      if (held.value === value) held.value = undefined
    })
    return value
  }
