import { AsyncLocalStorage } from 'node:async_hooks'
import type { Lookup } from '@/lib/lookup/lookup'
import type { Runtime } from '@/lib/lookup/runtime/runtime'
import { createChecker, type How } from './checker'
import { createChronicle } from './chronicle'
import { declareLookups } from './declarations'
import { type Asked, type Fact, lifetimes, markerOf, tagsOf } from './facts'
import type { Kit } from './kit'
import { createLink, type Operation } from './link'
import { createSource, type Ending } from './source'
import { watchStore } from './store-watch'
import { createTime, drain } from './time'

interface RequestContext {
  request: object
}

// One for all worlds: each one more slows down every promise of the process a little.
const context = new AsyncLocalStorage<RequestContext>()

export type World = ReturnType<typeof createWorld>
export type SimulatedProcess = ReturnType<World['process']>

/** Three processes with clocks of their own over one store, through a hostile link. */
export function createWorld(kit: Kit, log?: (line: string) => void) {
  const time = createTime()
  const chronicle = createChronicle(time, log)
  const versions = [1, 1, 2]
  const checker = createChecker(chronicle, versions)
  const memory = kit.createMemoryStore(time.clock({ frozen: false }, 0))
  const watch = watchStore(memory, chronicle, {
    byFlight: checker.byFlight,
    declaredHard(entryKey) {
      const lookup = (['user', 'card', 'token', 'note'] as const).find((name) =>
        entryKey.startsWith(`t:e:${name}.`),
      )
      return lookup === undefined ? 20_000 : lifetimes[lookup].ttl * 1000
    },
  })
  const link = createLink(time, kit, chronicle.note)
  const source = createSource(
    chronicle,
    context,
    checker.beginLoad,
    checker.splitAgain,
    checker.endLoad,
    (proc) => Boolean(processes[proc]?.frozen),
  )
  let ids = 0
  /** How far the wall clock was set from the time of the world. */
  let wall = 0
  let draws = 0

  function createProcess(proc: number, skew: number) {
    const own = {
      name: `process ${proc}`,
      frozen: false,
      cut: false,
      refuses: new Map<Operation, number>(),
      deaf: new Map<Operation, number>(),
      thawedAt: 0,
      commands: 0,
    }
    const clock = time.clock(own, skew)
    const observer = checker.observer(proc)
    const store = link.connect(watch.store, clock, own, {
      ...observer,
      sent(operation, keys) {
        own.commands++
        return observer.sent(operation, keys)
      },
    })
    const plain: Runtime = {
      after: (task) => void task(),
      invalidated: async () => context.getStore()?.request,
    }
    // The first process has no requests, as a worker has none; the others have.
    const runtime: Runtime =
      proc === 0
        ? plain
        : { ...plain, enter: async () => ({ request: context.getStore()?.request, cached: false }) }
    const engine = kit.createLookups({
      ...{ store, runtime, clock, namespace: 't', state: kit.createProcessState() },
      ...{ processCache: { maxEntries: 10 } },
      newId: () => `i${++ids}`,
      random: () => (draws++ % 5) / 5,
    })
    engine.on((event) => checker.onEvent(proc, event))
    const requests = [undefined, { request: {} }, { request: {} }]
    return Object.assign(own, {
      ...{ proc, store, engine, lookups: declareLookups(kit, engine, source, proc) },
      /** Runs work in one of the process's requests; 0 is outside any request. */
      within<R>(request: number, work: (request: object | undefined) => R): R {
        const found = proc === 0 ? undefined : requests[request]
        return found ? context.run(found, () => work(found.request)) : work(undefined)
      },
      renewRequests() {
        requests.splice(0, 3, undefined, { request: {} }, { request: {} })
      },
    })
  }

  const processes = [createProcess(0, 0), createProcess(1, 3_600_000), createProcess(2, -86_400_000)] as const
  checker.connect({
    source,
    markedBetween: watch.markedBetween,
    markerEnd: watch.markerEnd,
    breakerOpen: (proc) => processes[proc]?.store.healthy() === false,
    thawedAt: (proc) => (processes[proc]?.frozen ? time.now() : (processes[proc]?.thawedAt ?? 0)),
  })

  function process(proc: number) {
    const found = processes[proc]
    if (found === undefined) throw new Error(`There is no process ${proc}`)
    return found
  }

  function follow(
    proc: number,
    lookup: Asked,
    key: string,
    how: How,
    request: object | undefined,
    work: () => Promise<Fact | null | undefined>,
  ) {
    const read = checker.beginRead(proc, lookup, key, how, request)
    work().then(
      (value) => checker.returned(read, value),
      (error: unknown) => checker.rejected(read, error),
    )
    return read
  }

  /** Ends loads and delivers packets until neither is left. */
  async function flow(ending: Ending = 'ok', newestFirst = false) {
    await drain()
    for (;;) {
      const delivered = await link.deliverAll(newestFirst)
      const ended = source.endAll(ending)
      if (!delivered && !ended) return
      await drain()
    }
  }

  return {
    ...{ time, chronicle, checker, link, source, watch, memory, processes, process, flow },

    read(proc: number, lookup: Exclude<Asked, 'name'>, key: string, how: How, request = 0) {
      const own = process(proc)
      return own.within(request, (object) => {
        const callable: Lookup<string, Fact> = own.lookups[lookup]
        return follow(proc, lookup, key, how, object, () => {
          if (how === 'fresh' || how === 'reload') return callable[how](key)
          return how === 'peek' ? callable.peek(key) : callable(key)
        })
      })
    },

    readMany(proc: number, lookup: Exclude<Asked, 'name'>, keys: string[], request: number) {
      const own = process(proc)
      own.within(request, (object) => {
        const reads = keys.map((key) => checker.beginRead(proc, lookup, key, 'one', object))
        own.lookups[lookup].many(keys).then(
          (values) => {
            reads.forEach((read, i) => {
              checker.returned(read, values[i])
            })
          },
          (error: unknown) => checker.rejectedTogether(reads, error),
        )
      })
    },

    async warm(proc: number, lookup: Exclude<Asked, 'name'>, keys: string[]) {
      const reads = keys.map((key) => checker.beginRead(proc, lookup, key, 'warm', undefined))
      const done = await process(proc).lookups[lookup].warm(keys)
      reads.forEach(checker.unseen)
      if (done.warmed + done.failed !== keys.length) chronicle.violate('promise 9: warm miscounts')
    },

    readName(proc: number, name: string) {
      return follow(proc, 'name', name, 'fresh', undefined, () => process(proc).lookups.name(name))
    },

    invalidate(proc: number, tags: string[], request = 0) {
      const own = process(proc)
      own.within(request, (object) => {
        const invalidation = checker.beginInvalidation(proc, tags, undefined, object)
        own.engine.invalidateTags(tags).then(
          () => checker.settle(invalidation, undefined),
          (error: unknown) => checker.settle(invalidation, error),
        )
      })
    },

    revoke(proc: number, id: string, tags: string[]) {
      const marker = markerOf(id)
      const invalidation = checker.beginInvalidation(proc, tags, marker, undefined)
      process(proc)
        .engine.revoke(marker, { seconds: 5, tags })
        .then(
          () => checker.settle(invalidation, undefined),
          (error: unknown) => checker.settle(invalidation, error),
        )
    },

    /** Drops the cached value of a user, if it is still the cached one at that time. */
    compareAndDrop(proc: number, lookup: 'user' | 'card', id: string, request: number) {
      const own = process(proc)
      own.within(request, (object) => {
        let stamp: string | undefined
        const settled = (done: boolean) =>
          stamp !== undefined &&
          checker.droppedOne(proc, tagsOf[lookup](id), object, done ? stamp : undefined)
        const callable: Lookup<string, Fact> = own.lookups[lookup]
        callable
          .invalidateIf(id, (value) => {
            stamp = value.stamp
            return true
          })
          .then(settled, () => settled(false))
      })
    },

    /** Freezes a process, or lets it go on. */
    freeze(proc: number, frozen: boolean) {
      const own = process(proc)
      if (own.frozen && !frozen) own.thawedAt = time.now()
      own.frozen = frozen
    },

    wallClock: () => time.now() + wall,
    setClock(ms: number) {
      wall += ms
    },

    /** Freezes a process while the others go on; answers that came meanwhile arrive before its timers fire. */
    async stall(proc: number, ms: number) {
      const own = process(proc)
      own.frozen = true
      await time.advance(ms, () => flow())
      own.frozen = false
      own.thawedAt = time.now()
      await flow()
    },

    /** Deletes a key as a full Redis would; never a revocation marker, because nothing is promised once one is evicted. */
    evict(pick: number) {
      const keys = [...memory.cells.keys()].filter((key) => !key.startsWith('t:g:'))
      const key = keys[pick % Math.max(keys.length, 1)]
      if (key === undefined) return
      chronicle.note(() => `evicted: ${key}`)
      memory.cells.delete(key)
      watch.excuse(key)
    },

    /** Truncates an entry, swaps it with that of the other key, or replaces it with garbage. */
    corrupt(pick: number, how: 'cut' | 'swap' | 'garbage') {
      const entries = [...memory.cells.keys()].filter((key) => key.startsWith('t:e:'))
      const key = entries[pick % Math.max(entries.length, 1)]
      const cell = key === undefined ? undefined : memory.cells.get(key)
      if (key === undefined || cell === undefined) return
      const other = memory.cells.get(key.replace(/[ab]$/, (id) => (id === 'a' ? 'b' : 'a')))
      const text = { cut: cell.text.slice(0, -3), swap: other?.text ?? '', garbage: 'x' }[how]
      chronicle.note(() => `corrupted: ${key}, ${how}`)
      memory.cells.set(key, { ...cell, text })
      watch.excuse(key)
      checker.corrupt(key)
    },
  }
}
