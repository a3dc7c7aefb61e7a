import { onePerProcess } from '../lookup/one-per-process'
import { outside } from '../lookup/outside'
import { onShutdown } from '../process/shutdown-hooks'
import { readSnapshot } from './snapshot'

const EVERY = 5_000
/** Whoever listens is asked again for their role after this time, when their browser connects anew. */
const LIFE = 60_000

type Reader = { tell(text: string): void; end(): void }

/** Those who listen, of the whole process: one reads for all. */
const feed = onePerProcess(
  'dashboard-feed',
  (): { readers: Set<Reader>; timer: NodeJS.Timeout | undefined } => ({
    readers: new Set(),
    timer: undefined,
  }),
)

const next = async () => `data: ${JSON.stringify(await readSnapshot())}\n\n`

async function tellAll() {
  const text = await next().catch(() => undefined)
  if (text) for (const { tell } of feed.readers) tell(text)
}

function join(reader: Reader) {
  feed.readers.add(reader)
  feed.timer ??= outside(() => setInterval(tellAll, EVERY).unref())
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

/** Server-sent events: a snapshot at once, then every few seconds. The caller authorises. */
export function snapshotStream(signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let end = () => {}
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const reader: Reader = {
        tell: (text) => controller.enqueue(encoder.encode(text)),
        end: () => {
          clearTimeout(life)
          if (!feed.readers.has(reader)) return
          leave(reader)
          controller.close()
        },
      }
      const life = setTimeout(reader.end, LIFE).unref()
      end = reader.end
      signal.addEventListener('abort', end)
      join(reader)
      reader.tell('retry: 1000\n\n')
      void next().then(
        (text) => feed.readers.has(reader) && reader.tell(text),
        () => undefined,
      )
    },
    cancel: () => end(),
  })
}
