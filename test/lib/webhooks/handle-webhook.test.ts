import { describe, expect, test } from 'vitest'
import { getCachedUserById, userById } from '@/lib/cache/clerk-cache'
import { onRedisRequest } from '@/lib/lookup/redis/client'
import { deliveryCounts, recentDeliveries } from '@/lib/webhooks/delivery-log'
import { type DeliveryEvent, onDelivery } from '@/lib/webhooks/events'
import { people } from '../../../local/seed'
import { listenForClerk } from '../../support/clerk-listener'
import { useServices } from '../../support/services'
import { eventOf, webhookRequest } from '../../support/signed-webhook'
import { createReceiver } from '../../support/webhook-receiver'

const services = useServices()
const { receive, settled } = createReceiver()

const secret = () => services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? ''
const updated = eventOf('user.updated', { id: people.member })

async function deliver(body = updated, id = 'msg_1') {
  const response = await receive(webhookRequest(body, { secret: secret(), id }))
  await settled()
  return response.status
}

const commands = () => services.upstash.counts().byCommand

describe('a webhook', () => {
  test('costs two commands: the invalidation, and after the answer one for log, count and repetition', async () => {
    await deliver()
    expect(commands()).toEqual({ unlink: 1, eval: 1 })
  })

  test('of a deleted user sets the guard in the same request', async () => {
    await deliver(eventOf('user.deleted', { id: people.member, object: 'user', deleted: true }))
    expect(commands()).toEqual({ unlink: 1, set: 1, eval: 1 })
    expect(services.upstash.counts().http).toBe(2)
  })

  test('is in the log with time, type, id, outcome, duration and what was invalidated, and nothing personal', async () => {
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
      outcome: 'ok',
      reason: null,
      ms: expect.any(Number),
      invalidated: [
        `user:${people.member}`,
        `tokens:${people.member}`,
        `integrations:${people.member}`,
        'usernames: 1',
        'emails: 1',
      ],
    })
    expect(line?.at).toBeGreaterThanOrEqual(before)
    expect(JSON.stringify(line)).not.toMatch(/mia/)
  })

  test('that comes again invalidates again, and is logged and counted once', async () => {
    await deliver()
    await getCachedUserById(people.member)
    await deliver()
    expect(await userById.peek(people.member)).toBeUndefined()
    expect(await recentDeliveries()).toHaveLength(1)
    expect(await deliveryCounts()).toEqual({ 'user.updated ok': 1 })
  })

  test('that comes again does its slow work once', async () => {
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

  test('that comes many times at once is logged once, and each copy is answered for itself', async () => {
    const statuses = await Promise.all(Array.from({ length: 20 }, () => deliver()))
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(commands()).toMatchObject({ unlink: 20, eval: 20 })
    expect(await recentDeliveries()).toHaveLength(1)
  })

  test('that comes while a copy of it is under way does not share the failure of that copy', async () => {
    const { faults } = services.upstash
    let first: Promise<number> | undefined
    await new Promise<void>((arrived) => {
      faults.next({ only: ['unlink'], before: arrived, hang: 'before' })
      first = deliver()
    })
    expect(await deliver()).toBe(200)
    faults.set({ only: ['unlink'], reset: 'before' })
    expect(await first).toBe(503)
    faults.clear()
    expect(await deliver()).toBe(200)
    const outcomes = (await recentDeliveries()).map(({ outcome, reason }) => [outcome, reason])
    expect(outcomes).toEqual([
      ['failed', 'invalidation_unconfirmed'],
      ['ok', null],
    ])
  })

  test('that has failed is not remembered: the next copy is logged and does the slow work', async () => {
    services.upstash.faults.set({ only: ['set'], reset: 'before' })
    const removed = eventOf('session.removed', { id: 'sess_1', user_id: people.member })
    expect(await deliver(removed)).toBe(503)
    services.upstash.faults.clear()
    expect(await deliver(removed)).toBe(200)
    expect((await recentDeliveries()).map(({ outcome }) => outcome)).toEqual(['ok', 'failed'])
  })

  test('of an unknown type is accepted, logged as ignored and counted', async () => {
    expect(await deliver(eventOf('organization.created', { id: 'org_1' }))).toBe(200)
    expect(await recentDeliveries()).toMatchObject([{ outcome: 'ignored', invalidated: [] }])
    expect(await deliveryCounts()).toEqual({ 'organization.created ignored': 1 })
  })

  test('that is signed and names nobody is logged as refused, with the reason', async () => {
    expect(await deliver(eventOf('user.updated', {}))).toBe(400)
    expect(await recentDeliveries()).toMatchObject([{ outcome: 'refused', reason: 'bad_payload' }])
  })

  test('that is forged costs Redis nothing and is told as an event without its type', async () => {
    const events: DeliveryEvent[] = []
    const stop = onDelivery('test', (event) => events.push(event))
    const stranger = `whsec_${btoa('somebody else entirely')}`
    expect((await receive(webhookRequest(updated, { secret: stranger }))).status).toBe(400)
    await settled()
    stop()
    expect(services.upstash.counts().commands).toBe(0)
    expect(events).toMatchObject([{ event: 'unknown', outcome: 'bad_signature' }])
  })

  test('is answered while Redis still hangs, long before its deadline', async () => {
    const failures: unknown[] = []
    const stop = onRedisRequest('test', ({ failure }) => failures.push(failure))
    services.upstash.faults.set({ hang: 'before' })
    const answer = receive(webhookRequest(updated, { secret: secret() }))
    expect((await answer).status).toBe(503)
    stop()
    // The deadline of Redis is 10 s here: it has not passed yet.
    expect(failures).toEqual([])
    services.upstash.faults.clear()
    await settled()
  })

  test('is done even if its log line cannot be written', async () => {
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

describe('while Redis is dead', () => {
  test('a webhook is answered 503, and delivered again once Redis is back it succeeds', async () => {
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
      expect(await recentDeliveries()).toMatchObject([{ outcome: 'ok' }])
    } finally {
      webhooks.pause()
      await app.close()
    }
  })
})
