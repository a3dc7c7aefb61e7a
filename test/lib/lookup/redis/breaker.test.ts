import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBreaker } from '@/lib/lookup/redis/breaker'
import { createVirtualClock } from '../../../../lib/lookup/testing/virtual-clock'

function start() {
  const clock = createVirtualClock()
  const changes: boolean[] = []
  const breaker = createBreaker({ breakAfter: 3 }, (open) => changes.push(open), clock)
  const lose = (times: number) => {
    for (let i = 0; i < times; i++) breaker.count('outage')
  }
  return { clock, changes, breaker, lose }
}

describe('the breaker', () => {
  it('opens after failures in a row, and not when an answer came in between', () => {
    const { breaker, lose } = start()
    lose(2)
    breaker.count('ok')
    lose(2)
    expect(breaker.isOpen()).toBe(false)
    lose(1)
    expect(breaker.isOpen()).toBe(true)
  })

  it('lets one probe through when its time is over, and closes when that succeeds', async () => {
    const { breaker, clock, lose, changes } = start()
    lose(3)
    await clock.advance(999)
    expect(breaker.admit()).toBe('no')
    await clock.advance(1)
    expect([breaker.admit(), breaker.admit(), breaker.isOpen()]).toEqual(['probe', 'no', true])
    breaker.probed('ok')
    expect([breaker.admit(), changes]).toEqual(['yes', [true, false]])
  })

  it('waits twice as long after every probe that fails, at most ten times', async () => {
    const { breaker, clock, lose, changes } = start()
    lose(3)
    for (const wait of [1000, 2000, 4000, 8000, 10_000, 10_000]) {
      await clock.advance(wait - 1)
      expect(breaker.admit()).toBe('no')
      await clock.advance(1)
      expect(breaker.admit()).toBe('probe')
      breaker.probed('outage')
    }
    expect(changes).toEqual([true])
  })

  it('waits a minute when the quota is used up', async () => {
    const { breaker, clock, lose } = start()
    lose(2)
    breaker.count('quota')
    await clock.advance(59_999)
    expect(breaker.admit()).toBe('no')
    await clock.advance(1)
    expect(breaker.admit()).toBe('probe')
  })

  it('does not count what comes in late while it is open', async () => {
    const { breaker, clock, lose } = start()
    lose(20)
    breaker.count('ok')
    expect(breaker.isOpen()).toBe(true)
    await clock.advance(1000)
    expect(breaker.admit()).toBe('probe')
    breaker.probed('ok')
    lose(2)
    expect(breaker.isOpen()).toBe(false)
  })

  it('admits everything while closed, nothing or one probe while open, whatever happens', () => {
    const step = fc.oneof(
      fc.constantFrom('ok' as const, 'outage' as const, 'quota' as const),
      fc.constant('admit' as const),
      fc.integer({ min: 1, max: 70_000 }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let now = 0
        let probes = 0
        const breaker = createBreaker({ breakAfter: 2 }, () => {}, { now: () => now })
        for (const one of steps) {
          if (typeof one === 'number') now += one
          else if (one === 'admit') {
            const admitted = breaker.admit()
            if (admitted === 'probe') probes++
            expect(admitted === 'yes').toBe(!breaker.isOpen())
            expect(probes).toBeLessThanOrEqual(1)
          } else if (probes === 1) {
            probes = 0
            breaker.probed(one)
          } else breaker.count(one)
        }
        // It never stays open for ever.
        if (probes === 1) breaker.probed('ok')
        now += 60_000
        if (breaker.admit() === 'probe') breaker.probed('ok')
        expect(breaker.isOpen()).toBe(false)
      }),
    )
  })
})
