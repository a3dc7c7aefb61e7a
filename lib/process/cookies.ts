import { subscribe } from 'node:diagnostics_channel'
import { IncomingMessage } from 'node:http'
import { onePerProcess } from '../lookup/one-per-process'
import { partOf } from './message-part'

/** Cookies that a request may have. Browsers keep fewer for a site: 180 in Chromium, 150 in Firefox. */
const MOST = 200

/**
 * Answers a request with very many cookies as if it had none. What Next does with them grows with the square of their
 * number: one request with 15 KB of them keeps a process busy for seconds, whatever it asks for.
 */
export function ignoreManyCookies(): void {
  onePerProcess('cookies', () =>
    subscribe('http.server.request.start', (message) => {
      const request = partOf(message, 'request', IncomingMessage)
      const cookies = request?.headers.cookie ?? ''
      if (request && cookies.split(';', MOST + 1).length > MOST) delete request.headers.cookie
    }),
  )
}
