import { systemClock } from '../lib/lookup/clock'
import { createLookups } from '../lib/lookup/create-lookups'
import { createProcessState, type ProcessState, processState } from '../lib/lookup/process-state'
import { createPlainRuntime } from '../lib/lookup/runtime/plain'
import { createMemoryStore } from '../lib/lookup/testing/memory-store'
import { startTelemetry } from '../lib/telemetry/start'
import { setEnvironment } from './environment'
import { type Contender, interleave, median, ratio } from './measure'
import type { Section } from './report'
import { sampleUser, tagsOf } from './sample'

const ids = Array.from({ length: 64 }, (_, i) => `user_${i}`)
const hits = 250_000

function kit(name: string, state: ProcessState): Contender {
  const { defineLookup } = createLookups({
    ...{ store: createMemoryStore(systemClock), runtime: createPlainRuntime(), namespace: 'bench', state },
  })
  const userById = defineLookup({
    ...{ name: 'user', version: 1, key: (id: string) => id, tags: tagsOf },
    ...{ ttl: 3600, processTtl: 3600, load: async (id: string) => sampleUser(id) },
  })
  return {
    name,
    async run() {
      for (const id of ids) await userById(id)
      const start = process.hrtime.bigint()
      for (let i = 0; i < hits; i++) await userById(ids[i & 63] ?? '')
      return Number(process.hrtime.bigint() - start) / hits
    },
  }
}

/** What counting, logging, tracing and metrics add to a hit in the process cache: this process's state has all of them. */
export async function counting(rounds: number): Promise<Section> {
  setEnvironment()
  await startTelemetry()
  const contenders = [kit('no listener', createProcessState()), kit('counted', processState())]
  for (const { run } of contenders) await run()
  const figures = await interleave(contenders, 8 * rounds)
  return {
    title: 'Counting a process-cache hit',
    note: 'The same lookup over a state without listeners, and over one with counts, metrics, traces and log attached.',
    figures: [
      {
        ...{ name: 'counted ÷ no listener', required: { atMost: 1.15 }, unit: '×' },
        measured: ratio(figures.of('counted'), figures.of('no listener')),
      },
      ...contenders.map(({ name }) => ({
        ...{ name, measured: median(figures.of(name)), unit: 'ns', rounds: figures.of(name) },
      })),
    ],
  }
}
