import { subscribe } from 'node:diagnostics_channel'
import { IncomingMessage } from 'node:http'
import { onePerProcess } from '../lookup/one-per-process'
import { partOf } from './message-part'

/** Cookies, and parameters of an address, that a request may have. Browsers keep fewer cookies for a site: 180 or 150. */
const MOST = 200
/** Characters of a User-Agent. */
const LONGEST_AGENT = 1000

const areMany = (text: string, separator: string) => text.split(separator, MOST + 1).length > MOST

function bound(request: IncomingMessage): void {
  const { headers, url = '' } = request
  if (areMany(headers.cookie ?? '', ';')) delete headers.cookie
  if (areMany(url, '&')) request.url = url.split('?', 1)[0]
  const agent = headers['user-agent'] ?? ''
  if (agent.length > LONGEST_AGENT) headers['user-agent'] = agent.slice(0, LONGEST_AGENT)
}

/**
 * Answers a request with very many cookies or parameters as if it had none, and one with a very long User-Agent by the beginning of
 * that. What Next does with them grows with the square of their length: 15 KB of cookies keep a process busy for seconds,
 * whatever the request asks for.
 */
export function boundLongHeaders(): void {
  onePerProcess('long-headers', () =>
    subscribe('http.server.request.start', (message) => {
      const request = partOf(message, 'request', IncomingMessage)
      if (request) bound(request)
    }),
  )
}
