import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refuseSmallPieces } from '@/lib/process/small-pieces'
import { postInPieces } from '../../support/pieces'

/** What the server has received of each request: bytes, and whether the body ended. */
const received: { bytes: number; ended: boolean }[] = []
const server = createServer((request, response) => {
  const body = { bytes: 0, ended: false }
  received.push(body)
  request.on('data', (piece: Buffer) => {
    body.bytes += piece.length
  })
  request.on('error', () => {})
  request.on('end', () => {
    body.ended = true
    response.end('received')
  })
})

beforeAll(async () => {
  refuseSmallPieces()
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => server.close().closeAllConnections())

/** Posts a body in so many pieces of a size. Returns the answer, or '' if the connection was closed. */
function post(pieces: number, bytes: number): Promise<string> {
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return postInPieces(`http://127.0.0.1:${port}/`, pieces, bytes)
}

test.each([
  ['some small pieces', 200, 1],
  ['many pieces of the size of a packet', 2000, 536],
])('a body of %s is received', async (_, pieces, bytes) => {
  expect(await post(pieces, bytes)).toContain('received')
  expect(received.at(-1)).toEqual({ bytes: pieces * bytes, ended: true })
})

test('a body of very many small pieces is not received, and its connection is closed', async () => {
  expect(await post(10_000, 1)).toBe('')
  expect(received.at(-1)).toMatchObject({ ended: false })
  expect(received.at(-1)?.bytes).toBeLessThan(1000)
})
