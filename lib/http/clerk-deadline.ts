import { onePerProcess } from '../lookup/one-per-process'

/** What only Clerk's middleware asks Clerk's Backend API for: public keys, the end of a handshake, a new session token. */
const ASKED = /\/v1\/(jwks|clients\/handshake_payload|sessions\/[^/?]+\/refresh)(\?|$)/

/** Where `fetch` of Node 20 to 24, and of later versions, looks for what sends its requests. */
const PLACES = ['undici.globalDispatcher.1', 'undici.globalDispatcher.2'].map((name) => Symbol.for(name))

interface Dispatcher {
  dispatch(options: { path?: unknown }, handler: unknown): unknown
}

const isDispatcher = (value: unknown): value is Dispatcher =>
  typeof value === 'object' && value !== null && 'dispatch' in value && typeof value.dispatch === 'function'

/**
 * Ends each request that Clerk's middleware sends to Clerk, once there was no answer for so many milliseconds (for its keys half as many),
 * within a second. The SDK gives them no deadline, so each would keep a connection of the process for five minutes.
 */
export function endLateRequestsToClerk(ms: number): void {
  onePerProcess('late-requests-to-clerk', () => {
    // Node makes it when one of these classes is asked for. A compiler would leave out what uses nothing of it.
    if (typeof globalThis.Headers !== 'function') return false
    for (const place of PLACES) {
      const given: unknown = Reflect.get(globalThis, place)
      if (!isDispatcher(given)) continue
      const dispatch: Dispatcher['dispatch'] = (options, handler) => {
        const [, asked] = ASKED.exec(String(options.path)) ?? []
        // The SDK asks five times for its keys.
        const timeout = asked === 'jwks' ? ms / 2 : ms
        const bounded = { ...options, headersTimeout: timeout, bodyTimeout: timeout }
        return given.dispatch(asked ? bounded : options, handler)
      }
      Reflect.set(globalThis, place, Object.create(given, { dispatch: { value: dispatch } }))
    }
    return true
  })
}
