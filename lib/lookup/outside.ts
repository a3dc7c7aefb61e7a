import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { onePerProcess } from './one-per-process'

const REQUEST_START = 'http.server.request.start'

const context = onePerProcess('outside', () => {
  const taken = { run: AsyncLocalStorage.snapshot() }
  // Without an instrumentation.ts, Next loads this module inside the first request. That request's context must not
  // serve others: once it has ended, a prerender rejects every fetch made in it. Node publishes the start of a request
  // before any framework has seen it, so the start of the next request has a clean context.
  const take = () => {
    taken.run = AsyncLocalStorage.snapshot()
    unsubscribe(REQUEST_START, take)
  }
  subscribe(REQUEST_START, take)
  return taken
})

/**
 * Runs a function outside the request that called it. Inside one, Next patches `fetch`: a render answers a second
 * identical GET from its memory, and a prerender rejects what is still running when it ends. Neither may happen to a
 * load that other requests share. One context per process, which every copy of this module uses; import this module from
 * `instrumentation.ts`, so that it exists before the first request.
 */
export const outside = <P extends unknown[], R>(work: (...args: P) => R, ...args: P): R =>
  context.run(work, ...args)
