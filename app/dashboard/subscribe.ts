import type { Snapshot } from '@/lib/dashboard/snapshot'

export type Connection = 'live' | 'polling' | 'reconnecting' | 'refused'

const FEED = '/api/admin/dashboard'
/** Milliseconds between two questions where there is no stream, and until a break in the stream is worth a word. */
const POLL_EVERY = 5_000
const PATIENCE = 3_000
/** Breaks without a word in between that make it a poll. */
const BREAKS = 3

/**
 * Tells what the server sends while the page is seen: over server-sent events, or where those do not hold, by asking.
 * Returns what ends it.
 */
export function follow(onSnapshot: (snapshot: Snapshot) => void, onConnection: (state: Connection) => void) {
  let stop = () => {}
  const start = () => {
    stop()
    if (!document.hidden) stop = listen(onSnapshot, onConnection)
    else stop = () => {}
  }
  document.addEventListener('visibilitychange', start)
  start()
  return () => {
    document.removeEventListener('visibilitychange', start)
    stop()
  }
}

function listen(onSnapshot: (snapshot: Snapshot) => void, onConnection: (state: Connection) => void) {
  let breaks = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let ended = false
  const later = (work: () => void, ms: number) => {
    clearTimeout(timer)
    timer = setTimeout(work, ms)
  }
  const source = new EventSource(FEED)
  source.onmessage = ({ data }) => {
    breaks = 0
    clearTimeout(timer)
    onConnection('live')
    onSnapshot(JSON.parse(data))
  }
  source.onerror = () => {
    if (++breaks < BREAKS && source.readyState !== EventSource.CLOSED)
      return later(() => onConnection('reconnecting'), PATIENCE)
    source.close()
    void poll()
  }

  async function poll() {
    const response = await fetch(FEED, { headers: { accept: 'application/json' } }).catch(() => undefined)
    if (ended) return
    if (response?.status === 401 || response?.status === 403) return onConnection('refused')
    onConnection(response?.ok ? 'polling' : 'reconnecting')
    if (response?.ok) onSnapshot(await response.json())
    if (!ended) later(poll, POLL_EVERY)
  }

  return () => {
    ended = true
    clearTimeout(timer)
    source.close()
  }
}
