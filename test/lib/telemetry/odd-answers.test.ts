import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisClient, type RedisClient } from '@/lib/lookup/redis/client'
import { readBatches } from '@/lib/telemetry/audit-trail'
import { readFleetCounts, readFleetMinutes } from '@/lib/telemetry/fleet-counts'
import { readFleetHistory } from '@/lib/telemetry/fleet-history'

/** A database, or a proxy before it, whose answers are of another shape. */
let body = ''
const server = createServer((_, response) => response.end(body))
let redis: RedisClient
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  redis = createRedisClient({ url: `http://127.0.0.1:${port}`, token: 'token', state: createProcessState() })
})
afterAll(() => server.close())

const range = { minutes: 1, now: 1_800_000_000_000 }
const where = () => ({ redis, namespace: 't' })

describe.each(['42', '[42]', '[[42]]', '{"a":1}'])('the answer %s is a failure of Redis', (result) => {
  beforeEach(() => {
    body = `{"result":${result}}`
  })

  test.each([
    [
      'the trail',
      () => readBatches({ redis, key: 't:audit' }, { from: '-', to: '+', newestFirst: true }).next(),
    ],
    ['the counts of the fleet', () => readFleetCounts(where(), range)],
    ['its counts by the minute', () => readFleetMinutes(where(), { ...range, name: 'hits' })],
    ['its history', () => readFleetHistory(where(), { ...range, step: 1, names: ['hits'] })],
  ])('for %s', async (_, read) => {
    await expect(read()).rejects.toMatchObject({ code: 'store_unavailable', reason: 'bad_answer' })
  })
})
