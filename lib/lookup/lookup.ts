import { LRUCache } from 'lru-cache'
import type { Declared } from './declaration'
import type { Engine } from './engine'
import { generationOf, isOf, readEntry, writeEntry } from './entry'
import { codeOf, LookupError } from './errors'
import type { LookupEvent } from './events'
import { markerKey, type Slot, safe, tagVersionKey } from './keys'
import { createLoader } from './load'
import { createMemo } from './memo'
import { createProcessCache } from './process-cache'
import type { Ticket } from './process-state'
import type { AcquireReply } from './store'

/** A declared lookup: call it with its argument. Every way of reading rejects with the loader's own error. */
export interface Lookup<A, T> {
  /** The value, frozen; null when there is none. */
  (arg: A): Promise<T | null>
  /** The values in the order of the arguments: one read, one load. */
  many(args: readonly A[]): Promise<(T | null)[]>
  /**
   * As a call, past the request's memo and the process layer; refused while one of the markers is set, which the same
   * MGET asks.
   */
  fresh(arg: A, options?: { revocationMarkers?: readonly string[] }): Promise<T | null>
  /** What Redis holds, undefined when it holds nothing usable or does not answer; never loads. */
  peek(arg: A): Promise<T | null | undefined>
  /** Loads what is not cached yet; says how many are now, and how many could not be loaded. */
  warm(args: readonly A[]): Promise<{ warmed: number; failed: number }>
  /**
   * Loads anew whatever is cached, or only what matches, else gives it; it stays until then. One load for all who ask
   * at the same time.
   */
  reload(arg: A, matches?: (value: T) => boolean): Promise<T | null>
  /** After it has resolved no read that begins later gets an older value; throws `invalidation_unconfirmed`. */
  invalidate(arg: A): Promise<void>
  /** Drops the cached value if it is one that matches and is still there when dropped; says whether it did. */
  invalidateIf(arg: A, matches: (value: T) => boolean): Promise<boolean>
}

interface Target<A> {
  arg: A
  key: string
  /** The key and its revocationMarkers: what reads must have in common to be merged. */
  shared: string
  tags: readonly string[]
  slot: Slot
  keys: readonly string[]
}

/** A value together with its entry, which alone can be rejected. */
export interface Outcome<T> {
  value: T | null
  entry: string
}

interface Direct<T> {
  promise: Promise<Outcome<T>>
  ticket: Ticket
  begun: number
  startedAt: number
  open: boolean
}

/** How long a value loaded while Redis is down may be shared in this process, in milliseconds. */
const directMs = 5000

