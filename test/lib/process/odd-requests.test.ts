import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refuseOddRequests } from '@/lib/process/odd-requests'

const handled: string[] = []
const server = createServer(({ method, url }, response) => {
  handled.push(`${method} ${url}`)
  response.end('answered')
})

beforeAll(async () => {
  refuseOddRequests()
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => server.close().closeAllConnections())

async function send(line: string): Promise<string> {
  const address = server.address()
  const socket = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1')
  socket.write(`${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  let answer = ''
  for await (const part of socket) answer += part
  return answer.slice(0, 12)
}

test.each([
  ['TRACE /', 'HTTP/1.1 405'],
  ['TRACE /api/health', 'HTTP/1.1 405'],
  ['OPTIONS *', 'HTTP/1.1 400'],
  ['GET *', 'HTTP/1.1 400'],
  ['GET http://[::1/x', 'HTTP/1.1 400'],
  ['GET http://evil.example/', 'HTTP/1.1 400'],
])('%s is refused and not handled', async (line, status) => {
  handled.length = 0
  expect(await send(line)).toBe(status)
  expect(handled).toEqual([])
})

test.each(['GET /', 'OPTIONS /api/health', 'POST /a?b=http://c', 'PROPFIND /'])(
  '%s is handled',
  async (line) => {
    handled.length = 0
    expect(await send(line)).toBe('HTTP/1.1 200')
    expect(handled).toEqual([line])
  },
)
