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

describe('changes', () => {
  test('are records of their own for the first five that are equal, and then a count', () => {
    const change = read({ action: 'profile.update' })
    for (let i = 0; i < 9; i++) record(change)
    endWindows()
    const counted = { ...change, repeats: 4, lastAt: Date.now() }
    expect(written).toEqual([change, change, change, change, change, counted])
  })

  test('of a role are all recorded, so that the newest says which one it is', () => {
    const changes = Array.from({ length: 11 }, (_, i) =>
      read({
        ...{ action: 'role.update', target: i % 2 ? '' : 'admin' },
        outcome: i % 4 ? 'ok' : 'saved_but_stale',
      }),
    )
    for (const change of changes) record(change)
    expect(written).toEqual(changes)
  })

  test('that differ are records of their own, at once', () => {
    const changes = ['admin', 'member', ''].map((target) => read({ action: 'profile.update', target }))
    for (const change of changes) record(change)
    expect(written).toEqual(changes)
  })
})

describe('a member who saves as often as the limit lets them', () => {
  /** The trail has about that many records: lib/telemetry/audit.ts. */
  const TRAIL = 150_000
  /** The limit of app/profile/actions.ts is three in 30 s. */
  const SECONDS = 10

  test('adds at most 1728 records a day, so that the trail has what others did for 86 days', () => {
    let saves = 0
    for (let second = 0; second < 24 * 60 * 60; second += SECONDS) {
      for (const target of ['name', 'setup']) record(read({ action: 'profile.update', target }))
      saves += 2
      vi.advanceTimersByTime(1000 * SECONDS)
    }
    endWindows()
    expect(written.length).toBeLessThanOrEqual(1728)
    expect(TRAIL / written.length).toBeGreaterThan(86)
    expect(written.reduce((sum, { repeats = 1 }) => sum + repeats, 0)).toBe(saves)
  })
})

test.each(['dashboard.list', 'dashboard.search', 'dashboard.export'])(
  'an admin’s %s is a read: one record and a count',
  (action) => {
    readFor(1, read({ action }))
    endWindows()
    expect(written).toHaveLength(2)
  },
)

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
