import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { redis } from '@/lib/config'
import { type DeliveryRecord, recentDeliveries, recordDelivery } from '@/lib/webhooks/delivery-log'
import { useServices } from '../../support/services'

const services = useServices()

const now = Date.now()
const DAY = 24 * 60 * 60 * 1000

/** `at` counts from now. */
const delivery = (id: string, { at = 1, ...changes }: Partial<DeliveryRecord> = {}): DeliveryRecord => ({
  ...{
    at: now + at,
    id,
    type: 'user.updated',
    subject: 'user_1',
    outcome: 'ok',
    reason: null,
    ms: 1,
    invalidated: [],
  },
  ...changes,
})
const logged = async () => (await recentDeliveries()).map(({ id, outcome }) => `${id} ${outcome}`)
const noLog = () => services.upstash.faults.set({ only: ['eval'], reset: 'before' })

beforeEach(async () => {
  // Nothing is left from the test before.
  await recordDelivery(delivery('before'))
  await services.engine.empty()
})
afterEach(() => vi.useRealTimers())

describe('a line that is older than AUDIT_MAX_AGE_DAYS', () => {
  test('is neither shown nor kept', async () => {
    await recordDelivery(delivery('old', { at: -91 * DAY }))
    await recordDelivery(delivery('within', { at: -89 * DAY }))
    expect(await logged()).toEqual(['within ok'])
    expect(await redis().insist('llen', (client) => client.llen('ck:webhooks:log'))).toBe(1)
  })

  test('goes with the whole log when there is no other delivery', async () => {
    await recordDelivery(delivery('last'))
    const left = await redis().insist('ttl', (client) => client.ttl('ck:webhooks:log'))
    expect(Math.ceil(left / (24 * 60 * 60))).toBe(90)
  })

  test('is not shown even if nothing has been written since', async () => {
    await recordDelivery(delivery('in time', { at: -80 * DAY }))
    vi.useFakeTimers({ toFake: ['Date'], now: now + 11 * DAY })
    expect(await logged()).toEqual([])
  })
})

describe('a line that Redis did not take', () => {
  test('is written with the next one, and stands where its time says', async () => {
    noLog()
    await recordDelivery(delivery('one', { at: 1 }))
    await recordDelivery(delivery('two', { at: 2, outcome: 'failed', reason: 'invalidation_unconfirmed' }))
    expect(await logged()).toEqual([])
    services.upstash.faults.clear()
    await recordDelivery(delivery('three', { at: 3 }))
    expect(await logged()).toEqual(['three ok', 'two failed', 'one ok'])
  })

  test('is written later when no other comes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    noLog()
    await recordDelivery(delivery('alone'))
    services.upstash.faults.clear()
    await vi.runOnlyPendingTimersAsync()
    vi.useRealTimers()
    await expect.poll(logged).toEqual(['alone ok'])
  })

  test('of a webhook that is delivered again is written once', async () => {
    noLog()
    await recordDelivery(delivery('again'))
    services.upstash.faults.clear()
    expect(await recordDelivery(delivery('again'))).toBe(false)
    await recordDelivery(delivery('next', { at: 2 }))
    expect(await logged()).toEqual(['next ok', 'again ok'])
  })

  test('whose answer was lost stands in the log once', async () => {
    services.upstash.faults.set({ only: ['eval'], reset: 'after' })
    await recordDelivery(delivery('lost', { outcome: 'failed', reason: 'invalidation_unconfirmed' }))
    services.upstash.faults.clear()
    await recordDelivery(delivery('next', { at: 2 }))
    expect(await logged()).toEqual(['next ok', 'lost failed'])
  })

  test('does not push more than 200 of them into memory, the oldest go first', async () => {
    noLog()
    for (let i = 0; i < 210; i++) await recordDelivery(delivery(`many-${i}`, { at: i }))
    services.upstash.faults.clear()
    // Until the circuit breaker lets a request through.
    const kept = async () => {
      await recordDelivery(delivery('last', { at: 1000 }))
      return (await recentDeliveries().catch(() => []))[0]?.id
    }
    await expect.poll(kept).toBe('last')
    const ids = (await recentDeliveries()).map(({ id }) => id)
    expect(ids.slice(0, 2)).toEqual(['last', 'many-209'])
    expect(ids).not.toContain('many-9')
  })
})

test('a line has no more than 200 characters of a type and an ID, and one with a time that is none is left out', async () => {
  await recordDelivery(delivery('long', { type: 't'.repeat(900_000), subject: 's'.repeat(900_000) }))
  await recordDelivery(delivery('odd', { at: 1e300 - now }))
  const [found, ...others] = await recentDeliveries()
  expect(others).toEqual([])
  expect([found?.type.length, found?.subject?.length]).toEqual([200, 200])
})
