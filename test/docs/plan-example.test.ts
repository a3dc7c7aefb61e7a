import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { invalidatePlan, planOf } from '../../docs/examples/plan'
import { type Services, startServices } from '../support/services'

let services: Services
let seats = 5
let requests = 0

const billing = createServer((request, response) => {
  requests++
  if (request.url !== '/plans/user_1') return response.writeHead(404).end()
  response.end(JSON.stringify({ name: 'Team', seats }))
})

beforeAll(async () => {
  await new Promise<void>((resolve) => billing.listen(0, '127.0.0.1', resolve))
  const address = billing.address()
  const port = typeof address === 'object' && address ? address.port : 0
  services = await startServices({
    BILLING_URL: `http://127.0.0.1:${port}`,
  })
})

afterAll(async () => {
  billing.closeAllConnections()
  billing.close()
  await services.close()
})

test('the example in CONTRIBUTING.md loads once, and loads again after its invalidation', async () => {
  expect(await planOf('user_1')).toEqual({ name: 'Team', seats: 5 })
  expect(await planOf('user_1')).toEqual({ name: 'Team', seats: 5 })
  expect(requests).toBe(1)
  seats = 6
  await invalidatePlan('user_1')
  expect(await planOf('user_1')).toEqual({ name: 'Team', seats: 6 })
})

test('a user without a plan is cached as not found', async () => {
  const before = requests
  expect([await planOf('user_2'), await planOf('user_2')]).toEqual([null, null])
  expect(requests).toBe(before + 1)
})
