import { onePerProcess } from '../lookup/one-per-process'

/** What only Clerk's middleware asks Clerk's Backend API for: the end of a handshake, a new session token. */
const ASKED = /\/v1\/(clients\/handshake_payload|sessions\/[^/?]+\/refresh)(\?|$)/

/** Where `fetch` of Node 20 to 24, and of later versions, looks for what sends its requests. */
const PLACES = ['undici.globalDispatcher.1', 'undici.globalDispatcher.2'].map((name) => Symbol.for(name))

interface Dispatcher {
  dispatch(options: { path?: unknown }, handler: object): unknown
}

const isDispatcher = (value: unknown): value is Dispatcher =>
  typeof value === 'object' && value !== null && 'dispatch' in value && typeof value.dispatch === 'function'

/** What Node calls on a handler when its request begins, with what aborts it, and when it has ended, by the names of all its versions. */
const BEGINS = new Set<unknown>(['onConnect', 'onRequestStart'])
const ENDS = new Set<unknown>(['onComplete', 'onError', 'onResponseEnd', 'onResponseError'])

type Abort = (reason: Error) => void

/** The function itself, or a method of what newer versions of Node give. */
const abortOf = (given: unknown): Abort | undefined => {
  if (typeof given === 'function') return (reason) => given(reason)
  return given instanceof Object && 'abort' in given && typeof given.abort === 'function'
    ? given.abort.bind(given)
    : undefined
}

/** A handler whose request is aborted after so many milliseconds, and that calls `ended` once. */
function bounded(handler: object, ms: number, ended: () => void): object {
  let [abort, isLate, isOver]: [Abort | undefined, boolean, boolean] = [undefined, false, false]
  const timer = setTimeout(() => {
    isLate = true
    abort?.(new Error('Clerk did not answer in time'))
  }, ms).unref()
  return new Proxy(handler, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...given: unknown[]) => {
        if (ENDS.has(name) && !isOver) {
          isOver = true
          clearTimeout(timer)
          ended()
        }
        const result = value.apply(target, given)
        if (BEGINS.has(name)) {
          abort = abortOf(given[0])
          if (isLate) abort?.(new Error('Clerk could not be connected in time'))
        }
        return result
      }
    },
  })
}

/**
 * Bounds the requests that Clerk's middleware sends to Clerk, because anybody can cause them and the SDK gives them no
 * deadline: each would keep a connection of the process for five minutes. Each ends after `timeout` milliseconds, and as
 * soon as there is a connection if that took longer. No more than `most` are under way: the next one fails at once. Returns how
 * many are.
 */
export function boundRequestsToClerk({
  timeout,
  most,
}: {
  timeout: number
  most: number
}): Readonly<{ count: number }> {
  return onePerProcess('requests-to-clerk', () => {
    const underWay = { count: 0 }
    // Node makes it when one of these classes is asked for. A compiler would leave out what uses nothing of it.
    if (typeof globalThis.Headers !== 'function') return underWay
    for (const place of PLACES) {
      const given: unknown = Reflect.get(globalThis, place)
      if (!isDispatcher(given)) continue
      const dispatch: Dispatcher['dispatch'] = (options, handler) => {
        if (!ASKED.test(String(options.path))) return given.dispatch(options, handler)
        if (underWay.count >= most) throw new Error(`${most} requests to Clerk have no answer yet`)
        underWay.count++
        return given.dispatch(
          options,
          bounded(handler, timeout, () => void underWay.count--),
        )
      }
      Reflect.set(globalThis, place, Object.create(given, { dispatch: { value: dispatch } }))
    }
    return underWay
  })
}
