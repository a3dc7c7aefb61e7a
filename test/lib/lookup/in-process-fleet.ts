import { createCounts } from '@/lib/cache/counts'
import type { LookupsOptions } from '@/lib/lookup/create-lookups'
import { createLookups } from '@/lib/lookup/create-lookups'
import { LookupError } from '@/lib/lookup/errors'
import type { LookupEvent } from '@/lib/lookup/events'
import { createProcessState } from '@/lib/lookup/process-state'
import { createPlainRuntime } from '@/lib/lookup/runtime/plain'
import type { Store } from '@/lib/lookup/store'
import { createMemoryStore } from '@/lib/lookup/testing/memory-store'
import { createVirtualClock, settle } from '../../../lib/lookup/testing/virtual-clock'

/** A store that counts its commands and can be made to fail. */
export function watch(store: Store) {
  const commands: string[] = []
  const watched = { commands, down: false, failing: new Set<string>() }
  const wrap =
    <I extends unknown[], O>(name: string, work: (...args: I) => Promise<O>) =>
    async (...args: I): Promise<O> => {
      commands.push(name)
      if (watched.down || watched.failing.has(name)) throw new LookupError('store_unavailable', 'down')
      return work(...args)
    }
  return Object.assign(watched, {
    read: wrap('read', store.read),
    acquire: wrap('acquire', store.acquire),
    commit: wrap('commit', store.commit),
    fail: wrap('fail', store.fail),
    drop: wrap('drop', store.drop),
    dropIf: wrap('dropIf', store.dropIf),
    mark: wrap('mark', store.mark),
    remove: wrap('remove', store.remove),
    ttl: wrap('ttl', store.ttl),
    healthy: () => !watched.down,
  })
}

/** Several simulated processes over one store and one clock. */
export function createFleet() {
  const clock = createVirtualClock()
  const store = createMemoryStore(clock)
  let ids = 0

  function join(options: Partial<LookupsOptions> = {}) {
    const watched = watch(store)
    const runtime = createPlainRuntime()
    const state = createProcessState()
    const events: LookupEvent[] = []
    const lookups = createLookups({
      ...{ store: watched, runtime, clock, state, namespace: 't', random: () => 0 },
      newId: () => `id${++ids}`,
      ...options,
    })
    lookups.on((event) => events.push(event))
    const stats = createCounts(state)
    return {
      ...lookups,
      stats,
      store: watched,
      runtime,
      state,
      events,
      types: () => events.map((event) => event.type),
    }
  }

  return { clock, store, join, settle }
}

/** A loader whose answers the test sends. */
export function createUpstream<T>() {
  const calls: {
    arg: string
    signal: AbortSignal
    answer(value: T | null): void
    fail(error: Error): void
  }[] = []
  const load = (arg: string, { signal }: { signal: AbortSignal }) =>
    new Promise<T | null>((answer, fail) => calls.push({ arg, signal, answer, fail }))
  return { calls, load }
}

/** A minimal declaration with this loader. */
export const user = <T>(load: (id: string, context: { signal: AbortSignal }) => Promise<T | null>) => ({
  name: 'user',
  version: 1,
  key: (id: string) => id,
  tags: (id: string) => [`user:${id}`],
  ttl: 300,
  load,
})
