import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { endLateRequestsToClerk } from '@/lib/http/clerk-deadline'

test('what Clerk’s middleware asks for ends without an answer, and what others ask for goes on', async () => {
  endLateRequestsToClerk(1000)
  let open = 0
  const server = createServer().listen(0, '127.0.0.1')
  server.on('connection', (socket) => {
    open++
    socket.on('close', () => open--)
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init)
  try {
    const other = new AbortController()
    const users = ask('/v1/users/user_1', { signal: other.signal }).catch(() => 'ended by us')
    const late = ['/v1/jwks', '/v1/clients/handshake_payload?nonce=n', '/v1/sessions/sess_1/refresh'].map(
      (path) => ask(path, path.endsWith('refresh') ? { method: 'POST', body: '{}' } : {}),
    )
    for (const { status } of await Promise.allSettled(late)) expect(status).toBe('rejected')
    await expect.poll(() => open).toBe(1)
    other.abort()
    expect(await users).toBe('ended by us')
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
