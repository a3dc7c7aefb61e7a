import { expect, it } from 'vitest'
import { createFleet, user } from './in-process-fleet'

it('tells a cold read and a warm one as a trace', async () => {
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

it('goes on when a listener throws, and stops telling one that has left', async () => {
  const { join } = createFleet()
  const process = join()
  let heard = 0
  process.on(() => {
    throw new Error('listener')
  })
  const leave = process.on(() => void heard++)
  const lookup = process.defineLookup(user(async (id) => ({ id })))
  await lookup('u1')
  const before = heard
  leave()
  await lookup('u1')
  expect([before, heard]).toEqual([3, 3])
})

it('tells a named listener once, whichever copies of a module register it', async () => {
  const { join } = createFleet()
  const process = join()
  const heard: string[] = []
  process.on(() => heard.push('pages'), 'metrics')
  process.on(() => heard.push('routes'), 'metrics')
  await process.invalidateTags(['t'])
  expect(heard).toEqual(['routes'])
})

it('carries no value, key or error message', async () => {
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

it('says of loads and hits whether they brought nothing', async () => {
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
