import { subscribe } from 'node:diagnostics_channel'
import { IncomingMessage } from 'node:http'
import { onePerProcess } from '../lookup/one-per-process'
import { partOf } from './message-part'

/** Cookies, and parameters of an address, that a request may have. Browsers keep fewer cookies for a site: 180 or 150. */
const MOST = 200
/** Characters of a User-Agent. */
const LONGEST_AGENT = 1000
/** Characters of any other header, by default. Browsers and proxies send fewer, but for cookies and tokens. */
const LONGEST = 4096
/** Headers that may be as long as the server allows (by default 16 KB for all). */
const LONG = new Set(['authorization', 'cookie'])
/** The header in which Next's router sends which parts of a page the browser has. */
const TREE = 'next-router-state-tree'
/** Arrays in it: one for each level of a page, and for each parameter in its path. */
const MOST_ARRAYS = 100

/** Headers of Next's router that choose a part of a page. */
const PARTS = ['next-router-prefetch', 'next-router-segment-prefetch']

const areMany = (text: string, separator: string | RegExp, most = MOST) =>
  text.split(separator, most + 1).length > most

function bound(request: IncomingMessage): void {
  const { headers, url = '' } = request
  const agent = headers['user-agent'] ?? ''
  if (agent.length > LONGEST_AGENT) headers['user-agent'] = agent.slice(0, LONGEST_AGENT)
  for (const [name, value = ''] of Object.entries(headers))
    if (value.length > LONGEST && !LONG.has(name)) delete headers[name]
  if (areMany(headers.cookie ?? '', ';')) delete headers.cookie
  // Only with `rsc` does Next compare them with the address, so that no shared cache keeps a part in place of a page.
  if (headers.rsc === undefined) for (const name of PARTS) delete headers[name]
  if (areMany(`${headers[TREE] ?? ''}`, /\[|%5b/i, MOST_ARRAYS + 1)) delete headers[TREE]
  if (areMany(url, '&')) request.url = url.split('?', 1)[0]
}

/**
 * Answers a request with very many cookies or parameters as if it had none, one with a very long User-Agent by the beginning of
 * that, and one with another header of more than 4096 characters as if it did not have that header: cookies and `Authorization` may be as long
 * as the server allows. Headers that choose a part of a page are taken away where no part is asked for. The tree of Next's router may have 100 arrays. What Next does with these grows with the square of
 * their length: 15 KB keep a process busy for up to seconds, whatever the request asks for.
 */
export function boundLongHeaders(): void {
  onePerProcess('long-headers', () =>
    subscribe('http.server.request.start', (message) => {
      const request = partOf(message, 'request', IncomingMessage)
      if (request) bound(request)
    }),
  )
}
