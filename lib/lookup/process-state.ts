import type { LookupEvent } from './events'
import { createListeners } from './listeners'
import { onePer, onePerProcess } from './one-per-process'

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
  /** Of a process layer: what it holds now, and how often it answered, with null too. */
  usage?(): { lookup: string; entries: number; bytes: number; hits: number; negative: number }
}

/** Invalidations of other processes. */
export interface Backplane {
  /** Grows with every change between alive and not; 0 while not proven alive. */
  epoch(): number
  /** Tells the other processes; throws if that was not confirmed. */
  announce(tags: readonly string[]): Promise<void>
}

/** Flights, tickets, layers and listeners: what must be one per process, or per simulated process. */
export function createProcessState() {
  const shared = new Map<string, unknown>()
  const tickets = new Map<string, Set<Ticket>>()
  const events = createListeners<LookupEvent>()
  const besideHits = createListeners<LookupEvent>()
  const layers = new Set<Layer>()
  let backplane: Backplane | undefined
  let sequence = 0

  const state = {
    layers,
    /** Numbers that only grow: "began before" without a clock. */
    next: () => ++sequence,

    /** As `onePerProcess`, of this state: what the copies of a module share. */
    share<T>(name: string, create: () => T): T {
      return onePer(shared, name, create)
    },

    /** Hears every event of this process, until the returned function is called; one listener a name. */
    on: events.on,
    /** As `on`, without the hits of process layers: these are the ones that must cost nothing, and count themselves. */
    onBesideHits: besideHits.on,
    emit(event: LookupEvent) {
      events.tell(event)
      if (event.type !== 'hit' || event.layer !== 'process') besideHits.tell(event)
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

/** The state of this process. */
export const processState = (): ProcessState => onePerProcess('lookups', createProcessState)
