import type { LookupEvent } from '@/lib/lookup/events'
import type { Chronicle, Family, Grant, Load } from './chronicle'
import {
  type Asked,
  canonical,
  type Fact,
  ids,
  leaseMs,
  lifetimes,
  markerOf,
  stampOf,
  tagsOf,
  timeoutMs,
} from './facts'
import type { Observer } from './link'
import { type Source, UpstreamError } from './source'

export type How = 'one' | 'fresh' | 'peek' | 'warm' | 'reload'

/** A read that has begun. */
export interface Read {
  proc: number
  lookup: Asked
  key: string
  how: How
  moment: number
  at: number
  /** The earlier read of the same request, whose answer is in the request memo. */
  earlier: Read | undefined
  /** The request has invalidated since this read began: a read that shares it counts as new. */
  renewed: boolean
  ended: boolean
  /** Removes it from the request memo. */
  drop(): void
}

/** The read whose answer this one may share. */
const originOf = (read: Read): Read => (read.earlier ? originOf(read.earlier) : read)

/** The read whose start sets the floor. */
const floorOrigin = (read: Read): Read =>
  read.earlier && !read.earlier.renewed ? floorOrigin(read.earlier) : read

export interface Invalidation {
  proc: number
  tags: readonly string[]
  marker: string | undefined
  request: object | undefined
  calledAt: number
  calledTime: number
}

interface Settled extends Invalidation {
  moment: number
  time: number
  /** One that Redis did not confirm holds in its own process only, until it was repeated. */
  confirmed: boolean
}

/** What the checker knows of one process. */
interface ProcessRecord {
  version: number
  memo: WeakMap<object, Map<string, Read>>
  /** Its leases whose loads have not begun, and split loads that begin again. */
  permits: { entryKey: string; grant: Grant | undefined; again: Load | undefined }[]
  lastSent: Map<string, number>
  confirmed: { keys: readonly string[]; sentAt: number }[]
  failedAt: number
  failedTime: number
  breakerOpen(): boolean
  /** Local invalidations that have settled, confirmed or not. */
  settled: Settled[]
  /** How many tags and markers it still repeats, and when that was 0 again. */
  pending: number
  repeatedAt: number
  events: Map<string, number>
  loads: number
  bypassed: Load[]
  uncached: number
  lastInvalidate: boolean | undefined
}

/** Whether an invalidation names what a key of a lookup depends on. */
const names = ({ tags }: Pick<Invalidation, 'tags'>, lookup: Asked, key: string) =>
  tagsOf[lookup](key).some((tag) => tags.includes(tag))

/** A key without the declaration's version, which is checked by itself. */
const unversioned = (entryKey: string) => entryKey.replace(/\.\d+:/, ':')

const processCacheMs = (read: Read) =>
  read.lookup === 'name' || read.how !== 'one' ? 0 : lifetimes[read.lookup].processTtl * 1000

