import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { boundLongHeaders } from '@/lib/process/long-headers'

const server = createServer(({ url, headers }, response) => {
  response.end(JSON.stringify({ cookie: headers.cookie ?? null, agent: headers['user-agent'], url }))
})

beforeAll(async () => {
  boundLongHeaders()
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => server.close().closeAllConnections())

const cookies = (count: number) => Array.from({ length: count }, (_, i) => `c${i}=`).join(';')

async function send(headers: Record<string, string> = {}, path = '/') {
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).json()
}

test.each(['theme=dark', cookies(200)])('a request with a few cookies keeps them: %s', async (cookie) => {
  expect(await send({ cookie })).toMatchObject({ cookie })
})

test.each([201, 2000])('a request with very many cookies is answered as one without: %i', async (count) => {
  const agent = 'a browser'
  const answer = await send({ cookie: cookies(count), 'user-agent': agent }, '/page?a=1')
  expect(answer).toEqual({ cookie: null, agent, url: '/page?a=1' })
})

test.each([
  [200, true],
  [201, false],
  [2000, false],
])(
  'a request with very many parameters is answered as one without: of %i it keeps all, %s',
  async (count, kept) => {
    const query = `?${Array.from({ length: count }, (_, i) => `p${i}=`).join('&')}`
    expect(await send({}, `/page${query}`)).toMatchObject({ url: kept ? `/page${query}` : '/page' })
  },
)

test('a very long User-Agent is cut', async () => {
  expect(await send({ 'user-agent': 'a'.repeat(1000) })).toMatchObject({ agent: 'a'.repeat(1000) })
  expect(await send({ 'user-agent': 'a'.repeat(15_000) })).toMatchObject({ agent: 'a'.repeat(1000) })
})
