/** One change of one place in a file of the engine. */
export interface Change {
  name: string
  /** In `lib/lookup`. */
  file: string
  /** Occurs exactly once in the file. */
  from: string
  to: string
}

/** A change that the simulation must notice. */
export interface Mutant extends Change {
  /** The promise of the engine or the rule of its algorithm that is broken; any of these names it. */
  breaks: readonly string[]
}
