import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { POST } from '@/app/api/webhooks/clerk/route'
import { recentDeliveries } from '@/lib/webhooks/delivery-log'
import { type DeliveryEvent, onDelivery } from '@/lib/webhooks/events'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'
import { eventOf, signatureOf, webhookRequest } from '../../support/signed-webhook'

const services = useServices()
const tasks: Promise<unknown>[] = []
vi.mock('next/server', () => ({ after: (task: () => Promise<unknown>) => tasks.push(task()) }))

let events: DeliveryEvent[]
beforeEach(() => {
  events = []
  return onDelivery('test', (event) => events.push(event))
})

const secret = () => services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? ''
const updated = eventOf('user.updated', { id: people.member })
async function deliver(id: string) {
  const response = await POST(webhookRequest(updated, { secret: secret(), id }))
  await Promise.all(tasks.splice(0))
  return response
}

describe('a webhook whose invalidation Redis does not confirm', () => {
  beforeEach(() => services.upstash.faults.set({ only: ['unlink'], reset: 'before' }))

  test('is answered 503 with the ID of the delivery in the body and in the event', async () => {
    const response = await deliver('msg_failed')
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({
      error: { code: 'invalidation_unconfirmed', message: expect.stringContaining('msg_failed') },
    })
    expect(events).toMatchObject([{ id: 'msg_failed', outcome: 'invalidation_unconfirmed' }])
    expect(await recentDeliveries()).toMatchObject([{ id: 'msg_failed', outcome: 'failed' }])
  })

  test('heals when it is delivered again', async () => {
    await deliver('msg_heals')
    services.upstash.faults.clear()
    expect((await deliver('msg_heals')).status).toBe(200)
    expect((await recentDeliveries()).map(({ outcome }) => outcome)).toEqual(['ok', 'failed'])
  })
})

test('a forged webhook does not get its ID repeated', async () => {
  const stranger = `whsec_${btoa('another secret of this test')}`
  const response = await POST(webhookRequest(updated, { secret: stranger, id: 'msg_forged' }))
  expect(await response.text()).not.toContain('msg_forged')
  expect(events[0]?.id).toBeUndefined()
})

test('a webhook that the sender cuts off within its body is answered and not thrown', async () => {
  let answered: Promise<Response> | undefined
  const server = createServer(
    getRequestListener((request) => {
      answered = POST(request)
      return answered
    }),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const headers = { ...signatureOf(updated, { secret: secret() }), 'content-length': updated.length }
  const cut = httpRequest({ host: '127.0.0.1', port, method: 'POST', path: '/', headers })
  cut.on('error', () => {})
  cut.write(updated.slice(0, 20))
  await expect.poll(() => answered !== undefined).toBe(true)
  cut.destroy()
  expect((await answered)?.status).toBe(400)
  expect(events).toMatchObject([{ outcome: 'aborted' }])
  await new Promise((closed) => server.close(closed))
})
