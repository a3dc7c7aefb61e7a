import { describe, expect, test } from 'vitest'
import { verifyWebhookRequest } from '@/lib/webhooks/verify-webhook'
import { useServices } from '../../support/services'
import { signatureOf, webhookRequest } from '../../support/signed-webhook'

const secret = `whsec_${Buffer.from('the current secret of this test!').toString('base64')}`
const former = `whsec_${Buffer.from('the former secret of this test!!').toString('base64')}`
const stranger = `whsec_${Buffer.from('another secret').toString('base64')}`
const body = JSON.stringify({
  type: 'user.updated',
  object: 'event',
  data: { id: 'user_1', username: 'ada' },
})

useServices({ env: { CLERK_WEBHOOK_SIGNING_SECRET: `${secret},${former}` }, keep: true })

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
const statusOf = async (request: Request) => (await verifyWebhookRequest(request)).status

/** A request with a stream as its body. */
const streamed = (stream: ReadableStream<Uint8Array>, headers: Record<string, string> = {}) => {
  const options: RequestInit & { duplex: 'half' } = { method: 'POST', body: stream, duplex: 'half', headers }
  return new Request('http://localhost/', options)
}

describe('a webhook', () => {
  test('with a good signature is received with its id, type and data', async () => {
    expect(await verifyWebhookRequest(webhookRequest(body, { secret }))).toEqual({
      status: 'ok',
      id: 'msg_1',
      event: { type: 'user.updated', data: { id: 'user_1', username: 'ada' } },
    })
  })

  test('signed with the former secret is received while both are set', async () => {
    expect(await statusOf(webhookRequest(body, { secret: former }))).toBe('ok')
  })

  test('with two signatures of which one is good is received', async () => {
    const [bad, good] = [stranger, secret].map((by) => signatureOf(body, { secret: by })['svix-signature'])
    const request = webhookRequest(body, { secret })
    request.headers.set('svix-signature', `${bad} ${good}`)
    expect(await statusOf(request)).toBe('ok')
  })

  test.each([
    ['another secret', { secret: stranger }],
    ['other whitespace', { secret, signed: `${body} ` }],
    ['another id', { secret, signed: `msg_2.${body}` }],
    ['a time six minutes ago', { secret, at: minutesAgo(6) }],
    ['a time six minutes ahead', { secret, at: minutesAgo(-6) }],
  ])('signed with %s is refused', async (_, signing) => {
    expect(await statusOf(webhookRequest(body, signing))).toBe('bad_signature')
  })

  test.each([4, -4])('signed %i minutes ago is received', async (minutes) => {
    expect(await statusOf(webhookRequest(body, { secret, at: minutesAgo(minutes) }))).toBe('ok')
  })

  test.each(['svix-id', 'svix-timestamp', 'svix-signature'])('without %s is refused', async (header) => {
    const request = webhookRequest(body, { secret })
    request.headers.delete(header)
    expect(await statusOf(request)).toBe('bad_signature')
  })

  test('whose bytes are not the signed text is refused', async () => {
    // A decoder that is not strict turns both into the replacement character.
    const headers = signatureOf('\uFFFD', { secret })
    const request = new Request('http://localhost/', {
      method: 'POST',
      headers,
      body: new Uint8Array([0xff]),
    })
    expect(await statusOf(request)).toBe('bad_signature')
  })

  test('without a body is refused, and an empty body that is signed is a bad payload', async () => {
    expect(await statusOf(new Request('http://localhost/', { method: 'POST' }))).toBe('bad_signature')
    expect(await statusOf(webhookRequest('', { secret }))).toBe('bad_payload')
  })

  test.each(['not json', '[]', '{}', '{"type":1,"data":{}}', '{"type":"user.updated"}'])(
    'with a good signature that is not an event is a bad payload: %s',
    async (text) => {
      expect(await verifyWebhookRequest(webhookRequest(text, { secret }))).toEqual({
        status: 'bad_payload',
        id: 'msg_1',
      })
    },
  )

  test('that arrives byte by byte is received', async () => {
    const bytes = Buffer.from(
      JSON.stringify({ type: 'user.updated', data: { id: 'user_1', name: 'Zoë 🎈' } }),
    )
    let sent = 0
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent === bytes.length) controller.close()
        else controller.enqueue(bytes.subarray(sent, ++sent))
      },
    })
    expect(await statusOf(streamed(stream, signatureOf(bytes.toString(), { secret })))).toBe('ok')
  })

  test('of more than a megabyte is not read to its end', async () => {
    let sent = 0
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536
        controller.enqueue(new Uint8Array(65_536))
      },
    })
    expect(await statusOf(streamed(stream))).toBe('too_large')
    expect(sent).toBeLessThan(2 * 1024 * 1024)
  })
})
