import type { Priority } from '../priority'

/** Where lookups run: `plain.ts` for scripts and workers, `next.ts` for a Next app. */
export interface Runtime {
  /** The render or request in progress, if it is known without waiting: the same object throughout. */
  current?(): object | undefined
  /**
   * Called before a read does anything; waits until the answer may depend on the request. Omit it where there is no
   * request, as in scripts.
   */
  enter?(tags: readonly string[]): Promise<Scope>
  /** Whether `enter` would wait for nothing in this request, so that a read can begin at once. Default: it is called. */
  isEntered?(request: object): boolean
  /** The priority of the request in progress. Called only where something has to be loaded. Default: `high`. */
  priority?(): Promise<Priority>
  /** Runs a task after the response, or at once where there is none. */
  after(task: () => Promise<void>): void
  /** Invalidates tags in the framework's own cache; never throws. Returns the request in which it happened. */
  invalidated(tags: readonly string[]): Promise<object | undefined>
}

interface Scope {
  /** Identifies the request whose memo may be used. */
  request: object | undefined
  /** The answer becomes part of a cached output, which now carries the tags. */
  cached: boolean
}
