import { type Snapshot, snapshotSchema } from '@/lib/dashboard/snapshot-schema'

export type Connection = 'connecting' | 'live' | 'polling' | 'reconnecting' | 'refused' | 'outdated'

const FEED = '/api/admin/dashboard'
/** Milliseconds between two requests where no stream gets through. */
const POLL_EVERY = 5_000
/** Milliseconds without a connection before the page says so. */
const QUIET_FOR = 3_000
/** Failed connections in a row after which it polls. */
const MOST_FAILURES = 3

/**
 * Receives snapshots while the page is visible: by server-sent events, or by polling where no stream gets through. With
 * a `range` they have charts of it. Returns a function that ends it.
 */
export function subscribe(
  range: string | null,
  onSnapshot: (snapshot: Snapshot) => void,
  onConnection: (state: Connection) => void,
) {
  let stop = () => {}
  const feed = range === null ? FEED : `${FEED}?range=${range}`
  const start = () => {
    stop()
    if (!document.hidden) stop = listen(feed, onSnapshot, onConnection)
    else stop = () => {}
  }
  document.addEventListener('visibilitychange', start)
  start()
  return () => {
    document.removeEventListener('visibilitychange', start)
    stop()
  }
}

function listen(
  feed: string,
  onSnapshot: (snapshot: Snapshot) => void,
  onConnection: (state: Connection) => void,
) {
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let ended = false
  const later = (work: () => void, ms: number) => {
    clearTimeout(timer)
    timer = setTimeout(work, ms)
  }
  const source = new EventSource(feed)
  function end() {
    ended = true
    clearTimeout(timer)
    source.close()
  }

  /** False, and the end, if the server sends something else: it is newer than this page. */
  function receive(data: unknown): boolean {
    const { data: snapshot } = snapshotSchema.safeParse(data)
    if (snapshot) onSnapshot(snapshot)
    else {
      end()
      onConnection('outdated')
    }
    return snapshot !== undefined
  }

  source.onmessage = ({ data }) => {
    failures = 0
    clearTimeout(timer)
    if (receive(parseJson(data))) onConnection('live')
  }
  source.onerror = () => {
    if (++failures < MOST_FAILURES && source.readyState !== EventSource.CLOSED)
      return later(() => onConnection('reconnecting'), QUIET_FOR)
    clearTimeout(timer)
    source.close()
    void poll()
  }

  async function poll() {
    const response = await fetch(feed, { headers: { accept: 'application/json' } }).catch(() => undefined)
    if (ended) return
    if (response?.status === 401 || response?.status === 403) return onConnection('refused')
    if (!response?.ok) onConnection('reconnecting')
    else {
      const data: unknown = await response.json().catch(() => undefined)
      if (!ended && receive(data)) onConnection('polling')
    }
    if (!ended) later(poll, POLL_EVERY)
  }

  return end
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
