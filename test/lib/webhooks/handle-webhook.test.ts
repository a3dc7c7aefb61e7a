import { describe, expect, test } from 'vitest'
import { getCachedUserById, userById } from '@/lib/cache/clerk-cache'
import { tokenHandlers } from '@/lib/integrations/token-handlers'
import { recentDeliveries } from '@/lib/webhooks/delivery-log'
import { type DeliveryEvent, onDelivery } from '@/lib/webhooks/events'
import { addWebhookHandlers } from '@/lib/webhooks/handlers'
import { people } from '../../../local/seed'
import { listenForClerk } from '../../support/clerk-listener'
import { useServices } from '../../support/services'
import { eventOf, webhookRequest } from '../../support/signed-webhook'
import { createReceiver } from '../../support/webhook-receiver'

const services = useServices()
const { receive, settled } = createReceiver()

addWebhookHandlers('tokens', tokenHandlers)

const secret = () => services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? ''
const updated = eventOf('user.updated', { id: people.member })

async function deliver(body = updated, id = 'msg_1') {
  const response = await receive(webhookRequest(body, { secret: secret(), id }))
  await settled()
  return response.status
}

const commands = () => services.upstash.counts().byCommand

describe('a webhook', () => {
  test('costs three commands: is the user revoked, the invalidation, and after the answer one for the log', async () => {
    await deliver()
    expect(commands()).toEqual({ mget: 1, unlink: 1, eval: 1 })
  })

  test('of a deleted user sets the revocation marker in the same request, then removes what is listed', async () => {
    const deleted = eventOf('user.deleted', { id: people.member, object: 'user', deleted: true })
    // Redis learns the script of a marker.
    await deliver(deleted.replace(people.member, people.neverConnected), 'msg_0')
    services.upstash.resetCounts()
    await deliver(deleted)
    expect(commands()).toEqual({ unlink: 1, evalsha: 1, zrange: 1, eval: 1 })
    expect(services.upstash.counts().http).toBe(3)
    await getCachedUserById(people.expert)
    services.upstash.resetCounts()
    await deliver(deleted.replace(people.member, people.expert), 'msg_2')
    // One step for all entries: the list, and each with its state.
    expect(commands()).toMatchObject({ unlink: 2, evalsha: 1, zrange: 1, zrem: 1, eval: 1 })
  })

  test('is in the log with time, type, IDs, outcome, duration and what was invalidated, and no personal data', async () => {
    const before = Date.now()
    const body = eventOf('user.updated', {
      id: people.member,
      username: 'mia-moreau',
      email_addresses: [{ email_address: 'mia@example.com' }],
    })
    await deliver(body)
    const [line] = await recentDeliveries()
    expect(line).toEqual({
      at: expect.any(Number),
      id: 'msg_1',
      type: 'user.updated',
      subject: people.member,
      outcome: 'ok',
      reason: null,
      ms: expect.any(Number),
      invalidated: [
        ...['user', 'tokens', 'integrations'],
        ...['1 username', '1 e-mail address', 'all external IDs'],
      ],
    })
    expect(line?.at).toBeGreaterThanOrEqual(before)
    expect(JSON.stringify(line)).not.toMatch(/mia/)
  })

  test('that is delivered again invalidates again, and is logged once', async () => {
    const outcomes: string[] = []
    const stop = onDelivery('test', ({ event, outcome }) => outcomes.push(`${event} ${outcome}`))
    await deliver()
    await getCachedUserById(people.member)
    await deliver()
    stop()
    expect(await userById.peek(people.member)).toBeUndefined()
    expect(await recentDeliveries()).toHaveLength(1)
    expect(outcomes).toEqual(['user.updated ok', 'user.updated ok'])
  })

  test('that is delivered again warms the cache once', async () => {
    const created = eventOf('session.created', { id: 'sess_1', user_id: people.member })
    await deliver(created)
    await services.engine.restart()
    await deliver(created)
    expect(services.clerk.requests().total).toBe(4)
    await deliver(created)
    await deliver(updated, 'msg_2')
    await deliver(created)
    expect(services.clerk.requests().total).toBe(4)
  })

  test('that is delivered many times at once is logged once, and each copy invalidates', async () => {
    const statuses = await Promise.all(Array.from({ length: 20 }, () => deliver()))
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(commands()).toMatchObject({ unlink: 20, eval: 20 })
    expect(await recentDeliveries()).toHaveLength(1)
  })

  test('that is delivered while a copy of it is handled does not share the failure of that copy', async () => {
    const { faults } = services.upstash
    let first: Promise<number> | undefined
    let end = () => {}
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    await new Promise<void>((resolve) => {
      const arrived = () => {
        resolve()
        return ended
      }
      faults.next({ only: ['unlink'], before: arrived, reset: 'before' })
      first = deliver()
    })
    expect(await deliver()).toBe(200)
    faults.set({ only: ['unlink'], reset: 'before' })
    end()
    expect(await first).toBe(503)
    faults.clear()
    expect(await deliver()).toBe(200)
    const outcomes = (await recentDeliveries()).map(({ outcome, reason }) => [outcome, reason])
    expect(outcomes).toEqual([
      ['failed', 'invalidation_unconfirmed'],
      ['ok', null],
    ])
  })

  test('that failed is in the log with the user it is about', async () => {
    services.upstash.faults.set({ only: ['unlink'], reset: 'before' })
    expect(await deliver()).toBe(503)
    services.upstash.faults.clear()
    expect(await recentDeliveries()).toMatchObject([{ subject: people.member, outcome: 'failed' }])
  })

  test('that failed is not deduplicated: the next copy is logged too', async () => {
    services.upstash.faults.set({ only: ['set'], reset: 'before' })
    const removed = eventOf('session.removed', { id: 'sess_1', user_id: people.member })
    expect(await deliver(removed)).toBe(503)
    services.upstash.faults.clear()
    expect(await deliver(removed)).toBe(200)
    expect((await recentDeliveries()).map(({ outcome }) => outcome)).toEqual(['ok', 'failed'])
  })

  test('of an unknown type is accepted and logged as ignored', async () => {
    expect(await deliver(eventOf('organization.created', { id: 'org_1' }))).toBe(200)
    expect(await recentDeliveries()).toMatchObject([
      { type: 'organization.created', subject: 'org_1', outcome: 'ignored', invalidated: [] },
    ])
  })

  test('that is signed and has no ID is logged as refused, with the reason', async () => {
    expect(await deliver(eventOf('user.updated', {}))).toBe(400)
    expect(await recentDeliveries()).toMatchObject([{ outcome: 'refused', reason: 'bad_payload' }])
  })

  test('that is forged sends no command to Redis and is an event without its type', async () => {
    const events: DeliveryEvent[] = []
    const stop = onDelivery('test', (event) => events.push(event))
    const stranger = `whsec_${btoa('another secret of this test')}`
    expect((await receive(webhookRequest(updated, { secret: stranger }))).status).toBe(400)
    await settled()
    stop()
    expect(services.upstash.counts().commands).toBe(0)
    expect(events).toMatchObject([{ event: 'unknown', outcome: 'bad_signature' }])
  })

  test('without a signature is answered as one with a bad one, and counted apart', async () => {
    const events: DeliveryEvent[] = []
    const stop = onDelivery('test', (event) => events.push(event))
    const response = await receive(
      new Request('http://localhost/api/webhooks/clerk', { method: 'POST', body: '{}' }),
    )
    stop()
    expect(response.status).toBe(400)
    expect(services.upstash.counts().commands).toBe(0)
    expect(events).toMatchObject([{ event: 'unknown', outcome: 'unsigned' }])
  })

  test('invalidates even if its log line cannot be written', async () => {
    services.upstash.faults.set({ only: ['eval'], error: 'NOPERM this user has no permissions' })
    await getCachedUserById(people.member)
    expect(await deliver()).toBe(200)
    expect(await userById.peek(people.member)).toBeUndefined()
  })
})

