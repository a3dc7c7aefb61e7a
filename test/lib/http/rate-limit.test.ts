import { describe, expect, test } from 'vitest'
import { overLimit } from '@/lib/http/rate-limit'
import { useServices } from '../../support/services'

const services = useServices({ keep: true })

// So long that no window ends during a test.
const limit = (name: string) => ({ name, calls: 3, seconds: 100_000 })

describe('a limit of three calls', () => {
  test('allows three, then says how many seconds to wait', async () => {
    const answers = []
    for (let i = 0; i < 4; i++) answers.push(await overLimit(limit('four'), 'user_1'))
    expect(answers.slice(0, 3)).toEqual([undefined, undefined, undefined])
    expect(answers[3]).toBeGreaterThanOrEqual(1)
    expect(Number.isInteger(answers[3])).toBe(true)
  })

  test('counts each caller alone', async () => {
    for (let i = 0; i < 4; i++) await overLimit(limit('callers'), 'user_1')
    expect(await overLimit(limit('callers'), 'user_2')).toBeUndefined()
  })

  test('costs no Redis command for a caller who is over it', async () => {
    for (let i = 0; i < 4; i++) await overLimit(limit('memory'), 'user_1')
    services.upstash.resetCounts()
    expect(await overLimit(limit('memory'), 'user_1')).toBeGreaterThanOrEqual(1)
    expect(services.upstash.counts().http).toBe(0)
  })

  test('allows every call while Redis does not answer', async () => {
    services.upstash.faults.set({ reset: 'before' })
    for (let i = 0; i < 5; i++) expect(await overLimit(limit('outage'), 'user_1')).toBeUndefined()
  })
})