/** Knows the oldest value that each read may return, and what every load, lease and answer must look like. */
export function createChecker(chronicle: Chronicle, versions: readonly number[]) {
  const { time, loads, tick, violate } = chronicle
  const resolved: Settled[] = []
  const byFlight = new Map<string, Load>()
  const corrupted = new Set<string>()
  /** The values that `invalidateIf` has dropped. */
  const dropped: { proc: number; stamp: string; moment: number }[] = []
  const revocations: { marker: string; moment: number; calledTime: number }[] = []
  let markedBetween = (_key: string, _from: number, _to: number) => false
  let markerEnd = (_key: string, _from: number): number | undefined => undefined
  let thawedAt = (_proc: number) => 0
  let source: Source | undefined
  const reading = new Set<Read>()
  /** Reads that were answered while a part of them may still be running. */
  const lingering = new Set<Read>()
  let invalidating = 0

  const records = versions.map(
    (version): ProcessRecord => ({
      ...{ version, memo: new WeakMap(), permits: [], lastSent: new Map(), confirmed: [] },
      ...{ failedAt: 0, failedTime: 0, breakerOpen: () => false, settled: [], pending: 0, repeatedAt: 0 },
      ...{
        events: new Map(),
        loads: 0,
        bypassed: [],
        uncached: 0,
        lastInvalidate: undefined,
      },
    }),
  )
  const recordOf = (proc: number): ProcessRecord => {
    const found = records[proc]
    if (found === undefined) throw new Error(`There is no process ${proc}`)
    return found
  }
  const entryKeyOf = (proc: number, lookup: Asked, key: string) =>
    `t:e:${lookup}.${lookup === 'user' ? recordOf(proc).version : 1}:${key}`

  // ---- Loads

  function beginLoad(proc: number, lookup: Asked, key: string, shape: number): Load {
    const known = recordOf(proc)
    const entryKey = `t:e:${lookup}.${shape}:${key}`
    const at = known.permits.findIndex((permit) => permit.entryKey === unversioned(entryKey))
    const [permit] = at < 0 ? [] : known.permits.splice(at, 1)
    const { grant, again } = permit ?? {}
    const number = tick()
    const load: Load = {
      ...{
        number,
        root: number,
        proc,
        lookup,
        key,
        entryKey,
        startedAt: time.now(),
      },
      ...{
        grant,
        state: 'running',
        doneAt: Number.POSITIVE_INFINITY,
        expected: null,
        expiresAt: null,
        stored: undefined,
        family: undefined,
      },
    }
    chronicle.note(() => `load ${load.number} of ${entryKey} by ${proc}${grant ? '' : ', past Redis'}`)
    loads.set(load.number, load)
    if (!again) known.loads++
    if (again) {
      const { root, startedAt, family } = again
      Object.assign(load, { root, startedAt, family })
      checkTime(load)
      family?.pending.delete(again)
      family?.pending.add(load)
      family?.members.push(load)
    }
    if (grant) byFlight.set(grant.flight, load)
    else {
      if (!again) checkDirect(load)
      known.bypassed.push(load)
    }
    return load
  }

  function checkDirect(load: Load) {
    const known = recordOf(load.proc)
    const bypassed = known.bypassed.filter((other) => other.state !== 'split')
    if (bypassed.length >= known.uncached)
      violate('promise 2: a load without a lease that no failure of Redis explains')
    const last = bypassed.findLast((other) => other.entryKey === load.entryKey)
    if (last?.state === 'running') violate('promise 2: one process loads one key twice at a time past Redis')
  }

  /** The halves of a split batch have no more time than the batch had; a frozen process learns of that late. */
  function checkTime(load: Load) {
    if (time.now() - load.startedAt >= timeoutMs && thawedAt(load.proc) <= load.startedAt)
      violate('promise 2: a half of a split batch is loaded past the timeout of the batch')
  }

  /** The halves of a split batch are loaded again, under the same leases. */
  function splitAgain(call: readonly Load[]) {
    const family: Family = call[0]?.family ?? { members: [], pending: new Set() }
    for (const load of call) {
      load.family = family
      family.members.push(load)
      family.pending.add(load)
      recordOf(load.proc).permits.push({
        entryKey: unversioned(load.entryKey),
        grant: load.grant,
        again: load,
      })
    }
  }

  function endLoad(load: Load, state: Load['state']) {
    load.state = state
    load.doneAt = tick()
    const { family } = load
    if (!family || state === 'split') return
    family.pending.delete(load)
    const doneAt = family.pending.size > 0 ? Number.POSITIVE_INFINITY : load.doneAt
    for (const member of family.members) member.doneAt = doneAt
  }

  // ---- Reads

  function beginRead(proc: number, lookup: Asked, key: string, how: How, request: object | undefined): Read {
    const read: Read = {
      ...{ proc, lookup, key, how, moment: tick(), at: time.now(), earlier: undefined },
      ...{ renewed: false, ended: false, drop: () => {} },
    }
    chronicle.note(() => `read ${read.moment} of ${lookup} ${key} by ${proc}, ${how}`)
    reading.add(read)
    if (!request || how !== 'one' || (lookup !== 'user' && lookup !== 'card')) return read
    const memo = recordOf(proc).memo.get(request) ?? new Map<string, Read>()
    recordOf(proc).memo.set(request, memo)
    const place = `${lookup}|${key}`
    read.earlier = memo.get(place)
    if (!read.earlier || read.earlier.renewed) memo.set(place, read)
    read.drop = () => memo.get(place) === read && memo.delete(place)
    return read
  }

  /** The oldest load whose value a read that began at that moment may return. */
  function floorFor(tags: readonly string[], read: Read, from: Read): number {
    const cached = processCacheMs(read)
    let floor = 0
    for (const past of resolved) {
      if (past.moment >= from.moment || !past.tags.some((tag) => tags.includes(tag))) continue
      if (!past.confirmed && past.proc !== read.proc) continue
      if (cached > 0 && past.proc !== read.proc && past.time >= from.at - cached) continue
      floor = Math.max(floor, past.calledAt)
    }
    return floor
  }

  const failedSince = (lookup: string, key: string, moment: number) =>
    chronicle.lastLoad(
      (load) =>
        load.lookup === lookup && load.key === key && load.state === 'failed' && load.doneAt >= moment,
    ) !== undefined

  function checkValue(read: Read, lookup: 'user' | 'card' | 'token' | 'note', key: string, value: Fact) {
    const load = loads.get(stampOf(value.stamp) ?? 0)
    const place = `${lookup} ${key} in process ${read.proc}`
    if (!load) return violate(`promise 6: a value that was never loaded for ${place}`)
    if (load.lookup !== lookup || load.key !== key || value.id !== key)
      return violate(`promise 6: a value of ${load.lookup} ${load.key} under the key of ${place}`)
    if (lookup === 'user' && value.shape !== recordOf(read.proc).version)
      return violate('rule 12: a value of another deployment’s shape')
    if (corrupted.has(load.entryKey) && canonical(value) !== load.expected)
      return violate(`promise 6: a truncated value of ${place}`)
    if (JSON.stringify(value) !== load.expected || 'none' in value)
      violate(`promise 8: not the same on hit and on miss for ${place}`)
    if (![value, value.inner, value.inner.list].every(Object.isFrozen))
      violate(`promise 8: not frozen for ${place}`)
    checkAge(read, load, lookup)
    const from = floorOrigin(read).moment
    if (dropped.some((drop) => drop.proc === read.proc && drop.stamp === value.stamp && drop.moment < from))
      violate(`promise 1: ${place} was dropped by invalidateIf, and is served`)
  }

  function checkAge(read: Read, load: Load, lookup: 'user' | 'card' | 'token' | 'note') {
    const origin = originOf(read)
    const place = `${lookup} ${load.key} in process ${read.proc}`
    const floor = floorFor(tagsOf[lookup](load.key), read, floorOrigin(read))
    if (load.number < floor)
      violate(`promise 1: load ${load.number} for ${place}, which was invalidated at ${floor}`)
    if (load.expiresAt !== null && load.doneAt < origin.moment)
      if (load.expiresAt - lifetimes[lookup].expiryBuffer * 1000 <= origin.at)
        violate(`promise 4: a token past its expiryBuffer for ${place}`)
    if (load.stored) return checkLifetime(read, load, load.stored, place)
    if (!load.grant && load.root < origin.moment)
      violate(`rule 5: load ${load.number} past Redis was joined for ${place}, after it had begun`)
    if (load.doneAt < origin.moment || load.proc !== read.proc)
      if (!load.grant || load.doneAt < origin.moment)
        violate(`rule 5: load ${load.number}, which was not stored, was kept for ${place}`)
  }

  function checkLifetime(read: Read, load: Load, stored: NonNullable<Load['stored']>, place: string) {
    const origin = originOf(read)
    const age = origin.at - stored.at - processCacheMs(read)
    if (age <= stored.hard) return
    if (age > stored.hard + stored.grace) violate(`promise 4: past ttl and grace for ${place}`)
    if (!failedSince(load.lookup, load.key, origin.moment))
      violate(`promise 4: past its ttl, and no loader failed, for ${place}`)
  }

  /** "Not found" carries no stamp: some load that is new enough must have found nothing. */
  function checkNull(lookup: Asked, key: string, floor: number) {
    const known = chronicle.lastLoad(
      (load) =>
        load.lookup === lookup &&
        load.key === key &&
        load.expected === null &&
        load.state === 'ok' &&
        load.number >= floor,
    )
    if (!known)
      violate(`promise 1: "not found" for ${lookup} ${key}, which no load since moment ${floor} has found`)
  }

  function checkName(read: Read, value: Fact | null) {
    if (value === null) return
    if (value.name !== read.key)
      violate(`promise 1: the name ${read.key} leads to a user called ${value.name}`)
    const floor = floorFor(tagsOf.name(read.key), read, read)
    if (source?.wasOwner(read.key, value.id, floor) === false && !recordOf(read.proc).breakerOpen())
      violate(`promise 1: the name ${read.key} leads to its previous owner ${value.id}`)
    checkValue(read, 'user', value.id, value)
  }

  /** The process cache must have dropped what was invalidated here, whatever Redis answered. */
  function checkProcessCache(read: Read) {
    if (processCacheMs(read) === 0 || read.earlier) return
    const sent = recordOf(read.proc).lastSent.get(entryKeyOf(read.proc, read.lookup, read.key)) ?? 0
    for (const past of recordOf(read.proc).settled)
      if (past.moment < read.moment && sent < past.moment && names(past, read.lookup, read.key))
        return violate('rule 4: the process cache kept what was invalidated in this process')
  }

  function checkMarkers(read: Read) {
    if (read.lookup !== 'token') return
    const marker = markerOf(read.key)
    for (const past of revocations) {
      const end = markerEnd(`t:g:${marker}`, past.calledTime)
      if (past.marker === marker && past.moment < read.moment && end !== undefined && time.now() < end)
        violate(
          `rule 6: token ${read.key} served while its revocation marker is set, in process ${read.proc}`,
        )
    }
  }

  function end(read: Read) {
    tick()
    read.ended = true
    reading.delete(read)
    if (read.lookup === 'name') lingering.add(read)
  }

  function returned(read: Read, value: Fact | null | undefined) {
    chronicle.note(() => `read ${read.moment} → ${value ? value.stamp : value}`)
    end(read)
    if (value === undefined) {
      if (read.how !== 'peek') violate('promise 5: a read returned nothing at all')
      return
    }
    checkMarkers(read)
    checkProcessCache(read)
    if (read.lookup === 'name') checkName(read, value)
    else if (value === null)
      checkNull(read.lookup, read.key, floorFor(tagsOf[read.lookup](read.key), read, floorOrigin(read)))
    else checkValue(read, read.lookup, read.key, value)
  }

  function codeOf(error: unknown) {
    return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  }

  /** Whether something that was not confirmed was still to be repeated in this process at that moment, or later. */
  const wasPending = (proc: number, moment: number) =>
    recordOf(proc).pending > 0 || recordOf(proc).repeatedAt >= moment

  /** Why this read must not fail with this error; undefined if it may. */
  function unexpectedFailure(read: Read, error: unknown): string | undefined {
    const { proc, lookup, key } = read
    const { moment } = originOf(read)
    const code = codeOf(error)
    const mine =
      lookup === 'name'
        ? failedSince('name', key, moment) || ids.some((id) => failedSince('user', id, moment))
        : failedSince(lookup, key, moment)
    if (error instanceof UpstreamError || ['load_failed', 'load_timeout', 'bad_value'].includes(String(code)))
      return mine
        ? undefined
        : `promise 5: ${lookup} ${key} fails, but no load of it has failed since it was asked`
    if (code === 'revoked' && lookup === 'token')
      return markedBetween(`t:g:${markerOf(key)}`, read.at, time.now())
        ? undefined
        : 'rule 6: refused without a revocation marker'
    if (code === 'revocation_unknown' && lookup === 'token')
      return recordOf(proc).failedAt < read.moment && !wasPending(proc, read.moment)
        ? 'rule 6: refused although Redis answered'
        : undefined
    return `promise 6: a read of ${lookup} ${key} failed with ${String(error)}`
  }

  function rejected(read: Read, error: unknown) {
    chronicle.note(() => `read ${read.moment} fails: ${String(error)}`)
    end(read)
    read.drop()
    const why = unexpectedFailure(read, error)
    if (why) violate(why)
  }

  /** The reads of one call fail together; one of them must have had a reason. */
  function rejectedTogether(reads: readonly Read[], error: unknown) {
    const unexpected = reads.map((read) => unexpectedFailure(read, error))
    for (const read of reads) {
      end(read)
      lingering.add(read)
    }
    const [first] = unexpected
    if (first && unexpected.every(Boolean)) violate(first)
  }

  // ---- Invalidations

  function settle(invalidation: Invalidation, error: unknown) {
    const known = recordOf(invalidation.proc)
    const past = { ...invalidation, moment: tick(), time: time.now(), confirmed: error === undefined }
    chronicle.note(() => `invalidated ${past.tags.join()} ${past.marker ?? ''}: ${error ?? 'confirmed'}`)
    invalidating--
    known.settled.push(past)
    dropMemo(past)
    const { lastInvalidate } = known
    known.lastInvalidate = undefined
    if (error !== undefined) {
      resolved.push(past)
      if (codeOf(error) !== 'invalidation_unconfirmed')
        violate(`promise 7: invalidate failed with ${String(error)}`)
      if (lastInvalidate !== false) violate('promise 9: no event reports the unconfirmed invalidation')
      return
    }
    if (lastInvalidate !== true) violate('promise 9: no event reports the invalidation')
    const needed = past.tags.map((tag) => `t:f:${tag}`)
    if (past.marker) needed.push(`t:g:${past.marker}`)
    for (const key of needed)
      if (!known.confirmed.some((done) => done.sentAt > past.calledAt && done.keys.includes(key)))
        violate(`promise 7: invalidate resolved, and Redis has not confirmed it for ${key}`)
    resolved.push(past)
    if (past.marker)
      revocations.push({ marker: past.marker, moment: past.moment, calledTime: past.calledTime })
  }

  function dropMemo(invalidation: Pick<Invalidation, 'proc' | 'request' | 'tags'>) {
    const { proc, request } = invalidation
    const memo = request && recordOf(proc).memo.get(request)
    for (const read of memo?.values() ?? []) {
      if (!names(invalidation, read.lookup, read.key)) continue
      if (read.ended) read.drop()
      else read.renewed = true
    }
  }

  function observer(proc: number): Observer {
    const known = recordOf(proc)
    return {
      sent(_operation, keys) {
        const moment = tick()
        for (const key of keys) known.lastSent.set(key, moment)
        return moment
      },
      answered(operation, keys, sentAt) {
        if (operation === 'drop' || operation === 'mark') known.confirmed.push({ keys, sentAt })
      },
      failed() {
        known.failedAt = tick()
        known.failedTime = time.now()
      },
      granted(replies, requests) {
        requests.forEach(({ slot, flight }, i) => {
          const reply = replies[i]
          if (reply?.kind === 'load')
            known.permits.push({ entryKey: unversioned(slot.entry), grant: { flight }, again: undefined })
        })
      },
      flightDone(flight) {
        const load = byFlight.get(flight)
        if (load) load.doneAt = tick()
      },
    }
  }

  function onEvent(proc: number, event: LookupEvent) {
    const known = recordOf(proc)
    const kind = event.type === 'hit' ? `hit ${event.layer}` : event.type
    known.events.set(kind, (known.events.get(kind) ?? 0) + 1)
    if (event.type === 'invalidate') known.lastInvalidate = event.confirmed
    if (event.type === 'unconfirmed') {
      known.pending = event.pending
      if (event.pending === 0) known.repeatedAt = tick()
    }
    if (event.type === 'uncached') {
      known.uncached++
      const longestWait = time.now() - leaseMs - timeoutMs
      const asking = [...reading, ...lingering].filter((read) => read.proc === proc)
      const explained =
        event.code === 'waited_too_long'
          ? asking.some((read) => read.at <= longestWait)
          : known.failedTime === time.now() ||
            (event.code === 'invalidation_unconfirmed' &&
              asking.some((read) => wasPending(proc, read.moment)))
      if (!explained) violate('promise 2: loaded past Redis, although Redis answers')
    }
  }

  return {
    beginLoad,
    splitAgain,
    endLoad,
    beginRead,
    returned,
    rejected,
    rejectedTogether,
    /** A read without a visible answer. */
    unseen: end,
    settle,
    observer,
    onEvent,
    events: (proc: number, kind: string) => recordOf(proc).events.get(kind) ?? 0,
    beginInvalidation(
      proc: number,
      tags: readonly string[],
      marker: string | undefined,
      request: object | undefined,
    ): Invalidation {
      invalidating++
      return { proc, tags, marker, request, calledAt: tick(), calledTime: time.now() }
    },
    /** `invalidateIf` has settled; `stamp` is that of the value, if it was dropped. */
    droppedOne(
      proc: number,
      tags: readonly string[],
      request: object | undefined,
      stamp: string | undefined,
    ) {
      recordOf(proc).settled.push({
        ...{ proc, tags, request, marker: undefined, calledAt: tick(), calledTime: time.now() },
        ...{ moment: tick(), time: time.now(), confirmed: true },
      })
      dropMemo({ proc, tags, request })
      if (stamp !== undefined) dropped.push({ proc, stamp, moment: tick() })
    },
    byFlight: (flight: string) => byFlight.get(flight),
    corrupt: (entryKey: string) => corrupted.add(entryKey),
    open: () => reading.size + invalidating,
    /** Connects parts that are created later. */
    connect(parts: {
      source: Source
      markedBetween: typeof markedBetween
      markerEnd: typeof markerEnd
      breakerOpen(proc: number): boolean
      /** When the process was frozen last. */
      thawedAt(proc: number): number
    }) {
      thawedAt = parts.thawedAt
      source = parts.source
      markedBetween = parts.markedBetween
      markerEnd = parts.markerEnd
      records.forEach((known, proc) => {
        known.breakerOpen = () => parts.breakerOpen(proc)
      })
    },
    /** On a quiet network: what Redis did not confirm has been repeated by the process that tried it. */
    checkRepeated() {
      for (const { proc, tags, marker, calledAt, calledTime } of resolved.filter((past) => !past.confirmed)) {
        const done = recordOf(proc).confirmed.filter(({ sentAt }) => sentAt > calledAt)
        if (tags.some((tag) => !done.some(({ keys }) => keys.includes(`t:f:${tag}`))))
          violate(`promise 7: the invalidation of ${tags.join()} was neither confirmed nor repeated`)
        if (marker && !markedBetween(`t:g:${marker}`, calledTime, time.now()))
          violate(`promise 7: the revocation ${marker} was neither confirmed nor repeated`)
      }
      if (records.some(({ pending }) => pending > 0)) violate('promise 7: what was confirmed is repeated')
    },
    /** Once everything has ended: each loader call must have been reported. */
    checkEvents() {
      records.forEach((known, proc) => {
        const reported = (known.events.get('load') ?? 0) + (known.events.get('load_error') ?? 0)
        if (reported !== known.loads)
          violate(`promise 9: ${known.loads} loads of process ${proc}, ${reported} of them reported`)
      })
    },
  }
}
