import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AuditEvent } from '@/lib/cache/audit-events'
import { endWindows, type Repetitions, writeFolded } from '@/lib/telemetry/folded-audit'

const MINUTE = 60_000
let written: (AuditEvent & Partial<Repetitions>)[]
beforeEach(() => {
  vi.useFakeTimers()
  written = []
})
afterEach(() => {
  endWindows()
  vi.useRealTimers()
})

const read = (changes: Partial<AuditEvent> = {}): AuditEvent => ({
  ...{ action: 'token.read', actor: 'user_1', subject: 'user_1', target: 'google', outcome: 'ok' },
  ...{ fingerprint: 'abc', ...changes },
})
const record = (event: AuditEvent) => writeFolded(event, (one) => written.push(one))

/** Reads once a second. */
function readFor(minutes: number, event = read()) {
  for (let second = 0; second < 60 * minutes; second++) {
    record(event)
    vi.advanceTimersByTime(1000)
  }
}

describe('somebody who has one token refreshed again and again', () => {
  test('adds at most six records in ten minutes, and no refresh is missing in the counts', () => {
    readFor(60, read({ action: 'token.refresh', actor: 'system' }))
    endWindows()
    expect(written.length).toBeLessThanOrEqual(6 * 6)
    expect(written.reduce((sum, { repeats = 1 }) => sum + repeats, 0)).toBe(60 * 60)
  })
})

describe('somebody who reads one token again and again', () => {
  test('is recorded at once, and then with a count and the time of the last read', () => {
    const start = Date.now()
    readFor(5)
    expect(written).toEqual([read()])
    vi.advanceTimersByTime(5 * MINUTE)
    expect(written).toEqual([read(), { ...read(), repeats: 299, lastAt: start + 299_000 }])
  })

  test('adds at most two records in ten minutes, and no read is missing in the counts', () => {
    readFor(3 * 60)
    endWindows()
    expect(written.length).toBeLessThanOrEqual(2 * 6 * 3)
    expect(written.reduce((sum, { repeats = 1 }) => sum + repeats, 0)).toBe(3 * 60 * 60)
  })

  test('causes one record if they read once', () => {
    record(read())
    vi.advanceTimersByTime(60 * MINUTE)
    record(read())
    expect(written).toEqual([read(), read()])
  })

  test('is recorded at once for another token, account, user, actor or outcome', () => {
    const others = [
      ...[{ fingerprint: 'def' }, { target: 'google:eac_2' }, { subject: 'user_2' }, { actor: 'user_3' }],
      ...[{ outcome: 'revoked' }, { impersonating: 'user_1' }],
    ].map(read)
    for (const one of [read(), ...others, read(), ...others]) record(one)
    expect(written).toEqual([read(), ...others])
  })
})

test('each change is a record of its own', () => {
  const change = read({ action: 'role.update' })
  for (let i = 0; i < 3; i++) record(change)
  expect(written).toEqual([change, change, change])
})

test('what is counted is written before the process ends', () => {
  for (let i = 0; i < 3; i++) record(read())
  endWindows()
  expect(written).toEqual([read(), { ...read(), repeats: 2, lastAt: Date.now() }])
})

test('more than can be counted at a time are written early, and none is missing', () => {
  for (let i = 0; i < 12_000; i++) for (let n = 0; n < 2; n++) record(read({ actor: `user_${i}` }))
  endWindows()
  expect(written.reduce((sum, { repeats = 1 }) => sum + repeats, 0)).toBe(24_000)
})
