import { randomBytes } from 'node:crypto'
import { type Clock, sleep, systemClock } from '../clock'
import { outside } from '../outside'
import { type ProcessState, processState } from '../process-state'
import { channelOf, createPublish } from './announce'
import type { RedisClient } from './client'

export interface BackplaneOptions {
  redis: RedisClient
  /** The namespace of the lookups, which every process of the app shares. */
  namespace: string
  /** Milliseconds between two heartbeats (default: 2000). Each costs one command. */
  beatMs?: number
  /** Milliseconds after a heartbeat was sent for which its arrival proves the stream (default: 5000). */
  windowMs?: number
  state?: ProcessState
  clock?: Clock
}

/**
 * Informs other processes of invalidations here, and drops here what they invalidate, over Redis Pub/Sub.
 * A stream can stall without an error, so each process publishes heartbeats to itself: while its own do not come back,
 * its process cache is emptied and keeps nothing for longer than a second. For servers that live long; one per process.
 * `close` ends the stream, which would delay a shutdown.
 */
export function createBackplane(options: BackplaneOptions): { close(): void } {
  const { state = processState(), namespace } = options
  return state.share(`backplane:${namespace}`, () => outside(() => start({ ...options, state })))
}

function start(options: BackplaneOptions & { state: ProcessState }) {
  const { redis, namespace, state, beatMs = 2000, windowMs = 5000, clock = systemClock } = options
  const me = randomBytes(9).toString('base64url')
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

  const publish = createPublish(redis, namespace)

  function receive(payload: string) {
    const message: unknown = JSON.parse(payload)
    if (typeof message !== 'object' || message === null || !('from' in message)) return
    if ('beat' in message && typeof message.beat === 'number' && message.from === me) {
      // The proof counts from when the heartbeat was sent: a delayed stream proves nothing about now.
      provenUntil = Math.max(provenUntil, message.beat + windowMs)
      if (alive || clock.now() >= provenUntil) return
      alive = true
      epochs++
      state.emit({ type: 'backplane', alive })
    } else if ('tags' in message && Array.isArray(message.tags) && message.from !== me)
      state.drop(message.tags.filter((tag) => typeof tag === 'string'))
  }

  const beat = () => publish({ from: me, beat: clock.now() }).catch(() => {})

  const subscriber = { subscribed: () => void beat(), message: receive }

  async function keepListening() {
    for (let attempt = 0; !closed; attempt++) {
      stream = new AbortController()
      // Whatever ended the stream, messages may have been missed.
      await redis.subscribe(channelOf(namespace), stream.signal, subscriber).catch(() => {})
      stream.abort()
      if (alive) attempt = 0
      lose()
      if (!closed) await sleep(clock, Math.min(250 * 2 ** attempt, 5000))
    }
  }

  let cancel = () => {}
  function keepBeating(silent: number) {
    if (closed) return
    // A stream without heartbeats for too long is replaced by a new one.
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
