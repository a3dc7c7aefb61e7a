import { randomBytes } from 'node:crypto'
import { type Clock, sleep, systemClock } from '../clock'
import { LookupError } from '../errors'
import { outside } from '../outside'
import { type ProcessState, processState } from '../process-state'

export interface BackplaneOptions {
  /** Upstash REST endpoint and token. */
  url: string
  token: string
  /** The namespace of the lookups, which every process of the app shares. */
  namespace: string
  /** Milliseconds between two heartbeats; 2000 unless told. Each costs one command. */
  beatMs?: number
  /** Milliseconds after a heartbeat's sending for which its arrival proves the stream; 5000 unless told. */
  windowMs?: number
  state?: ProcessState
  clock?: Clock
}

/**
 * Tells other processes what was invalidated here, and drops here what they invalidated, over Redis
 * publish/subscribe. A stream can stall in silence, so each process publishes heartbeats to itself: while
 * its own do not come back, its process layer keeps nothing for longer than a second and forgets what it
 * held. For servers that live long; one per process. `close` ends the stream, which would hold a shutdown.
 */
export function createBackplane(options: BackplaneOptions): { close(): void } {
  const { state = processState(), namespace } = options
  return state.share(`backplane:${namespace}`, () => outside(() => start({ ...options, state })))
}

function start(options: BackplaneOptions & { state: ProcessState }) {
  const { url, token, namespace, state, beatMs = 2000, windowMs = 5000, clock = systemClock } = options
  const channel = `${namespace}:invalidations`
  const me = randomBytes(9).toString('base64url')
  const authorization = `Bearer ${token}`
  let stream = new AbortController()
  let closed = false
  let epochs = 0
  let alive = false
  let provenUntil = 0

  function lose() {
    provenUntil = 0
    if (!alive) return
    alive = false
    for (const layer of state.layers) layer.clear()
    state.emit({ type: 'backplane', alive })
  }

  function epoch() {
    if (alive && clock.now() >= provenUntil) lose()
    return alive ? epochs : 0
  }

  async function publish(message: { from: string; beat?: number; tags?: readonly string[] }) {
    const reply = await fetch(url, {
      method: 'POST',
      headers: { authorization },
      body: JSON.stringify(['PUBLISH', channel, JSON.stringify(message)]),
      cache: 'no-store',
      signal: AbortSignal.timeout(1000),
    })
    await reply.arrayBuffer()
    if (!reply.ok) throw new LookupError('store_unavailable', `Redis answered PUBLISH with ${reply.status}`)
  }

  function hear(payload: string) {
    const message: unknown = JSON.parse(payload)
    if (typeof message !== 'object' || message === null || !('from' in message)) return
    if ('beat' in message && typeof message.beat === 'number' && message.from === me) {
      // As old as its sending: a stream that lags proves nothing about now.
      provenUntil = Math.max(provenUntil, message.beat + windowMs)
      if (alive || clock.now() >= provenUntil) return
      alive = true
      epochs++
      state.emit({ type: 'backplane', alive })
    } else if ('tags' in message && Array.isArray(message.tags) && message.from !== me)
      state.drop(message.tags.filter((tag) => typeof tag === 'string'))
  }

  const beat = () => publish({ from: me, beat: clock.now() }).catch(() => {})

  /** Reads one stream until it ends. */
  async function listen(signal: AbortSignal) {
    const headers = { authorization, accept: 'text/event-stream' }
    const target = `${url.replace(/\/$/, '')}/subscribe/${encodeURIComponent(channel)}`
    const reply = await fetch(target, { method: 'POST', headers, cache: 'no-store', signal })
    if (!reply.ok || !reply.body) return
    const prefix = `data: message,${channel},`
    let rest = ''
    for await (const chunk of reply.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line.startsWith('data: subscribe,')) void beat()
        if (line.startsWith(prefix)) hear(line.slice(prefix.length))
      }
    }
  }

  async function keepListening() {
    for (let attempt = 0; !closed; attempt++) {
      stream = new AbortController()
      // Whatever ends it, something may have been missed.
      await listen(stream.signal).catch(() => {})
      if (alive) attempt = 0
      lose()
      if (!closed) await sleep(clock, Math.min(250 * 2 ** attempt, 5000))
    }
  }

  let cancel = () => {}
  function keepBeating(silent: number) {
    if (closed) return
    // A stream that has brought nothing for long enough is given up for a new one.
    const stalled = epoch() === 0 ? silent + beatMs : 0
    if (stalled > 2 * windowMs) stream.abort()
    void beat()
    cancel = clock.timer(beatMs, () => keepBeating(stalled > 2 * windowMs ? 0 : stalled))
  }

  state.connect({ epoch, announce: (tags) => publish({ from: me, tags }) })
  void keepListening()
  cancel = clock.timer(beatMs, () => keepBeating(0))

  return {
    close() {
      closed = true
      cancel()
      stream.abort()
      lose()
    },
  }
}
