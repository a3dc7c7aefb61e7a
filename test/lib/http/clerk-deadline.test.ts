import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { boundRequestsToClerk } from '@/lib/http/clerk-deadline'

const NONCE = '/v1/clients/handshake_payload?nonce=n'
const REFRESH = '/v1/sessions/sess_1/refresh'

/** One for the process: what is asked for first sets the bounds. */
const underWay = boundRequestsToClerk({ timeout: 1000, most: 5 })

/** Answers nothing. */
let server: ReturnType<typeof createServer>
let open = 0
beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1')
  server.on('connection', (socket) => {
    open++
    socket.on('close', () => open--)
  })
  await once(server, 'listening')
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const ask = (path: string, init?: RequestInit) => {
  const { port } = server.address() as AddressInfo
  return fetch(`http://127.0.0.1:${port}${path}`, path === REFRESH ? { method: 'POST', body: '{}' } : init)
}

test('what Clerk’s middleware asks for ends without an answer, and what others ask for goes on', async () => {
  const other = new AbortController()
  const users = ask('/v1/users/user_1', { signal: other.signal }).catch(() => 'ended by us')
  const late = [NONCE, REFRESH].map((path) => ask(path))
  for (const { status } of await Promise.allSettled(late)) expect(status).toBe('rejected')
  await expect.poll(() => open).toBe(1)
  other.abort()
  expect(await users).toBe('ended by us')
})

test('an answer that comes in pieces ends, too', async () => {
  server.on('request', (_, response) => {
    const pieces = setInterval(() => response.write(' '), 50)
    response.on('close', () => clearInterval(pieces))
  })
  const answer = await ask(NONCE)
  await expect(answer.text()).rejects.toThrow()
  await expect.poll(() => [open, underWay.count]).toEqual([0, 0])
})

test('no more requests than allowed are under way', async () => {
  const all = Array.from({ length: 40 }, (_, i) => ask(i % 2 ? NONCE : REFRESH).catch(() => 'failed'))
  const other = new AbortController()
  const users = ask('/v1/users/user_1', { signal: other.signal }).catch(() => 'ended by us')
  expect(underWay.count).toBe(5)
  await expect.poll(() => open).toBe(6)
  // Those beyond fail at once, and the others at their end.
  expect(await Promise.all(all)).toEqual(Array(40).fill('failed'))
  expect(underWay.count).toBe(0)
  other.abort()
  await users
})

test('an answer makes room for the next request', async () => {
  server.on('request', (_, response) => response.end('{"keys":[]}'))
  for (let i = 0; i < 20; i++) expect(await (await ask(NONCE)).text()).toBe('{"keys":[]}')
  await expect.poll(() => underWay.count).toBe(0)
})

test('a request that its caller ends makes room, too', async () => {
  for (let i = 0; i < 20; i++) {
    const ended = new AbortController()
    const answer = ask(NONCE, { signal: ended.signal })
    expect(underWay.count).toBe(1)
    ended.abort()
    await expect(answer).rejects.toThrow()
    await expect.poll(() => underWay.count).toBe(0)
  }
})
