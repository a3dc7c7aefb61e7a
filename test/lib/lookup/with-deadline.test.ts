import { expect, test } from 'vitest'
import { withDeadline } from '@/lib/lookup/clock'
import { createVirtualClock } from '@/lib/lookup/testing/virtual-clock'

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

test('aborts the work once the time has passed', async () => {
  const clock = createVirtualClock()
  const failure = withDeadline(1000, untilAborted, clock).catch((error: unknown) => error)
  await clock.advance(1000)
  expect(await failure).toMatchObject({ name: 'TimeoutError' })
})

test('fails a second later if the work does not end with its signal', async () => {
  const clock = createVirtualClock()
  const failure = withDeadline(1000, () => new Promise(() => {}), clock).catch((error: unknown) => error)
  await clock.advance(2000)
  expect(await failure).toMatchObject({ name: 'TimeoutError' })
})

test('does not abort before', async () => {
  const clock = createVirtualClock()
  const aborted = withDeadline(
    1000,
    async (signal) => {
      await clock.advance(999)
      return signal.aborted
    },
    clock,
  )
  expect(await aborted).toBe(false)
})

test('leaves no timer behind when the work ends', async () => {
  const clock = createVirtualClock()
  let held: AbortSignal | undefined
  await withDeadline(
    1000,
    async (signal) => {
      held = signal
    },
    clock,
  )
  await clock.advance(5000)
  expect(held?.aborted).toBe(false)
})
