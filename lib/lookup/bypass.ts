import { type Clock, sleep } from './clock'
import type { Outcome, Read } from './context'
import { codeOf } from './errors'
import { loadValue } from './load'
import { outside } from './outside'
import { priorityOf, withPriority } from './priority'
import type { ProcessState, Stamp } from './process-state'

/** After so many milliseconds the next round begins, although a load of this one has not ended. */
const ROUND_MS = 250

/**
 * The loads past Redis of one lookup in this process. What is asked for together begins together, in rounds that follow
 * one another, so that a broken Redis costs the upstream a few requests a second. For each key one load runs, and one
 * waits until that has ended.
 */
export function createBypasses<T>(clock: Clock, state: ProcessState) {
  type Load = Promise<Outcome<T>>
  const waiting = new Map<string, { load: Load; begin(): Load }>()
  /** The loads that have begun, and when. One that has ended is not kept: its value may be a token. */
  const running = new Map<string, { load: Load; sequence: number }>()
  let inRound = false

  function beginRound() {
    const ready = [...waiting].filter(([key]) => !running.has(key))
    if (inRound || ready.length === 0) return
    inRound = true
    const loads = ready.map(([key, { begin }]) => {
      waiting.delete(key)
      return begin().finally(() => {
        running.delete(key)
        beginRound()
      })
    })
    void Promise.race([Promise.allSettled(loads), sleep(clock, ROUND_MS)]).then(() => {
      inRound = false
      beginRound()
    })
  }

  return {
    /** Joins a load that begins after the caller has asked (`asked` is when), and never one that began before. */
    join(key: string, asked: Stamp, start: () => Load): Load {
      const next = waiting.get(key)
      if (next) return next.load
      const begun = running.get(key)
      if (begun && begun.sequence > asked.sequence) return begun.load
      let begin = (): Load => Promise.reject(new Error('not begun'))
      const load = new Promise<Outcome<T>>((resolve) => {
        begin = () => {
          running.set(key, { load, sequence: state.stamp(clock.now()).sequence })
          resolve(start())
          return load
        }
      })
      waiting.set(key, { load, begin })
      // After all that fails in this tick has asked.
      outside(() => process.nextTick(beginRound))
      return load
    },
  }
}

/** A load past Redis, never stored there: shared only with callers that asked before it began, and of the same `kind`. */
export async function bypass<A, T>(
  read: Read<A, T>,
  asked: Stamp,
  cause: unknown,
  kind = '',
): Promise<Outcome<T>> {
  const { engine, declared, local } = read.lookup
  const code = typeof cause === 'string' ? cause : codeOf(cause)
  engine.state.emit({ type: 'uncached', lookup: declared.name, code })
  const priority = priorityOf(engine.runtime)
  const load = async () => withPriority(await priority, () => loadValue(read, { flight: '', generation: '' }))
  return local.bypasses.join(read.slot.entry + kind, asked, load)
}