describe('the log', () => {
  test('keeps the last 200, newest first', async () => {
    for (let i = 0; i < 205; i++) await deliver(updated, `msg_${i}`)
    const ids = (await recentDeliveries()).map(({ id }) => id)
    expect(ids).toHaveLength(200)
    expect([ids[0], ids.at(-1)]).toEqual(['msg_204', 'msg_5'])
  })
})

describe('while Redis is down', () => {
  test('a webhook is answered 503, and succeeds when it is delivered again after Redis is back', async () => {
    const { webhooks } = services.clerk
    const app = await listenForClerk(receive, () => {})
    webhooks.target({ url: app.url, secret: secret(), retryDelays: [60_000] })
    webhooks.resume()
    try {
      await getCachedUserById(people.member)
      await services.engine.kill()
      services.clerk.updateUser(people.member, { firstName: 'Miriam' })
      const attempts = () => webhooks.log().at(-1)?.attempts ?? []
      await expect.poll(attempts).toEqual([503])
      await services.engine.restart()
      webhooks.retryNow()
      await webhooks.flush()
      expect(attempts()).toEqual([503, 200])
      await settled()
      expect((await getCachedUserById(people.member))?.firstName).toBe('Miriam')
      // The breaker may still be open.
      await expect
        .poll(() => recentDeliveries().catch(() => []))
        .toMatchObject([{ outcome: 'ok' }, { outcome: 'failed' }])
    } finally {
      webhooks.pause()
      await app.close()
    }
  })
})
