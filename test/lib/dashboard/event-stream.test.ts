import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { snapshotStream } from '@/lib/dashboard/event-stream'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A stream and whether it has ended. Redis is not there: what is sent does not matter, only who is still served. */
function listen(mayRead: () => Promise<boolean>) {
  const signal = new AbortController()
  const reader = snapshotStream(signal.signal, mayRead).getReader()
  const state = { ended: false, leave: () => signal.abort() }
  void (async () => {
    while (!(await reader.read()).done);
    state.ended = true
  })()
  return state
}

describe('a stream of the dashboard', () => {
  test('goes on for who may read it, and is checked each time', async () => {
    const mayRead = vi.fn(async () => true)
    const stream = listen(mayRead)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(stream.ended).toBe(false)
    expect(mayRead.mock.calls.length).toBeGreaterThanOrEqual(4)
    stream.leave()
  })

  test('ends within 5 s of the moment from which its reader may not read it', async () => {
    let allowed = true
    const stream = listen(async () => allowed)
    const other = listen(async () => true)
    await vi.advanceTimersByTimeAsync(12_001)
    allowed = false
    await vi.advanceTimersByTimeAsync(5_000)
    expect([stream.ended, other.ended]).toEqual([true, false])
    other.leave()
  })

  test('ends when it cannot be known whether its reader may read it', async () => {
    const stream = listen(() => Promise.reject(new Error('Redis is out')))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(stream.ended).toBe(true)
  })

  test('ends within 5 s while the check of its reader hangs, and does not hold up another', async () => {
    let hangs = false
    const hanging = listen(() => (hangs ? new Promise<boolean>(() => {}) : Promise.resolve(true)))
    const refused = listen(async () => !hangs)
    await vi.advanceTimersByTimeAsync(12_001)
    hangs = true
    await vi.advanceTimersByTimeAsync(4_100)
    expect([refused.ended, hanging.ended]).toEqual([true, false])
    await vi.advanceTimersByTimeAsync(900)
    expect(hanging.ended).toBe(true)
  })

  test('ends after a minute in any case', async () => {
    const stream = listen(async () => true)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(stream.ended).toBe(true)
  })
})
