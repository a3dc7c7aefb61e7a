import { execFile } from 'node:child_process'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { deadline, systemClock } from '@/lib/lookup/clock'
import { createVirtualClock } from '../../../lib/lookup/testing/virtual-clock'

/** Keeps the event loop from turning. */
function block(ms: number) {
  const end = performance.now() + ms
  while (performance.now() < end);
}

const reached = (ms: number, cap?: number) =>
  new Promise<void>((resolve) => deadline(systemClock, ms, resolve, cap))

describe('a deadline', () => {
  it('is reached in a process that has nothing else to do', async () => {
    await reached(30)
  })

  it('does not count the time in which the process was busy', async () => {
    let over = false
    const cancel = deadline(systemClock, 200, () => {
      over = true
    })
    for (let i = 0; i < 4; i++) {
      block(150)
      await turn()
    }
    cancel()
    expect(over).toBe(false)
  })

  it('is reached after its cap in a process that stays busy', async () => {
    let over = false
    deadline(systemClock, 100_000, () => (over = true), 200)
    while (!over) {
      block(60)
      await turn()
    }
  })

  it('comes after what had already arrived when the process was busy for longer than the cap', async () => {
    const order: string[] = []
    const end = new Promise<void>((resolve) =>
      deadline(
        systemClock,
        10,
        () => {
          order.push('deadline')
          resolve()
        },
        20,
      ),
    )
    // The first tick comes before the work, the second one must come after it.
    block(100)
    setImmediate(() => order.push('answer'))
    await end
    expect(order).toEqual(['answer', 'deadline'])
  })

  it('that was cancelled is not reached', async () => {
    let over = false
    deadline(systemClock, 10, () => (over = true))()
    await reached(60)
    expect(over).toBe(false)
  })

  it('shares one timer with all others, which stops once nothing waits', async () => {
    await reached(1)
    const timers = vi.spyOn(globalThis, 'setTimeout')
    try {
      const cancels = Array.from({ length: 1000 }, () => deadline(systemClock, 10_000, () => {}))
      expect(timers.mock.calls.length).toBeLessThanOrEqual(1)
      for (const cancel of cancels) cancel()
      for (let before = -1; before < timers.mock.calls.length; ) {
        before = timers.mock.calls.length
        await wait(200)
      }
    } finally {
      timers.mockRestore()
    }
  })

  it('does not keep its process alive', async () => {
    const clock = new URL('../../../lib/lookup/clock.ts', import.meta.url)
    const script = `import(${JSON.stringify(clock.href)}).then(({ deadline, systemClock }) => deadline(systemClock, 3600_000, () => {}))`
    await promisify(execFile)(process.execPath, ['--import', 'tsx', '--eval', script])
  })

  it('of another clock is a timer of that clock', async () => {
    const clock = createVirtualClock()
    let over = false
    deadline(clock, 250, () => (over = true))
    await clock.advance(249)
    expect(over).toBe(false)
    await clock.advance(1)
    expect(over).toBe(true)
  })
})

describe('the system clock', () => {
  it('does not follow the wall clock', async () => {
    const before = systemClock.now()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3600_000 })
    try {
      await wait(1)
      expect(systemClock.now()).toBeGreaterThan(before)
    } finally {
      vi.useRealTimers()
    }
  })
})
