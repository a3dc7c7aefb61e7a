/** Where lookups run. `host-plain` for scripts and workers, `host-next` for a Next app. */
export interface Host {
  /**
   * Called before a read does anything; absent where there is nothing to ask, which makes hits cheaper.
   * `request` identifies the request whose memo may be used; `cached` says that the answer will become
   * part of a cached output, which carries the tags.
   */
  enter?(tags: readonly string[]): Promise<Scope>
  /** Runs a task after the response, or at once where there is none. */
  after(task: () => Promise<void>): void
  /** Tells the framework's own cache that tags are gone; never throws. Gives the request it happened in. */
  invalidated(tags: readonly string[]): Promise<object | undefined>
}

interface Scope {
  request: object | undefined
  cached: boolean
}
