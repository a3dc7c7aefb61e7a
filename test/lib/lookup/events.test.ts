import { expect, it } from 'vitest'
import { createFleet, user } from './in-process-fleet'

it('a cold read, a warm read and an invalidation emit their events in order', async () => {
  const { join } = createFleet()
  const process = join()
  const lookup = process.defineLookup(user(async (id) => ({ id })))
  await lookup('u1')
  await lookup('u1')
  await lookup.invalidate('u1')
  expect(process.events).toEqual([
    { type: 'miss', lookup: 'user' },
    { type: 'load', lookup: 'user', ms: 0 },
    { type: 'commit', lookup: 'user', outcome: 'stored' },
    { type: 'hit', lookup: 'user', layer: 'redis' },
    { type: 'invalidate', tags: ['user:u1'], confirmed: true },
  ])
})

it('other listeners are called when one throws, and none is called once it has stopped', async () => {
  const { join } = createFleet()
  const process = join()
  let received = 0
  process.on(() => {
    throw new Error('listener')
  })
  const stop = process.on(() => void received++)
  const lookup = process.defineLookup(user(async (id) => ({ id })))
  await lookup('u1')
  const before = received
  stop()
  await lookup('u1')
  expect([before, received]).toEqual([3, 3])
})

it('a named listener is called once, even if several copies of a module register it', async () => {
  const { join } = createFleet()
  const process = join()
  const received: string[] = []
  process.on(() => received.push('pages'), 'metrics')
  process.on(() => received.push('routes'), 'metrics')
  await process.invalidateTags(['t'])
  expect(received).toEqual(['routes'])
})

it('an event contains no value, key or error message', async () => {
  const { join } = createFleet()
  const process = join()
  const lookup = process.defineLookup(
    user(async () => {
      throw new Error('secret')
    }),
  )
  await lookup('secret').catch(() => {})
  expect(JSON.stringify(process.events)).not.toContain('secret')
})

it('loads and hits that found nothing are marked as negative', async () => {
  const { join } = createFleet()
  const process = join()
  const lookup = process.defineLookup({ ...user(async () => null), processTtl: 60 })
  for (let i = 0; i < 3; i++) await lookup('nobody')
  expect(process.events).toMatchObject([
    { type: 'miss' },
    { type: 'load', negative: true },
    { type: 'commit' },
    { type: 'hit', layer: 'process', negative: true },
    { type: 'hit', layer: 'process', negative: true },
  ])
  expect(process.stats().user?.negative).toBe(3)
})
