export type Listener<E> = (event: E) => void

/**
 * Who hears what is told. A name keeps the copies of one module from listening twice: the last listener of a name
 * replaces the others. A listener's failure is not the teller's.
 */
export function createListeners<E>() {
  const byName = new Map<unknown, Listener<E>>()
  // A list of its own, because some of it is told on every cache hit.
  let heardBy: readonly Listener<E>[] = []

  return {
    tell(event: E): void {
      for (const listener of heardBy) {
        try {
          listener(event)
        } catch {
          // Who tells has something else to do.
        }
      }
    },
    /** Hears everything until the returned function is called. */
    on(listener: Listener<E>, name: unknown = Symbol('listener')): () => void {
      byName.set(name, listener)
      heardBy = [...byName.values()]
      return () => {
        if (byName.get(name) !== listener) return
        byName.delete(name)
        heardBy = [...byName.values()]
      }
    },
  }
}
