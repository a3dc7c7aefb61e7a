import { createCounters, type Listener, type LookupEvent } from './events'

/**
 * A read or load on its way: what it brings may be kept in the process only while the ticket is valid,
 * and counts as old as the ticket, which opens when the request is sent.
 */
export interface Ticket {
  sentAt: number
  /** The backplane's epoch when it was opened. */
  epoch: number
  valid: boolean
  open(now: number): void
  close(): void
}

interface Layer {
  /** Drops what carries the tag; of a request's memo, only in the request that invalidated. */
  drop(tag: string, request?: object): void
  clear(): void
}

/** Invalidations of other processes. */
export interface Backplane {
  /** Grows with every change between alive and not; 0 while not proven alive. */
  epoch(): number
  /** Tells the other processes; throws if that was not confirmed. */
  announce(tags: readonly string[]): Promise<void>
}

/**
 * What must be one per process. Next loads a module once for pages, once for route handlers and once for
 * instrumentation; each copy finds the same object here.
 */
export function createProcessState() {
  const shared = new Map<string, unknown>()
  const tickets = new Map<string, Set<Ticket>>()
  const listeners = new Map<unknown, Listener>()
  const layers = new Set<Layer>()
  const counters = createCounters()
  let backplane: Backplane | undefined
  let sequence = 0

  const state = {
    layers,
    stats: counters.read,
    /** Numbers that only grow: "began before" without a clock. */
    next: () => ++sequence,

    /** The one value of this name; whoever asks first creates it. A name must always mean the same type. */
    share<T>(name: string, create: () => T): T {
      if (!shared.has(name)) shared.set(name, create())
      // The only place where the registry's unknown becomes what its creator put there.
      return shared.get(name) as T
    },

    /**
     * Hears every event until the returned function is called. A name keeps the copies of one module from
     * listening twice: the last listener of a name replaces the others.
     */
    on(listener: Listener, name: unknown = Symbol('listener')): () => void {
      listeners.set(name, listener)
      return () => {
        if (listeners.get(name) === listener) listeners.delete(name)
      }
    },
    emit(event: LookupEvent) {
      counters.listen(event)
      for (const listener of listeners.values()) {
        try {
          listener(event)
        } catch {
          // A listener's failure is not the reader's.
        }
      }
    },

    ticket(tags: readonly string[]): Ticket {
      const ticket: Ticket = {
        sentAt: 0,
        epoch: 0,
        valid: true,
        open(now) {
          ticket.close()
          Object.assign(ticket, { sentAt: now, epoch: state.epoch(), valid: true })
          for (const tag of tags) {
            const open = tickets.get(tag)
            if (open) open.add(ticket)
            else tickets.set(tag, new Set([ticket]))
          }
        },
        close() {
          for (const tag of tags) {
            const open = tickets.get(tag)
            if (open?.delete(ticket) && open.size === 0) tickets.delete(tag)
          }
        },
      }
      return ticket
    },

    /** Forgets what carries these tags, and keeps what is on its way from being kept. */
    drop(tags: readonly string[], request?: object) {
      for (const tag of tags) {
        for (const ticket of tickets.get(tag) ?? []) ticket.valid = false
        for (const layer of layers) layer.drop(tag, request)
      }
    },

    get backplane() {
      return backplane
    },
    connect(other: Backplane | undefined) {
      backplane = other
    },
    /** 1 without a backplane; with one, its epoch. */
    epoch: () => backplane?.epoch() ?? 1,
  }
  return state
}

export type ProcessState = ReturnType<typeof createProcessState>

const home: { [key: symbol]: ProcessState | undefined } = globalThis
const symbol = Symbol.for('clerk-cache-kit')

/** The state of this process. */
export const processState = (): ProcessState => (home[symbol] ??= createProcessState())

/** One value per process under this name, whichever copy of a module asks. */
const share = <T>(name: string, create: () => T): T => processState().share(name, create)

export type LookupCounts = {
  hits: number
  misses: number
  loads: number
  errors: number
  invalidations: number
}

/** The counters of `define-lookup.ts`, and gone with it. */
export function countsOf(name: string): LookupCounts {
  const counts = share('counts', () => new Map<string, LookupCounts>())
  const found = counts.get(name) ?? { hits: 0, misses: 0, loads: 0, errors: 0, invalidations: 0 }
  counts.set(name, found)
  return found
}
