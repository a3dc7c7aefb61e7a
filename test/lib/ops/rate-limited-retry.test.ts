import { expect, test } from 'vitest'
import { LookupError } from '@/lib/lookup/errors'
import { createRateLimitedRetry } from '@/lib/ops/rate-limited-retry'
import { createVirtualClock } from '../../../lib/lookup/testing/virtual-clock'
import { useServices } from '../../support/services'

useServices({ keep: true })

function setUp() {
  const clock = createVirtualClock()
  const waits: number[] = []
  const { signal } = new AbortController()
  const onWait = (seconds: number) => waits.push(seconds)
  return { clock, waits, retry: createRateLimitedRetry({ budget: 5, clock, signal, onWait }) }
}

test('a load that timed out is tried again', async () => {
  const { clock, waits, retry } = setUp()
  let tries = 0
  const taken = retry.run(async () => {
    if (tries++ === 0) throw new LookupError('load_timeout', 'Lookup "user": the loader took over 10 s')
    return 'loaded'
  })
  await clock.advance(2_000)
  expect(await taken).toBe('loaded')
  expect(waits).toEqual([2])
})

test('an error that waiting does not help is thrown at once', async () => {
  const { waits, retry } = setUp()
  const error = new LookupError('bad_value', 'Lookup "user": its codec cannot read what it wrote')
  await expect(retry.run(() => Promise.reject(error))).rejects.toBe(error)
  expect(waits).toEqual([])
})
