import { onePerProcess } from '../lookup/one-per-process'
import { outside } from '../lookup/outside'
import { onShutdown } from '../process/shutdown-hooks'
import { readSnapshot } from './snapshot'

/** Milliseconds between two snapshots. */
const EVERY = 5_000
/** Milliseconds after which a stream ends. The browser reconnects, and the user's role is checked again. */
const LIFETIME = 60_000

type Reader = { send(text: string): void; end(): void }

/** The open streams of the whole process, and the timer that serves all of them. */
const feed = onePerProcess(
  'dashboard-feed',
  (): { readers: Set<Reader>; timer: NodeJS.Timeout | undefined } => ({
    readers: new Set(),
    timer: undefined,
  }),
)

const nextEvent = async () => `data: ${JSON.stringify(await readSnapshot())}\n\n`

async function sendToAll() {
  const text = await nextEvent().catch(() => undefined)
  if (text) for (const { send } of feed.readers) send(text)
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

/** Server-sent events: a snapshot at once, then one every few seconds. The caller authorizes. */
export function snapshotStream(signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let end = () => {}
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const reader: Reader = {
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
      void nextEvent().then(
        (text) => feed.readers.has(reader) && reader.send(text),
        () => undefined,
      )
    },
    cancel: () => end(),
  })
}