export function createLookup<A, T>(engine: Engine, declared: Declared<A, T>) {
  const { store, host, clock, state, namespace } = engine
  const { name, id, codec } = declared
  const emit = (type: 'miss' | 'stale' | 'grace' | 'coalesced' | 'waiting' | 'corrupt' | 'refused') =>
    state.emit({ type, lookup: name })
  type Layer = 'request' | 'process' | 'redis'
  const hit = (layer: Layer): LookupEvent => ({ type: 'hit', lookup: name, layer })
  const negativeHit = (layer: Layer): LookupEvent => ({ type: 'hit', lookup: name, layer, negative: true })
  const hits = { request: hit('request'), process: hit('process'), redis: hit('redis') }
  const negativeHits = { process: negativeHit('process'), redis: negativeHit('redis') }
  const emitHit = (layer: 'process' | 'redis', negative: boolean) =>
    state.emit(negative ? negativeHits[layer] : hits[layer])
  const loader = createLoader(declared, clock, declared.composed ? (work) => work() : engine.limit)

  // One per process: the copies of this module that Next loads find each other's flights and values here.
  const local = state.share(`lookup:${namespace}:${id}`, () => ({
    memo: createMemo<T | null>(state),
    layer:
      declared.processTtl > 0
        ? createProcessCache<T | null>(name, state, clock, declared.processTtl, engine.processCache)
        : undefined,
    /** Loads under a lease of this process, by flight and generation. */
    flights: new Map<string, Promise<Outcome<T>>>(),
    /** Waits for another process's flight, by key, flight and generation. */
    waits: new Map<string, Promise<Outcome<T>>>(),
    /** Loads past Redis. */
    direct: new LRUCache<string, Direct<T>>({
      maxSize: 1000,
      sizeCalculation: () => 1,
      dispose: ({ ticket }) => ticket.close(),
    }),
    /** When a refresh was last asked for; the host may never come to run it. */
    refreshing: new LRUCache<string, number>({ maxSize: 5000, sizeCalculation: () => 1 }),
    /** Entries that are being written anew, by key; the host may never come to run it. */
    rewriting: new LRUCache<string, string>({ maxSize: 5000, sizeCalculation: () => 1 }),
    unsentReads: new Map<string, Promise<Outcome<T>>>(),
    unsentMisses: new Map<string, Promise<Outcome<T>>>(),
  }))

  // Tickets keep a process layer true; without one there is nothing to watch.
  const watch = (tags: readonly string[]) => (local.layer ? state.ticket(tags) : unwatched)

  function locate(arg: A, revokedBy: readonly string[] = []): Target<A> {
    const tags = declared.tags(arg)
    const base = `${id}:${safe(declared.key(arg))}`
    const slot = {
      entry: `${namespace}:e:${base}`,
      state: `${namespace}:s:${base}`,
      hard: declared.grace > 0 ? `${namespace}:h:${base}` : undefined,
      tagVersions: tags.map((tag) => tagVersionKey(namespace, tag)),
      markers: [...declared.revocationMarkers(arg), ...revokedBy].map((guard) => markerKey(namespace, guard)),
    }
    const stateKeys = slot.hard === undefined ? [slot.state] : [slot.state, slot.hard]
    if (tags.length === 0)
      throw new LookupError('bad_declaration', `Lookup "${name}": tags must name at least one tag`)
    return {
      arg,
      key: slot.entry,
      shared: [slot.entry, ...slot.markers].join(' '),
      tags,
      slot,
      keys: [slot.entry, ...slot.tagVersions, ...slot.markers, ...stateKeys],
    }
  }

  // ---- A read, from top to bottom: this process, one MGET, a lease, the loader, commit.

  function lookup(arg: A): Promise<T | null> {
    if (host.enter === undefined && local.layer !== undefined) {
      try {
        const held = local.layer.get(declared.key(arg))
        if (held !== undefined) {
          emitHit('process', held.negative)
          return held.promise
        }
      } catch {
        // No key can be made of the argument: said below, as a rejection.
      }
    }
    return nearest(arg)
  }

  async function nearest(arg: A): Promise<T | null> {
    const target = locate(arg)
    const request = await enter(target)
    const known = declared.memo && request && local.memo.get(request, target.key)
    if (known) {
      state.emit(hits.request)
      return known
    }
    const held = local.layer?.get(declared.key(arg))
    if (held !== undefined) emitHit('process', held.negative)
    const value = held?.promise ?? read(target).then((outcome) => outcome.value)
    return declared.memo && request ? local.memo.set(request, target.key, value, target.tags) : value
  }

  async function enter(target: Target<A>): Promise<object | undefined> {
    const scope = await host.enter?.(target.tags)
    if (scope?.cached && isGuarded(target.slot))
      throw new LookupError(
        'inside_use_cache',
        `Lookup "${name}" has revocationMarkers: call it outside "use cache"`,
      )
    return scope?.request
  }

  /** Joins a read of the same key only while that one has not been sent. */
  function read(target: Target<A>): Promise<Outcome<T>> {
    const joined = local.unsentReads.get(target.shared)
    if (joined) {
      emit('coalesced')
      return joined
    }
    const promise = readStore(target)
    local.unsentReads.set(target.shared, promise)
    return promise
  }

  async function readStore(target: Target<A>): Promise<Outcome<T>> {
    const ticket = watch(target.tags)
    let begun = 0
    try {
      const reply = await attempt(() =>
        engine.reads(target.keys, () => {
          local.unsentReads.delete(target.shared)
          begun = state.next()
          ticket.open(clock.now())
        }),
      )
      if ('failure' in reply) {
        if (isGuarded(target.slot)) throw unasked()
        return await direct(target, begun, reply.failure)
      }
      const found = judge(target, reply.value)
      if (!found.outcome) {
        emit('miss')
        return await obtain(target, found.unusable)
      }
      emitHit('redis', found.outcome.value === null)
      fill(target, ticket, found.outcome)
      if (!found.fresh) refreshLater(target)
      return found.outcome
    } finally {
      ticket.close()
    }
  }

  /** What one MGET says: an entry counts only if every fence is there and is the one it was loaded with. */
  function judge(target: Target<A>, texts: readonly (string | null)[]) {
    const { tagVersions, markers, hard } = target.slot
    const [entry = null, ...rest] = texts
    const generation = rest.slice(0, tagVersions.length)
    const [fresh, alive] = rest.slice(tagVersions.length + markers.length)
    if (rest.slice(tagVersions.length, tagVersions.length + markers.length).some((guard) => guard !== null))
      refuse()
    const live = entry !== null && !generation.includes(null) && isOf(generation.join(','), entry)
    if (!live || (hard !== undefined && alive === null)) return { unusable: '' }
    const outcome = open(target, entry)
    return outcome ? { outcome, fresh: fresh !== null, unusable: '' } : { unusable: entry }
  }

  /** Joins a miss of the same key only while its acquire has not been sent. */
  function obtain(target: Target<A>, reject: string): Promise<Outcome<T>> {
    const missId = `${target.shared}|${reject}`
    const joined = local.unsentMisses.get(missId)
    if (joined) {
      emit('coalesced')
      return joined
    }
    const promise: Promise<Outcome<T>> = acquireOrWait(target, reject, {
      sent: () => local.unsentMisses.delete(missId),
      self: () => promise,
    })
    local.unsentMisses.set(missId, promise)
    return promise
  }

  async function acquireOrWait(
    target: Target<A>,
    reject: string,
    own: { sent(): void; self(): Promise<Outcome<T>> },
  ): Promise<Outcome<T>> {
    const flight = engine.newId()
    const ticket = watch(target.tags)
    const deadline = clock.now() + declared.lease + declared.timeout
    let begun = 0
    let waiting = ''
    let waitId: string | undefined
    try {
      for (let round = 0; ; round++) {
        const request = { slot: target.slot, flight, waiting, reject, refresh: false, lease: declared.lease }
        const reply = await attempt(() =>
          twice(() =>
            engine.acquires(request, () => {
              own.sent()
              begun = state.next()
              ticket.open(clock.now())
            }),
          ),
        )
        // It waits no longer: what it does next may wait for the same flight, and must not find itself.
        if (waitId !== undefined) local.waits.delete(waitId)
        waitId = undefined
        // Others may have joined this wait since it last asked: what they share must begin after that.
        if ('failure' in reply) {
          void engine.release(target.slot, flight, reply.failure)
          return await direct(target, round === 0 ? begun : state.next(), reply.failure)
        }
        if (reply.value.kind !== 'wait') return await settle(target, flight, reply.value, ticket, waiting)

        // In the generation that our own acquire saw, and no other: what it brings is new enough for us.
        const flown = `${reply.value.flight}|${reply.value.generation}`
        waiting = reply.value.flight
        const id = `${target.shared}|${flown}`
        const other = local.flights.get(flown) ?? local.waits.get(id)
        if (other) {
          emit('coalesced')
          try {
            return await other
          } catch (error) {
            // Who loads may be refused for markers that are not ours: ask for ourselves.
            if (!isRefusal(error)) throw error
            continue
          }
        }
        if (clock.now() >= deadline) return await direct(target, state.next(), 'waited_too_long')
        if (round === 0) emit('waiting')
        waitId = id
        local.waits.set(id, own.self())
        await engine.pause(round)
      }
    } finally {
      if (waitId !== undefined) local.waits.delete(waitId)
      ticket.close()
    }
  }

  async function settle(
    target: Target<A>,
    flight: string,
    reply: Exclude<AcquireReply, { kind: 'wait' }>,
    ticket: Ticket,
    waiting: string,
  ): Promise<Outcome<T>> {
    if (reply.kind === 'refused') return refuse()
    if (reply.kind === 'load') {
      if (reply.foreign) emit('corrupt')
      return fly(target, flight, reply.generation, ticket)
    }
    if (reply.kind === 'fail') {
      const kept = reply.entry === null ? undefined : open(target, reply.entry)
      if (kept) {
        emit('grace')
        return kept
      }
      throw (
        declared.failure?.decode(reply.code) ??
        new LookupError('load_failed', `Lookup "${name}": the loader failed in another process`, reply.code)
      )
    }
    const outcome = open(target, reply.entry)
    if (!outcome) return obtain(target, reply.entry)
    emitHit('redis', outcome.value === null)
    // What a waiter is given may be an answer that must not be kept.
    if (waiting === '') fill(target, ticket, outcome)
    return outcome
  }

  /** Loads under the lease, where others of this process find it. */
  function fly(target: Target<A>, flight: string, generation: string, ticket: Ticket): Promise<Outcome<T>> {
    const flown = `${flight}|${generation}`
    const promise = loadAndCommit(target, flight, generation, ticket).finally(() =>
      local.flights.delete(flown),
    )
    local.flights.set(flown, promise)
    return promise
  }

  async function loadAndCommit(
    target: Target<A>,
    flight: string,
    generation: string,
    ticket: Ticket,
  ): Promise<Outcome<T>> {
    const { slot } = target
    const mine = { slot, flight, generation }
    let outcome: Outcome<T>
    let life: ReturnType<typeof declared.lifetimes>
    try {
      outcome = await load(target, generation)
      life = declared.lifetimes(outcome.value)
    } catch (error) {
      const code = declared.failure?.encode(error) || codeOf(error)
      const cooldown = Math.max(declared.refreshEvery, 1000)
      const entry = await twice(() => engine.fails({ ...mine, code, cooldown })).catch((lost: unknown) => {
        void engine.release(slot, flight, lost)
        return null
      })
      const kept = entry === null ? undefined : open(target, entry)
      if (!kept) throw error
      emit('grace')
      return kept
    }
    const { margin, refreshBefore, refreshEvery } = declared
    // Jitter only shortens.
    const jitter = 1 - 0.1 * engine.random()
    const [hard, soft] = [Math.floor(life.hard * jitter), Math.floor(life.soft * jitter)]
    const early = Math.floor(refreshBefore * (1 + 0.1 * engine.random()))
    const lifetime = { ...life, hard, soft, margin, refreshBefore: early, refreshEvery }
    const request = { ...mine, entry: outcome.entry, ...lifetime }
    const reply = await twice(() => engine.commits(request)).catch((error: unknown) => {
      void engine.release(slot, flight, error)
      if (isGuarded(target.slot) && isOutage(error)) throw unasked()
      return 'unknown' as const
    })
    if (reply === 'refused') return refuse()
    state.emit({ type: 'commit', lookup: name, outcome: reply })
    if (reply === 'stored') fill(target, ticket, outcome)
    return outcome
  }

  // ---- Beside the way of a read.

  /** A load past Redis: shared with those who asked before it began, and for 5 s while the breaker is open. */
  function direct(target: Target<A>, begun: number, cause: unknown): Promise<Outcome<T>> {
    state.emit({ type: 'uncached', lookup: name, code: typeof cause === 'string' ? cause : codeOf(cause) })
    const open = !store.healthy()
    const known = local.direct.get(target.key)
    const shareable = open && known?.open && clock.now() - known.startedAt < directMs
    if (known?.ticket.valid && (known.begun > begun || shareable)) return known.promise
    const ticket = state.ticket(target.tags)
    ticket.open(clock.now())
    const promise = load(target, '')
    local.direct.set(target.key, { promise, ticket, begun: state.next(), startedAt: ticket.sentAt, open })
    const forget = () => local.direct.peek(target.key)?.promise === promise && local.direct.delete(target.key)
    promise.then(isGuarded(target.slot) ? forget : undefined, forget)
    return promise
  }

  /** Loads and passes the value through its codec, so that it is the same data as a later hit. */
  async function load(target: Target<A>, generation: string): Promise<Outcome<T>> {
    const start = clock.now()
    try {
      const entry = writeEntry(generation, target.key, await loader(target.arg), codec)
      const outcome = open(target, entry)
      if (!outcome)
        throw new LookupError('bad_value', `Lookup "${name}": its codec cannot read what it wrote`)
      const negative = outcome.value === null && { negative: true as const }
      state.emit({ type: 'load', lookup: name, ms: clock.now() - start, ...negative })
      return outcome
    } catch (error) {
      state.emit({ type: 'load_error', lookup: name, code: codeOf(error), ms: clock.now() - start })
      throw error
    }
  }

  /** Once per key, process and lease: the same acquire, which goes on only if it got the lease. */
  function refreshLater(target: Target<A>) {
    emit('stale')
    const since = local.refreshing.get(target.key)
    if (since !== undefined && clock.now() - since < declared.lease) return
    local.refreshing.set(target.key, clock.now())
    host.after(async () => {
      const flight = engine.newId()
      const ticket = watch(target.tags)
      try {
        const { lease } = declared
        const request = { slot: target.slot, flight, waiting: '', reject: '', refresh: true, lease }
        const reply = await engine.acquires(request, () => ticket.open(clock.now()))
        if (reply.kind === 'load') await fly(target, flight, reply.generation, ticket)
      } catch {
        // Told by events; the reader has long had his value.
      } finally {
        ticket.close()
        local.refreshing.delete(target.key)
      }
    })
  }

  function open(target: Target<A>, entry: string): Outcome<T> | undefined {
    const found = readEntry(entry, target.key, codec)
    if (!found) emit('corrupt')
    if (found?.outdated) rewriteLater(target, { value: found.value, entry })
    return found && { value: found.value, entry }
  }

  /** Writes a value anew for the rest of its time, unless the entry is another by then. */
  function rewriteLater(target: Target<A>, { value, entry }: Outcome<T>) {
    if (local.rewriting.get(target.key) === entry) return
    local.rewriting.set(target.key, entry)
    host.after(async () => {
      const text = writeEntry(generationOf(entry), target.key, value, codec)
      // Where it fails, a later read tries again.
      await store.replaceIf(target.slot, entry, text).catch(() => false)
      if (local.rewriting.get(target.key) === entry) local.rewriting.delete(target.key)
    })
  }

  function fill(target: Target<A>, ticket: Ticket, { value, entry }: Outcome<T>) {
    local.layer?.fill(ticket, declared.key(target.arg), value, target.tags, entry.length)
  }

  function refuse(): never {
    emit('refused')
    throw new LookupError('revoked', `Lookup "${name}": access was revoked`)
  }

  const unasked = () =>
    new LookupError('revocation_unknown', `Lookup "${name}": Redis could not be asked for its markers`)

  /** Repeats once what is safe to repeat, unless the breaker has opened. */
  const twice = <R>(work: () => Promise<R>): Promise<R> =>
    work().catch((error) => {
      if (codeOf(error) !== 'store_unavailable' || !store.healthy()) throw error
      return work()
    })

  async function inspect(target: Target<A>) {
    await enter(target)
    return judge(target, await engine.reads(target.keys)).outcome
  }

  const fresh = async (arg: A, markers?: readonly string[]) => {
    const target = locate(arg, markers)
    await enter(target)
    return read(target)
  }

  const callable: Lookup<A, T> = Object.assign(lookup, {
    many: (args: readonly A[]) => Promise.all(args.map(lookup)),
    fresh: async (arg: A, { revocationMarkers }: { revocationMarkers?: readonly string[] } = {}) =>
      (await fresh(arg, revocationMarkers)).value,
    peek: (arg: A) =>
      inspect(locate(arg)).then(
        (outcome) => outcome?.value,
        (error) => {
          if (isOutage(error)) return undefined
          throw error
        },
      ),
    async warm(args: readonly A[]) {
      const done = await Promise.allSettled(args.map((arg) => fresh(arg)))
      const warmed = done.filter((result) => result.status === 'fulfilled').length
      return { warmed, failed: done.length - warmed }
    },
    async reload(arg: A, matches?: (value: T) => boolean) {
      const target = locate(arg)
      const cached = await inspect(target).catch((error) => {
        if (!isOutage(error)) throw error
        // Past Redis nobody would ask for the markers.
        if (isGuarded(target.slot)) throw unasked()
        return undefined
      })
      if (cached && matches && !(cached.value !== null && matches(cached.value))) return cached.value
      return (await obtain(target, cached?.entry ?? '')).value
    },
    invalidate: (arg: A) => engine.invalidate(declared.tags(arg)),
    async invalidateIf(arg: A, matches: (value: T) => boolean) {
      const target = locate(arg)
      const outcome = await inspect(target)
      if (!outcome || outcome.value === null || !matches(outcome.value)) return false
      return store.replaceIf(target.slot, outcome.entry, null)
    },
  })
  return { callable, fresh, obtain: (arg: A, reject: string) => obtain(locate(arg), reject) }
}

const unwatched: Ticket = { sentAt: 0, epoch: 0, valid: false, open() {}, close() {} }

const isGuarded = ({ markers }: Slot) => markers.length > 0

const isRefusal = (error: unknown) =>
  error instanceof LookupError && (error.code === 'revoked' || error.code === 'revocation_unknown')

const isOutage = (error: unknown) =>
  error instanceof LookupError &&
  ['store_unavailable', 'store_quota', 'scripts_not_permitted'].includes(error.code)

const attempt = <R>(work: () => Promise<R>): Promise<{ value: R } | { failure: unknown }> =>
  work().then(
    (value) => ({ value }),
    (failure: unknown) => ({ failure }),
  )
