import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { clerkFaults, type FaultProxy, redisFaults, startFaultProxy } from '../../local/fault-proxy'

const REPLIES = '[{"result":"one"},{"result":"two"}]'

let received: string[] = []
const target = createServer(async (request, response) => {
  received.push(`${request.method} ${request.url} ${request.headers.authorization} ${await text(request)}`)
  if (request.url === '/stream') {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: first\n\n')
  } else response.writeHead(200, { 'content-type': 'application/json' }).end(REPLIES)
})

let proxy: FaultProxy

beforeAll(async () => {
  target.listen(0, '127.0.0.1')
  await once(target, 'listening')
  const address = target.address()
  const port = typeof address === 'object' && address ? address.port : 0
  proxy = await startFaultProxy({ target: `http://127.0.0.1:${port}`, random: () => 0.5 })
})
afterAll(async () => {
  await proxy.close()
  target.close()
  target.closeAllConnections()
})
beforeEach(() => {
  received = []
  proxy.use()
})

const send = (signal?: AbortSignal) =>
  fetch(`${proxy.url}/pipeline?x=1`, {
    method: 'POST',
    headers: { authorization: 'Bearer token' },
    body: 'a body',
    ...(signal && { signal }),
  })
const FORWARDED = ['POST /pipeline?x=1 Bearer token a body']

test('a request passes unchanged without a fault, and is not counted', async () => {
  const before = proxy.affected()
  const response = await send()
  expect([response.status, await response.text()]).toEqual([200, REPLIES])
  expect(received).toEqual(FORWARDED)
  expect(proxy.affected()).toBe(before)
})

test.each([
  ['reset', []],
  ['lost answers', FORWARDED],
] as const)('%s breaks the connection', async (name, forwarded) => {
  proxy.use(redisFaults[name])
  await expect(send()).rejects.toThrow('fetch failed')
  expect(received).toEqual(forwarded)
})

test('a request that hangs is not forwarded, or is and gets no answer', async () => {
  for (const [name, forwarded] of [
    ['hang', []],
    ['hang after execution', FORWARDED],
  ] as const) {
    proxy.use(redisFaults[name])
    const leaving = new AbortController()
    const before = proxy.affected()
    const sent = send(leaving.signal)
    await expect.poll(() => [proxy.affected(), received]).toEqual([before + 1, forwarded])
    leaving.abort()
    await expect(sent).rejects.toThrow('aborted')
  }
})

test.each([
  ['quota', 429, 'max requests limit exceeded'],
  ['502', 502, '502 Bad Gateway'],
] as const)('%s is answered by the proxy', async (name, status, words) => {
  proxy.use(redisFaults[name])
  const response = await send()
  expect(response.status).toBe(status)
  expect(await response.text()).toContain(words)
  expect(received).toEqual([])
})

test.each([
  ['truncated', '[{"result":"one"}'],
  ['short', '[{"result":"one"}]'],
] as const)('a %s answer has its full length in the header', async (name, body) => {
  proxy.use(redisFaults[name])
  expect(await (await send()).text()).toBe(body)
})

test('a corrupt answer has one byte that is not UTF-8', async () => {
  proxy.use(redisFaults.corrupt)
  const answer = await (await send()).text()
  expect(answer).toHaveLength(REPLIES.length)
  expect([...answer].filter((character, i) => character !== REPLIES[i])).toEqual(['\ufffd'])
})

test('a late answer arrives', async () => {
  proxy.use({ delay: 1, delayReply: 1 })
  expect(await (await send()).text()).toBe(REPLIES)
})

test('Clerk’s errors look like Clerk’s', async () => {
  proxy.use(clerkFaults['429'])
  const response = await send()
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '1'])
  expect(await response.json()).toMatchObject({ errors: [{ code: 'too_many_requests' }] })
})

test('a fault can affect a part of the requests', async () => {
  proxy.use({ ...redisFaults['502'], share: 0.5 })
  expect((await send()).status).toBe(200)
  proxy.use({ ...redisFaults['502'], share: 0.6 })
  expect((await send()).status).toBe(502)
})

test('a stream of events passes while it is open', async () => {
  const leaving = new AbortController()
  const response = await fetch(`${proxy.url}/stream`, { signal: leaving.signal })
  const first = await response.body?.getReader().read()
  expect(Buffer.from(first?.value ?? []).toString()).toBe('data: first\n\n')
  leaving.abort()
})
