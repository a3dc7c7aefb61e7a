import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { type Counts, increment } from './counts'
import { createTimeline, type Interval } from './timeline'

const READERS = 4
/** Milliseconds between two reads of a reader, so that a run harms nobody. */
const PAUSE = 50
/** An address that is not responding within so many milliseconds has failed. */
const PATIENCE = 15_000

const version = z.looseObject({ id: z.string(), updatedAt: z.number() })

/** All users in a JSON text: objects with an `id` and an `updatedAt`, wherever they stand. */
export function versionsIn(value: unknown): { id: string; updatedAt: number }[] {
  if (typeof value !== 'object' || value === null) return []
  const own = version.safeParse(value)
  return [...(own.success ? [own.data] : []), ...Object.values(value).flatMap(versionsIn)]
}

/**
 * Remembers the newest version of each user that a finished read has returned. A read that begins later and returns an
 * older one went back in time. Returns what it was given in sentences, for those that did.
 */
export function createMonotonicCheck() {
  const newest = new Map<string, number>()
  return {
    /** Call it before a read; what it returns takes the answer. */
    reading() {
      const before = new Map(newest)
      return (value: unknown): string[] =>
        versionsIn(value).flatMap(({ id, updatedAt }) => {
          newest.set(id, Math.max(updatedAt, newest.get(id) ?? 0))
          const floor = before.get(id) ?? 0
          return updatedAt < floor ? [`${id} of ${updatedAt} after ${floor}`] : []
        })
    },
  }
}

export interface ReadOnlyResult {
  url: string
  seconds: number
  /** Answers by path and status. */
  answers: Counts
  /** Reads that returned an older version of a user than a read that had ended before. */
  older: string[]
  intervals: Interval[]
}

/** Reads paths of any address for some seconds, with GET requests only. Nothing is changed there and no fault is made. */
export async function readOnly(options: {
  url: string
  paths: string[]
  seconds: number
}): Promise<ReadOnlyResult> {
  const { url, paths, seconds } = options
  const check = createMonotonicCheck()
  const answers: Counts = new Map()
  const older: string[] = []
  const timeline = createTimeline(() => older.length)
  const until = performance.now() + seconds * 1000

  async function readOne(path: string) {
    const finish = check.reading()
    const began = performance.now()
    const answer = await fetch(new URL(path, url), { signal: AbortSignal.timeout(PATIENCE) }).then(
      async (response) => ({ status: String(response.status), ok: response.ok, text: await response.text() }),
      (error: unknown) => ({ status: error instanceof Error ? error.name : 'failed', ok: false, text: '' }),
    )
    timeline.add(began, answer.ok)
    increment(answers, `${path}: ${answer.status}`)
    older.push(...finish(parsed(answer.text)))
  }

  async function reader(first: number) {
    for (let i = first; performance.now() < until; i++) {
      await readOne(paths[i % paths.length] ?? '/')
      await wait(PAUSE)
    }
  }
  await Promise.all(Array.from({ length: READERS }, (_, i) => reader(i)))
  return { url, seconds, answers, older, intervals: timeline.intervals() }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The result as Markdown. */
export function readOnlyReport({ url, seconds, answers, older, intervals }: ReadOnlyResult): string {
  const slowest = Math.max(0, ...intervals.map(({ p99 }) => p99))
  return [
    `# ${url}, read for ${seconds} s: ${older.length} reads went back in time`,
    `The highest 99th percentile of an interval of 5 s was ${Math.round(slowest)} ms.`,
    [
      '| path and status | answers |',
      '| --- | --- |',
      ...[...answers].map(([of, n]) => `| ${of} | ${n} |`),
    ].join('\n'),
    ...older.slice(0, 20).map((what) => `- ${what}`),
    '',
  ].join('\n\n')
}
