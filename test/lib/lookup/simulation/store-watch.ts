import type { AcquireReply, AcquireRequest, CommitRequest, FailRequest, Store } from '@/lib/lookup/store'
import type { Chronicle, Load } from './chronicle'
import { stampOf, timeoutMs } from './facts'

interface Cells {
  get(key: string): { text: string; until: number } | undefined
}

/** The last lease of an entry and how it ended, as the promises see it. */
interface Lease {
  generation: string
  flight: string
  lease: number
  at: number
  status: 'leased' | 'stored' | 'failed' | 'not_cacheable'
  hard: number
  soft: number
  cooldown: number
  /** How long an answer that was not stored is held for the waiters. */
  hold: number
  /** Something was evicted or corrupted: one more load is allowed. */
  excused: boolean
}

/** `t:e:user.1:a`, `t:s:…` and `t:h:…` are of one slot. */
const slotOf = (key: string) => key.slice(4)

/** Watches the requests and answers of the store, and counts loads: at most one per key and generation. */
export function watchStore(
  store: Store & { cells: Cells },
  chronicle: Chronicle,
  find: { byFlight(flight: string): Load | undefined; declaredHard(entryKey: string): number },
) {
  const { time, violate } = chronicle
  const leases = new Map<string, Lease>()
  const hardEnds = new Map<string, number>()
  /** The flights that have returned their leases. */
  const released = new Map<string, { state: string; at: number; overwritten: boolean }>()
  /** The state of a slot was written or lost: what it remembered of a flight is gone. */
  function overwrite(state: string) {
    for (const release of released.values())
      if (slotOf(release.state) === slotOf(state)) release.overwritten = true
  }
  const markers: { key: string; from: number; to: number }[] = []

  const cell = (key: string) => {
    const found = store.cells.get(key)
    return found && found.until > time.now() ? found.text : undefined
  }
  const generation = (tagVersions: readonly string[]) => tagVersions.map((key) => cell(key) ?? '?').join(',')
  const revokedNow = (keys: readonly string[]) => keys.some((key) => cell(key) !== undefined)

  function mayLoad(last: Lease, request: AcquireRequest, before: string | undefined): string | undefined {
    const age = time.now() - last.at
    if (last.excused) return undefined
    if (last.status === 'leased' && age < last.lease)
      return 'promise 2: leased a second time while its holder may be loading'
    if (last.status === 'stored') {
      if (request.reject !== '' && request.reject === before) return undefined
      if (request.refresh && age < last.soft) return 'promise 2: refreshed before its soft expiry'
      if (!request.refresh && age < last.hard) return 'promise 2: loaded again before its expiry'
    }
    if (last.status === 'failed' && age < last.cooldown) {
      if (request.waiting === last.flight)
        return 'promise 5: a waiter tried again instead of sharing the failure'
      const served =
        before?.startsWith(`${last.generation}|`) &&
        time.now() < (hardEnds.get(slotOf(request.slot.entry)) ?? 0)
      if (request.refresh && served) return 'promise 2: refreshed again right after a failure'
    }
    if (last.status === 'not_cacheable' && age < last.hold)
      return 'promise 2: an answer not to be stored was asked for again'
    return undefined
  }

  function leased(
    request: AcquireRequest,
    reply: AcquireReply,
    before: string | undefined,
    revoked: boolean,
  ) {
    const { slot, flight, lease } = request
    if (revoked && reply.kind !== 'refused')
      violate(`rule 6: acquire answered ${reply.kind} while a revocation marker is set`)
    const last = leases.get(slotOf(slot.entry))
    if (reply.kind === 'wait') {
      if (
        reply.flight !== '' &&
        last?.status === 'leased' &&
        last.generation !== generation(slot.tagVersions)
      )
        violate('rule 3: asked to wait for a load of another generation')
      return
    }
    if (reply.kind !== 'load') return
    if (lease <= timeoutMs) violate('rule 3: the lease is not longer than the loader’s timeout')
    if (reply.generation !== generation(slot.tagVersions))
      violate('rule 3: leased in a generation that is not current')
    const why =
      last && last.generation === reply.generation && last.flight !== flight && mayLoad(last, request, before)
    if (why) violate(`${why} (${slot.entry})`)
    const release = released.get(flight)
    if (release && !release.overwritten && time.now() - release.at < 10_000)
      violate('rule 9: a flight that has returned its lease gets another, which nobody would use')
    overwrite(slot.state)
    leases.set(slotOf(slot.entry), {
      ...{ generation: reply.generation, flight, lease, at: time.now(), status: 'leased', excused: false },
      ...{ hard: 0, soft: 0, cooldown: 0, hold: 0 },
    })
  }

  /** Whether this flight holds the lease, read from the keys themselves. */
  const holds = ({ slot, flight, generation: gen }: CommitRequest | FailRequest) =>
    cell(slot.state) === `L:${flight}|${gen}`

  function ofFlight({ slot, flight }: CommitRequest | FailRequest): Lease | undefined {
    const last = leases.get(slotOf(slot.entry))
    return last?.flight === flight ? last : undefined
  }

  function checkCommit(
    request: CommitRequest,
    held: boolean,
    current: boolean,
    revoked: boolean,
    reply: string,
  ) {
    const { slot, entry, generation: gen, grace, expiry, expiryBuffer, refreshBefore, refreshEvery } = request
    const load = find.byFlight(request.flight)
    const stamp = stampOf(entry)
    if (revoked && reply !== 'refused')
      violate(`rule 6: a commit was ${reply} while a revocation marker is set`)
    if (load) load.doneAt = chronicle.tick()
    if (reply === 'refused') excuse(slot.entry)
    if (reply !== 'stored' && reply !== 'not_cacheable') return
    if (!held) violate('rule 9: a commit was accepted from a process without the lease')
    if (!current) violate('rule 9: a commit was accepted in a generation that is no longer valid')
    if (!entry.startsWith(`${gen}|`))
      violate('rule 3: an entry does not begin with the generation of its load')
    if (load?.state !== 'ok' || (stamp !== undefined && stamp !== load.number))
      violate('rule 5: a value was committed that was not loaded under this lease')
    const declared = find.declaredHard(slot.entry)
    if (load && load.expected !== null && request.hard !== 0) {
      if (request.hard > declared || request.hard < 0.9 * declared - 1)
        violate(`promise 4: a lifetime of ${request.hard} ms where ${declared} was declared`)
    }
    const left = expiry > 0 ? expiry - expiryBuffer - time.now() : Number.POSITIVE_INFINITY
    const hard = Math.min(request.hard, left)
    let soft = request.soft
    if (expiry > 0 && refreshBefore > 0)
      soft = Math.max(Math.min(soft, expiry - refreshBefore - time.now()), refreshEvery)
    const last = ofFlight(request)
    const hold = expiry > time.now() ? Math.min(1000, expiry - time.now()) : 1000
    if (last) Object.assign(last, { status: reply, at: time.now(), hard, soft: Math.min(soft, hard), hold })
    if (reply === 'stored') hardEnds.set(slotOf(slot.entry), time.now() + hard)
    if (reply === 'stored' && hard < 1) violate('promise 4: a value was stored that may not be served')
    if (reply === 'stored' && load) load.stored = { at: time.now(), hard, grace }
  }

  const watched: Store = {
    ...store,
    async acquire(requests, nonce) {
      const before = requests.map(({ slot }) => cell(slot.entry))
      const set = requests.map(({ slot }) => revokedNow(slot.markers))
      const replies = await store.acquire(requests, nonce)
      requests.forEach((request, i) => {
        const reply = replies[i]
        if (reply) leased(request, reply, before[i], set[i] === true)
      })
      return replies
    },
    async commit(requests) {
      const before = requests.map((request) => ({
        held: holds(request),
        current: generation(request.slot.tagVersions) === request.generation,
        set: revokedNow(request.slot.markers),
      }))
      const replies = await store.commit(requests)
      requests.forEach((request, i) => {
        const was = before[i]
        const reply = replies[i]
        if (was && reply) checkCommit(request, was.held, was.current, was.set, reply)
        if (reply === 'lost' && cell(request.slot.state)?.startsWith(`L:${request.flight}|`))
          violate('rule 9: a commit was lost, and a lease of its own flight stays')
        // It ends the lease that its flight got twice.
        const own = reply === 'lost' && ofFlight(request)
        if (own) own.excused = true
        overwrite(request.slot.state)
      })
      return replies
    },
    async fail(requests) {
      const held = requests.map(holds)
      const replies = await store.fail(requests)
      requests.forEach((request, i) => {
        const load = find.byFlight(request.flight)
        if (load) load.doneAt = chronicle.tick()
        const last = ofFlight(request)
        if (request.code === '') {
          const { flight, slot } = request
          const seen = cell(slot.state)
          const undone = seen === undefined || seen.startsWith(`R:${flight}|`)
          released.set(flight, { state: slot.state, at: time.now(), overwritten: !undone })
        } else overwrite(request.slot.state)
        // Without a code it returns the lease: its holder has given up.
        if (last?.status === 'leased' && (request.code === '' || !held[i])) last.excused = true
        else if (held[i] && last)
          Object.assign(last, { status: 'failed', at: time.now(), cooldown: request.cooldown })
      })
      return replies
    },
    async dropIf(slot, entry) {
      excuse(slot.entry)
      return store.dropIf(slot, entry)
    },
    async mark(key, ms, id) {
      markers.push({ key, from: time.now(), to: time.now() + ms })
      await store.mark(key, ms, id)
    },
  }

  function excuse(key: string) {
    overwrite(key)
    const lease = leases.get(slotOf(key))
    if (lease) lease.excused = true
  }

  return {
    store: watched,
    /** Something happened to a key that no promise covers: one more load is allowed. */
    excuse,
    /** Whether the revocation marker was set at any time from `from` to `to`, both included. */
    markedBetween: (key: string, from: number, to: number) =>
      markers.some((marker) => marker.key === key && marker.from <= to && marker.to >= from),
    /** When the revocation marker that was set after `from` expires; undefined if none was set. */
    markerEnd: (key: string, from: number) =>
      markers.find((marker) => marker.key === key && marker.from >= from)?.to,
  }
}
