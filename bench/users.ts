import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createLookups } from '../lib/lookup/create-lookups'
import { createProcessState } from '../lib/lookup/process-state'
import { createPlainRuntime } from '../lib/lookup/runtime/plain'
import type { Store } from '../lib/lookup/store'
import type { Section } from './report'
import { sampleUser, tagsOf } from './sample'

const USERS = 1_000_000
const CHUNK = 500
const unused = () => Promise.reject(new Error('not used here'))

/** A Redis in which nothing is cached yet and everything is stored: what is kept, is kept by the process. */
const store: Store = {
  healthy: () => true,
  read: async (keys) => keys.map(() => null),
  acquire: async (requests, nonce) =>
    requests.map(({ slot }) => ({
      ...{ kind: 'load' as const, foreign: false },
      generation: slot.tagVersions.map(() => nonce).join(','),
    })),
  commit: async (requests) => requests.map(() => 'stored' as const),
  fail: async (requests) => requests.map(() => null),
  ...{ drop: async () => {}, dropIf: unused, remove: unused, mark: unused, ttl: unused },
}

function heap(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed / 1e6
}

/** Distinct users through one process with a process cache: the heap after each tenth. */
export async function users(): Promise<Section> {
  const { defineLookup } = createLookups({
    ...{ store, runtime: createPlainRuntime(), namespace: 'users', state: createProcessState() },
  })
  const userById = defineLookup({
    ...{ name: 'user', version: 1, key: (id: string) => id, tags: tagsOf, ttl: 3600, processTtl: 600 },
    loadMany: async (ids: string[]) => ids.map(sampleUser),
  })
  const heaps: number[] = []
  for (let from = 0; from < USERS; from += CHUNK) {
    await userById.many(Array.from({ length: CHUNK }, (_, i) => `user_${from + i}`))
    if ((from + CHUNK) % (USERS / 10) === 0) heaps.push(heap())
  }
  const [first = Number.NaN] = heaps
  return {
    title: 'A million users through one process',
    note: 'Distinct users of about 1 KB, each loaded and stored once, with the process cache on (5000 entries). The heap after a collection, after each tenth of them.',
    figures: [
      {
        ...{ name: 'heap after the last tenth ÷ after the first', required: { atMost: 1.05 }, unit: '×' },
        measured: (heaps.at(-1) ?? Number.NaN) / first,
      },
      { name: 'heap after the first tenth', measured: first, unit: 'MB' },
      { name: 'highest heap', measured: Math.max(...heaps), unit: 'MB', rounds: heaps },
    ],
  }
}
