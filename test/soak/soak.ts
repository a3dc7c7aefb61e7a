import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { startEditor } from './editor'
import { createPeople } from './people'
import { createRandom } from './random'
import { createReads, startReaders } from './readers'
import { startSoakStage } from './stage'
import { runTurns } from './turns'

export interface SoakOptions {
  /** The folder of the built kit app, as `buildKitApp` was given it. */
  build: string
  seconds: number
  seed: number
}

export type SoakResult = Awaited<ReturnType<typeof soak>>

/** At each server, at the same time. */
const READERS = 6
/** After the first minute every part of the code has run. A short soak has no such time, and measures earlier. */
const FIRST_HEAP_MS = 60_000

const stats = z.looseObject({
  breaker: z.string(),
  lookups: z.record(z.string(), z.looseObject({ misses: z.number(), loads: z.number() })),
  redis: z.looseObject({ operations: z.number(), errors: z.record(z.string(), z.number()) }),
})

/** From this many seconds on the heap after the first minute can be compared with that at the end. */
export const LONG = 180

type FromAll = (operation: string) => Promise<unknown[]>

/** Resolves when Redis is in use again: while it was not, the servers kept audit records in memory. */
async function untilWritten(fromAll: FromAll) {
  const isOpen = ({ breaker }: z.output<typeof stats>) => breaker === 'open'
  while (
    z
      .array(stats)
      .parse(await fromAll('stats'))
      .some(isOpen)
  ) {
    // The breaker tries Redis again when there is a read.
    await fromAll('experts')
    await wait(500)
  }
  await wait(10_000)
}

/** Two servers, readers, editors and webhooks, and faults by turns. */
export async function soak({ build, seconds, seed }: SoakOptions) {
  // One of its own for each part, so that the faults and the changes of a seed are always the same.
  const randomOf = (part: number) => createRandom(seed * 4 + part)
  const stage = await startSoakStage({ build, random: randomOf(0) })
  const { clerk, upstash, servers, checker, relay } = stage
  try {
    const people = await createPeople(stage)
    await relay.settled()
    clerk.resetRequests()
    upstash.resetCounts()

    const fromAll = async (operation: string) =>
      Promise.all(
        servers.map(async ({ run }) => {
          const answer = await run(operation)
          if (!answer.ok) throw new Error(`${operation}: ${answer.code}`)
          return answer.value
        }),
      )
    // A busy server may close a kept connection just as it is used again.
    const heaps = async (tries = 3): Promise<number[]> => {
      const answer = await fromAll('heap').catch((error: unknown) => {
        if (tries === 1) throw error
      })
      return answer ? z.array(z.number()).parse(answer) : heaps(tries - 1)
    }

    const started = performance.now()
    const reads = createReads(stage)
    const readers = startReaders(stage, reads, people, randomOf(1), READERS)
    const editor = startEditor(stage, reads, people, randomOf(2))
    const samples: number[][] = []
    const sample = async () => samples.push(await heaps())
    const firstHeap = wait(Math.min(FIRST_HEAP_MS, (seconds * 1000) / 3)).then(sample)
    const everyMinute = setInterval(() => void firstHeap.then(sample), FIRST_HEAP_MS)
    const turns = await runTurns(stage, randomOf(3), seconds * 1000).finally(() => clearInterval(everyMinute))
    await editor.stop()
    await relay.settled()
    // Every change was acknowledged: what is read from now on is what Clerk has.
    await wait(1000)
    await readers.stop()

    if (seconds >= LONG) await untilWritten(fromAll)
    await sample()
    return {
      seed,
      seconds: Math.round((performance.now() - started) / 1000),
      reads: reads.reads,
      refused: reads.refused,
      tokens: reads.tokens(),
      edits: editor.edits,
      stale: checker.stale.slice(),
      tokensAfterRevocation: checker.tokens.slice(),
      turns: turns.counts,
      faults: turns.times,
      timeline: reads.timeline.intervals(),
      webhooks: { ...relay.counts },
      clerk: clerk.requests(),
      redis: upstash.counts(),
      servers: z.array(stats).parse(await fromAll('stats')),
      heaps: servers.map((_, i) => samples.map((of) => of[i] ?? 0)),
      output: servers.map(({ text }) => text()),
    }
  } finally {
    await stage.close()
  }
}
