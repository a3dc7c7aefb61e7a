import fc from 'fast-check'
import { Webhook } from 'svix'
import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '@/lib/lookup/testing/virtual-clock'
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

/** A body that never ends. `reads` counts how often somebody asked for a piece of it. */
function endless(bytes = 65_536) {
  const body = { reads: 0, cancelled: false }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        body.reads++
        controller.enqueue(new Uint8Array(bytes))
      },
      cancel() {
        body.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return Object.assign(body, { stream })
}

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
const unixTime = (date: Date) => String(Math.floor(date.getTime() / 1000))
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
    expect(await statusOf(request)).toBe('unsigned')
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
    expect(await statusOf(new Request('http://localhost/', { method: 'POST' }))).toBe('unsigned')
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
    const body = endless()
    expect(await statusOf(streamed(body.stream, signatureOf('', { secret })))).toBe('too_large')
    expect(body.reads).toBeLessThan(100)
  })

  test('in very many small pieces is not read to its end, because each of them takes memory', async () => {
    const body = endless(1)
    expect(await statusOf(streamed(body.stream, signatureOf('', { secret })))).toBe('too_large')
    expect(body.reads).toBeLessThan(5000)
  })

  test.each([
    ['without svix-id', { 'svix-id': '' }],
    ['without svix-timestamp', { 'svix-timestamp': '' }],
    ['without svix-signature', { 'svix-signature': '' }],
    ['from six minutes ago', { 'svix-timestamp': unixTime(minutesAgo(6)) }, 'bad_signature'],
    ['from six minutes ahead', { 'svix-timestamp': unixTime(minutesAgo(-6)) }, 'bad_signature'],
    ['with a time that is not a number', { 'svix-timestamp': 'now' }],
    ['with a time in milliseconds', { 'svix-timestamp': String(Date.now()) }],
    ['with a time that only begins as a number', { 'svix-timestamp': `${unixTime(new Date())}.5` }],
    ['with a signature that is no base64', { 'svix-signature': `v1,${'?'.repeat(43)}=` }],
    ['with a signature that is too short', { 'svix-signature': 'v1,c2hvcnQ=' }],
    ['with a signature that is too long', { 'svix-signature': `v1,${'A'.repeat(64)}` }],
    ['with a signature of another version', { 'svix-signature': `v1a,${'A'.repeat(43)}=` }],
    ['with a signature without a version', { 'svix-signature': `${'A'.repeat(43)}=` }],
    ['with commas between signatures', { 'svix-signature': `v1,${'A'.repeat(43)}=,v1,${'A'.repeat(43)}=` }],
    ['with an ID that has a dot', { 'svix-id': 'msg_1.1' }],
    ['with an ID of 1000 characters', { 'svix-id': 'm'.repeat(1000) }],
  ])('%s is refused before its body is read', async (_, headers, status = 'unsigned') => {
    const body = endless()
    const request = streamed(body.stream, { ...signatureOf('', { secret }), ...headers })
    expect(await statusOf(request)).toBe(status)
    expect(body.reads).toBe(0)
  })

  test('that says that it is too large to be read to its end is not read', async () => {
    const body = endless()
    const headers = { ...signatureOf('', { secret }), 'content-length': String(5 * 1024 * 1024) }
    expect(await statusOf(streamed(body.stream, headers))).toBe('too_large')
    expect(body.reads).toBe(0)
  })

  test('is refused or received as by Svix’s own library', async () => {
    const signatures = fc.array(
      fc.oneof(
        fc.constantFrom(secret, former, stranger).map((by) => ({ by })),
        fc
          .constantFrom('v1,', 'v1', 'v2,AAAA', `v1,${'A'.repeat(43)}=`, '', 'v1a,abc')
          .map((text) => ({ text })),
      ),
      { maxLength: 4 },
    )
    const id = fc.stringMatching(/^[\w-]{1,40}$/)
    const text = fc.oneof(fc.json(), fc.string({ unit: 'binary' }))
    await fc.assert(
      fc.asyncProperty(
        signatures,
        id,
        text,
        fc.integer({ min: -290, max: 290 }),
        async (list, id, text, s) => {
          const at = new Date(Date.now() + s * 1000)
          const header = (one: (typeof list)[number]) =>
            'by' in one ? signatureOf(text, { secret: one.by, id, at })['svix-signature'] : one.text
          const headers = {
            ...signatureOf(text, { secret, id, at }),
            'svix-signature': list.map(header).join(' '),
          }
          const isSigned = [secret, former].some((one) => {
            try {
              new Webhook(one).verify(text, headers)
              return true
            } catch (error) {
              return error instanceof SyntaxError
            }
          })
          const request = new Request('http://localhost/', { method: 'POST', headers, body: text })
          expect(!['bad_signature', 'unsigned'].includes(await statusOf(request))).toBe(isSigned)
        },
      ),
    )
  })

  test('with any other time than a recent one is refused before its body is read', async () => {
    const time = fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String))
    await fc.assert(
      fc.asyncProperty(time, async (text) => {
        const seconds = /^\d+$/.test(text) ? Number(text) : 0
        fc.pre(Math.abs(seconds - Date.now() / 1000) > 400 && !/[^\x20-\x7e]/.test(text))
        const body = endless()
        const request = streamed(body.stream, { ...signatureOf('', { secret }), 'svix-timestamp': text })
        const status = /^\d{1,12}$/.test(text) ? 'bad_signature' : 'unsigned'
        expect([await statusOf(request), body.reads]).toEqual([status, 0])
      }),
    )
  })

  test('whose body has not arrived after 10 s is no longer waited for', async () => {
    const clock = createVirtualClock()
    let cancelled = false
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from('{')),
      cancel() {
        cancelled = true
      },
    })
    let status: string | undefined
    const answer = verifyWebhookRequest(streamed(stream, signatureOf(body, { secret })), clock).then(
      (webhook) => {
        status = webhook.status
      },
    )
    await clock.advance(9_999)
    expect([status, cancelled]).toEqual([undefined, false])
    await clock.advance(1)
    await answer
    expect([status, cancelled]).toEqual(['too_slow', true])
  })

  test('that arrives piece by piece has 10 s in all, and not 10 s for each piece', async () => {
    const clock = createVirtualClock()
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined
    const stream = new ReadableStream<Uint8Array>({
      start(given) {
        controller = given
      },
    })
    const answer = verifyWebhookRequest(streamed(stream, signatureOf(body, { secret })), clock)
    for (let second = 0; second < 10; second++) {
      controller?.enqueue(Buffer.from(' '))
      await clock.advance(1000)
    }
    expect((await answer).status).toBe('too_slow')
  })

  test('is received while other bodies take 32 MB: the ones that began first are given up', async () => {
    const others = Array.from({ length: 60 }, () => {
      let close = () => {}
      let cancelled = false
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new Uint8Array(1024 * 1024))
          close = () => cancelled || controller.close()
        },
        cancel() {
          cancelled = true
        },
      })
      return { status: statusOf(streamed(stream, signatureOf('', { secret }))), close: () => close() }
    })
    expect(await statusOf(webhookRequest(body, { secret }))).toBe('ok')
    for (const { close } of others) close()
    const statuses = await Promise.all(others.map(({ status }) => status))
    expect(statuses).toEqual(others.map((_, i) => (i < 29 ? 'too_slow' : 'bad_signature')))
  })
})
