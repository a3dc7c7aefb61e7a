import { onePerProcess } from '../lookup/one-per-process'
import { outside } from '../lookup/outside'
import { onShutdown } from '../process/shutdown-hooks'
import { readSnapshot } from './snapshot'
import type { Range } from './snapshot-schema'

/** Milliseconds between two snapshots. With a check it is below 5 s: a stream ends that soon for who may not read it any more. */
const EVERY = 4_000
/** Milliseconds after which a check that has no answer counts as a no, whatever hangs. */
const CHECK_WITHIN = 900
/** Milliseconds after which a stream ends. The browser reconnects, with a session token that Clerk has renewed. */
const LIFETIME = 60_000

type Reader = {
  /** Of the charts that it shows. */
  range: Range | undefined
  send(text: string): void
  end(): void
  /** Whether they may still read it. Rejects when that cannot be known. */
  mayRead(): Promise<boolean>
}

/** The open streams of the whole process, and the timer that serves all of them. */
const feed = onePerProcess(
  'dashboard-feed',
  (): { readers: Set<Reader>; timer: NodeJS.Timeout | undefined } => ({
    readers: new Set(),
    timer: undefined,
  }),
)

const nextEvent = async (range: Range | undefined) => `data: ${JSON.stringify(await readSnapshot(range))}\n\n`

/** The checks of one round begin together, so that their reads go to Redis in one command. None waits for another's. */
function sendToAll() {
  const events = new Map<Range | undefined, Promise<string>>()
  for (const reader of feed.readers) {
    const { range } = reader
    const event = events.get(range) ?? nextEvent(range)
    events.set(range, event)
    void sendTo(reader, event, check(reader))
  }
}

/** Ends the stream, unless its reader may still read it. */
async function check(reader: Reader) {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, CHECK_WITHIN, false)
  })
  const allowed = await Promise.race([reader.mayRead().catch(() => false), late])
  clearTimeout(timer)
  if (!allowed) reader.end()
}

async function sendTo(reader: Reader, event: Promise<string>, checked: Promise<void>) {
  const began = Date.now()
  const [text] = await Promise.all([event.catch(() => undefined), checked])
  // While something hangs, a snapshot comes late. By then the reader may have lost the right to it.
  if (Date.now() - began > CHECK_WITHIN) await check(reader)
  if (text && feed.readers.has(reader)) reader.send(text)
}

function join(reader: Reader) {
  feed.readers.add(reader)
  feed.timer ??= outside(() => setInterval(sendToAll, EVERY).unref())
  onShutdown('dashboard-feed', () => {
    for (const { end } of [...feed.readers]) end()
  })
}

function leave(reader: Reader) {
  feed.readers.delete(reader)
  if (feed.readers.size > 0) return
  clearInterval(feed.timer)
  feed.timer = undefined
}

/**
 * Server-sent events: a snapshot at once, then one every few seconds. The caller authorizes the first, and `mayRead` each
 * further one: the stream ends when it says no, fails or has no answer in time, as while Redis is out. With a `range` they have
 * charts.
 */
export function snapshotStream(
  signal: AbortSignal,
  mayRead: () => Promise<boolean>,
  range?: Range,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let end = () => {}
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const reader: Reader = {
        ...{ mayRead, range },
        send: (text) => controller.enqueue(encoder.encode(text)),
        end: () => {
          clearTimeout(lifetime)
          if (!feed.readers.has(reader)) return
          leave(reader)
          controller.close()
        },
      }
      const lifetime = setTimeout(reader.end, LIFETIME).unref()
      end = reader.end
      signal.addEventListener('abort', end)
      join(reader)
      reader.send('retry: 1000\n\n')
      void sendTo(reader, nextEvent(range), Promise.resolve())
    },
    cancel: () => end(),
  })
}
