import { onePerProcess } from '../lookup/one-per-process'
import { outside } from '../lookup/outside'
import { onShutdown } from '../process/shutdown-hooks'
import { readSnapshot } from './snapshot'
import type { Range } from './snapshot-schema'

/** Milliseconds between two snapshots: below 5 s, because that is how soon a stream ends for who may not read it any more. */
const EVERY = 4_000
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
  const events = new Map<Range | undefined, Promise<string | undefined>>()
  for (const reader of feed.readers) {
    const { range } = reader
    const event = events.get(range) ?? nextEvent(range).catch(() => undefined)
    events.set(range, event)
    void sendTo(reader, event)
  }
}

async function sendTo(reader: Reader, event: Promise<string | undefined>) {
  const [text, allowed] = await Promise.all([event, reader.mayRead().catch(() => false)])
  if (!allowed) reader.end()
  else if (text && feed.readers.has(reader)) reader.send(text)
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
 * further one: the stream ends when it says no or fails, as it does while Redis is out. With a `range` they have charts.
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
      void nextEvent(range).then(
        (text) => feed.readers.has(reader) && reader.send(text),
        () => undefined,
      )
    },
    cancel: () => end(),
  })
}
