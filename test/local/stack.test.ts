import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LocalStack, startLocalStack } from '../../local/stack'

const NOW = Date.UTC(2027, 2, 4)
const received: string[] = []
const app = createServer((request, response) => {
  received.push(`${request.method} ${request.url}`)
  response.end('ok')
})
let stack: LocalStack

beforeAll(async () => {
  app.listen(0, '127.0.0.1')
  await once(app, 'listening')
  const address = app.address()
  stack = await startLocalStack({
    appUrl: `http://localhost:${typeof address === 'object' ? address?.port : ''}`,
    webhookPath: '/hooks/clerk',
    users: [{ firstName: 'Ada', emails: ['ada@example.com'] }],
    now: () => NOW,
    redis: 'wasm',
  })
})
afterAll(async () => {
  await stack.stop()
  app.closeAllConnections()
  app.close()
})

const fromClerk = (path: string) =>
  fetch(stack.env.CLERK_API_URL + path, {
    headers: { authorization: `Bearer ${stack.env.CLERK_SECRET_KEY}` },
  })
const redis = async (...command: string[]) => {
  const response = await fetch(stack.upstash.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.env.UPSTASH_REDIS_REST_TOKEN}` },
    body: JSON.stringify(command),
  })
  return { status: response.status, body: await response.json() }
}

test('has the users that it was given, and no others, since the time of its clock', async () => {
  const users = await (await fromClerk('/v1/users')).json()
  expect(users).toMatchObject([{ first_name: 'Ada', created_at: NOW, id: expect.stringMatching(/^user_2/) }])
  expect(users).toHaveLength(1)
})

test('sends webhooks to the given route of the app', async () => {
  stack.clerk.createUser({ emails: ['grace@example.com'] })
  await stack.clerk.webhooks.flush()
  expect(received).toEqual(['POST /hooks/clerk'])
})

test('sends no webhooks with webhookPath false', async () => {
  const quiet = await startLocalStack({ webhookPath: false, redis: 'wasm' })
  quiet.clerk.createUser({ emails: ['grace@example.com'] })
  expect(quiet.clerk.webhooks.log()).toEqual([])
  await quiet.stop()
})

test('a reset empties Redis, ends all faults and sets all counts to zero', async () => {
  await redis('set', 'a', '1')
  stack.clerk.faults.add({ status: 503 })
  stack.upstash.faults.set({ answer: { status: 500, body: '{}' } })
  stack.google.respond(() => new Response('', { status: 500 }))
  expect((await fromClerk('/v1/users')).status).toBe(503)
  expect((await redis('get', 'a')).status).toBe(500)
  expect((await fetch(`${stack.google.url}/calendar/v3/users/me/calendarList`)).status).toBe(500)
  await stack.reset()
  expect(stack.clerk.requests().total + stack.google.requests().total + stack.upstash.counts().http).toBe(0)
  expect((await fromClerk('/v1/users')).status).toBe(200)
  expect(await redis('get', 'a')).toEqual({ status: 200, body: { result: null } })
  expect((await fetch(`${stack.google.url}/calendar/v3/users/me/calendarList`)).status).toBe(401)
})

test('a port that is taken leaves nothing running', async () => {
  const taken = stack.google.port
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const address = free.address()
  const upstash = typeof address === 'object' ? (address?.port ?? 0) : 0
  await new Promise((resolve) => free.close(resolve))
  const starting = startLocalStack({ ports: { upstash, google: taken }, redis: 'wasm' })
  await expect(starting).rejects.toThrow(`EADDRINUSE: address already in use 127.0.0.1:${taken}`)
  await expect(fetch(`http://127.0.0.1:${upstash}`)).rejects.toThrow('fetch failed')
})

test('has everything that the guide says it returns', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/testing.md'), 'utf8')
  const rows = /It returns:\n\n([\s\S]*?)\n\n/.exec(guide)?.[1]?.split('\n').slice(2) ?? []
  const valueAt = (path: string) =>
    path.split('.').reduce<unknown>((value, name) => Reflect.get(Object(value), name), stack)
  const missing = rows.flatMap((row) => {
    const names = [...row.matchAll(/`([\w.]+)[^`]*`/g)].map(([, name = '']) => name)
    const [first = ''] = names
    const parents = [first, first.split('.')[0]]
    return names.filter(
      (name) =>
        !name.startsWith('local') &&
        ![name, ...parents.map((parent) => `${parent}.${name}`)].some((path) => valueAt(path) !== undefined),
    )
  })
  expect(rows.length).toBeGreaterThan(8)
  expect(missing).toEqual([])
})
