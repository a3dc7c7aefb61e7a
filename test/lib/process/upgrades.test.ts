import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { ignoreUpgrades } from '@/lib/process/upgrades'

test('a request for another protocol is answered as one that asks for none, and its connection ends', async () => {
  ignoreUpgrades()
  // Like Next's: it does nothing with the connection.
  const server = createServer((_, response) => response.end('answered')).on('upgrade', () => {})
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const socket = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  const [answer] = await once(socket, 'data')
  expect(String(answer)).toContain('answered')
  // It resolves only once no connection is open.
  const closed = once(server, 'close')
  server.close()
  socket.end()
  await closed
})
