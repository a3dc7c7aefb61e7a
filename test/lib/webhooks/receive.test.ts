import { Webhook } from 'svix'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { receiveWebhook } from '@/lib/webhooks/receive'
import { type Services, startServices } from '../../support/services'

const secret = `whsec_${Buffer.from('the current secret of this test!').toString('base64')}`
const former = `whsec_${Buffer.from('the former secret of this test!!').toString('base64')}`
const body = JSON.stringify({
  type: 'user.updated',
  object: 'event',
  data: { id: 'user_1', username: 'ada' },
})

let services: Services

beforeAll(async () => {
  services = await startServices({ CLERK_WEBHOOK_SIGNING_SECRET: `${secret},${former}` })
})

afterAll(() => services.close())

type Variation = { text?: string; signedText?: string; key?: string; minutesAgo?: number }

function delivery({ text = body, signedText = text, key = secret, minutesAgo = 0 }: Variation = {}) {
  const id = 'msg_1'
  const at = new Date(Date.now() - minutesAgo * 60_000)
  return new Request('http://localhost/api/webhooks/clerk', {
    method: 'POST',
    body: text,
    headers: {
      'svix-id': id,
      'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
      'svix-signature': new Webhook(key).sign(id, at, signedText),
    },
  })
}

const statusOf = async (request: Request) => (await receiveWebhook(request)).status

describe('a webhook', () => {
  test('with a good signature is received with its id, type and data', async () => {
    expect(await receiveWebhook(delivery())).toEqual({
      status: 'ok',
      delivery: { id: 'msg_1', type: 'user.updated', data: { id: 'user_1', username: 'ada' } },
    })
  })

  test('signed with the former secret is received while both are set', async () => {
    expect(await statusOf(delivery({ key: former }))).toBe('ok')
  })

  test.each([
    ['another secret', { key: `whsec_${Buffer.from('somebody else').toString('base64')}` }],
    ['another body', { signedText: `${body} ` }],
    ['a time six minutes ago', { minutesAgo: 6 }],
    ['a time six minutes ahead', { minutesAgo: -6 }],
  ])('signed with %s is refused', async (_, options) => {
    expect(await statusOf(delivery(options))).toBe('bad_signature')
  })

  test.each([4, -4])('signed %i minutes ago is received', async (minutesAgo) => {
    expect(await statusOf(delivery({ minutesAgo }))).toBe('ok')
  })

  test('without its headers is refused', async () => {
    expect(await statusOf(new Request('http://localhost/', { method: 'POST', body }))).toBe('bad_signature')
  })

  test('without a body is refused', async () => {
    expect(await statusOf(new Request('http://localhost/', { method: 'POST' }))).toBe('bad_signature')
  })

  test.each(['not json', '[]', '{}', '{"type":1,"data":{}}', '{"type":"user.updated"}'])(
    'well signed that is no event is a bad payload: %s',
    async (text) => {
      expect(await statusOf(delivery({ text }))).toBe('bad_payload')
    },
  )

  test('of over a megabyte is not read to its end', async () => {
    let sent = 0
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536
        controller.enqueue(new Uint8Array(65_536))
      },
    })
    const options: RequestInit & { duplex: 'half' } = { method: 'POST', body: stream, duplex: 'half' }
    const request = new Request('http://localhost/', options)
    expect(await statusOf(request)).toBe('too_large')
    expect(sent).toBeLessThan(2 * 1024 * 1024)
  })
})
