import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { boundLongHeaders } from '@/lib/process/long-headers'

const server = createServer(({ url, headers }, response) => {
  response.end(JSON.stringify({ cookie: headers.cookie ?? null, agent: headers['user-agent'], url, headers }))
})

beforeAll(async () => {
  boundLongHeaders()
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => server.close().closeAllConnections())

const cookies = (count: number) => Array.from({ length: count }, (_, i) => `c${i}=`).join(';')

async function send(headers: HeadersInit = {}, path = '/') {
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
  expect(answer).toMatchObject({ cookie: null, agent, url: '/page?a=1' })
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

const TREE = 'next-router-state-tree'
const PARSED = [
  ...[TREE, 'next-router-prefetch', 'next-router-segment-prefetch', 'rsc', 'next-url', 'next-action'],
  ...[
    'accept',
    'accept-language',
    'content-type',
    'if-none-match',
    'if-modified-since',
    'range',
    'referer',
    'origin',
  ],
  ...[
    'forwarded',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-middleware-subrequest',
    'purpose',
  ],
  ...[
    'sec-fetch-site',
    'sec-ch-ua',
    'traceparent',
    'baggage',
    'content-security-policy',
    'x-clerk-auth-token',
    'x-any',
  ],
]

test.each(PARSED)('a very long header is dropped, and the others are kept: %s', async (name) => {
  const long = 'a'.repeat(4097)
  const { headers } = await send({ rsc: '1', [name]: long, 'x-other': 'b' })
  expect(headers).toMatchObject({ 'x-other': 'b' })
  expect(Object.values(headers)).not.toContain(long)
  const kept = { [name]: 'a'.repeat(4096) }
  expect(await send({ rsc: '1', ...kept })).toMatchObject({ headers: kept })
})

test.each(['next-router-prefetch', 'next-router-segment-prefetch'])(
  'a header that chooses a part of a page is kept only where a part is asked for: %s',
  async (name) => {
    expect(await send({ rsc: '1', [name]: '1' })).toMatchObject({ headers: { [name]: '1' } })
    expect((await send({ [name]: '1' })).headers).not.toHaveProperty(name)
  },
)

test.each(['cookie', 'authorization'])('a very long header with tokens is kept: %s', async (name) => {
  expect(await send({ [name]: 'a'.repeat(10_000) })).toMatchObject({
    headers: { [name]: 'a'.repeat(10_000) },
  })
})

test('a header that comes in very many lines is dropped', async () => {
  const lines = Array.from({ length: 600 }, (): [string, string] => ['x-forwarded-for', '192.0.2.1'])
  const { headers } = await send(new Headers(lines))
  expect(headers).not.toHaveProperty('x-forwarded-for')
})

const tree = (arrays: number) => `${'["",{"":'.repeat(arrays - 1)}["",{}]${'}]'.repeat(arrays - 1)}`

test.each([
  [100, true],
  [101, false],
  [350, false],
])('a tree of the router with very many arrays is dropped: %i, kept %s', async (arrays, kept) => {
  const plain = tree(arrays)
  for (const text of [plain, plain.replaceAll('[', '%5B'), plain.replaceAll('[', '%5b')])
    expect(TREE in (await send({ [TREE]: text })).headers).toBe(kept)
})
