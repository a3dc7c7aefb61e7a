import { subscribe } from 'node:diagnostics_channel'
import { IncomingMessage } from 'node:http'
import { onePerProcess } from '../lookup/one-per-process'
import { partOf } from './message-part'

/** Bytes below which a piece of a body is small. The network delivers more at a time, but for the end of a body. */
const SMALL = 256
/** Small pieces that a body may have. */
const MOST_SMALL = 256

/** Bytes of a piece; not all of them for text. */
const lengthOf = (chunk: unknown): number =>
  typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk.length : SMALL

function limit(request: IncomingMessage): void {
  const push = request.push
  let small = 0
  request.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (lengthOf(chunk) < SMALL && ++small > MOST_SMALL) {
      request.destroy()
      return false
    }
    return push.call(request, chunk, encoding)
  }
}

/**
 * Closes connections that send a body in very many small pieces. Next keeps a body twice before anything is known of its
 * sender, and each piece takes up to a kilobyte there: a stranger would fill the memory with what its limit of bytes lets
 * through, and keep the process busy.
 */
export function refuseSmallPieces(): void {
  onePerProcess('small-pieces', () =>
    subscribe('http.server.request.start', (message) => {
      const request = partOf(message, 'request', IncomingMessage)
      if (request) limit(request)
    }),
  )
}
