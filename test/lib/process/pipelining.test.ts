import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { setImmediate as polled } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { refusePipelines } from '@/lib/process/pipelining'

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'

/** The answers that are not given yet, and how often each was closed. */
const waiting: ServerResponse[] = []
const closed = new Map<ServerResponse, number>()
let handled = 0
const server = createServer((_, response) => {
  handled++
  response.on('close', () => closed.set(response, (closed.get(response) ?? 0) + 1))
  waiting.push(response)
})

beforeAll(async () => {
  refusePipelines()
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterEach(() => {
  waiting.length = 0
  handled = 0
})
afterAll(() => server.close().closeAllConnections())

/** A connection that has sent so many requests without waiting for an answer. */
async function pipelined(requests: number) {
  const address = server.address()
  const socket = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1')
  let answers = ''
  socket.on('data', (data) => {
    answers += data
  })
  socket.on('error', () => {})
  socket.write(REQUEST.repeat(requests))
  return { socket, closed: once(socket, 'close'), answered: () => answers.split('HTTP/1.1 200').length - 1 }
}

async function until(condition: () => boolean) {
  while (!condition()) await polled()
}

test.each([2, 1000])(
  'requests that do not wait for an answer close their connection, and are not handled: %i',
  async (count) => {
    const { closed } = await pipelined(count)
    await closed
    expect(handled).toBeLessThanOrEqual(1)
  },
)

test('a connection answers any number of requests, one after another', async () => {
  const { socket, answered } = await pipelined(1)
  for (let i = 1; i <= 20; i++) {
    await until(() => handled === i)
    waiting.at(-1)?.end('one')
    await until(() => answered() === i)
    if (i < 20) socket.write(REQUEST)
  }
  socket.destroy()
})

test.each(['by its client', 'because of a second request'])(
  'a connection that is closed %s closes the answer to its request, so that the work for it can end',
  async (how) => {
    const { socket } = await pipelined(1)
    await until(() => handled === 1)
    const [response] = waiting
    if (how === 'by its client') socket.destroy()
    else socket.write(REQUEST)
    await until(() => response !== undefined && closed.has(response))
    expect(response && [closed.get(response), response.destroyed]).toEqual([1, true])
    socket.destroy()
  },
)
