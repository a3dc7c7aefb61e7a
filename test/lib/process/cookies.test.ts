import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ignoreManyCookies } from '@/lib/process/cookies'

const server = createServer((request, response) => {
  response.end(JSON.stringify({ cookie: request.headers.cookie ?? null, host: request.headers.host }))
})

beforeAll(async () => {
  ignoreManyCookies()
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => server.close().closeAllConnections())

const cookies = (count: number) => Array.from({ length: count }, (_, i) => `c${i}=`).join(';')

async function send(cookie?: string) {
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: cookie === undefined ? {} : { cookie } })
  return answer.json()
}

test.each([undefined, 'theme=dark', cookies(200)])(
  'a request with a few cookies keeps them: %s',
  async (cookie) => {
    expect(await send(cookie)).toMatchObject({ cookie: cookie ?? null })
  },
)

test.each([201, 2000])('a request with very many cookies is answered as one without: %i', async (count) => {
  expect(await send(cookies(count))).toEqual({ cookie: null, host: expect.stringContaining('127.0.0.1') })
})
