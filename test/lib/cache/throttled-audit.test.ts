import { beforeEach, describe, expect, test } from 'vitest'
import { type AuditEvent, audited, emitAudit, onAudit } from '@/lib/cache/audit-events'
import { SavedButStaleError } from '@/lib/cache/user-writes'
import { ClerkError } from '@/lib/clerk/error'
import { LookupError } from '@/lib/lookup/errors'

let events: AuditEvent[]
let actors = 0
/** Another one in each test: what was counted stays counted for ten minutes. */
let actor: string
beforeEach(() => {
  events = []
  actor = `user_${++actors}`
  return onAudit('test', (event) => events.push(event))
})

const refusal = (changes: Partial<AuditEvent> = {}): AuditEvent => ({
  ...{ action: 'admin.require', actor, subject: actor, outcome: 'forbidden' },
  ...changes,
})
const repeat = (event: AuditEvent, times = 1000) => {
  for (let i = 0; i < times; i++) emitAudit(event)
}

describe('an actor who repeats what fails', () => {
  test('causes twenty events in ten minutes and one that says that there were more', () => {
    repeat(refusal())
    expect(events).toHaveLength(21)
    expect(events.at(-1)).toEqual({
      ...{ action: 'audit.throttle', actor, subject: actor },
      ...{ target: 'admin.require', outcome: 'forbidden' },
    })
  })

  test('does not get further by naming other people', () => {
    for (let i = 0; i < 100; i++) emitAudit(refusal({ subject: `user_other${i}` }))
    expect(events).toHaveLength(21)
  })

  test('does not use up the events of other actors, actions and outcomes', () => {
    repeat(refusal())
    repeat(refusal({ actor: 'anonymous' }), 1)
    repeat(refusal({ action: 'session.use' }), 1)
    repeat(refusal({ outcome: 'revoked_here' }), 1)
    expect(events).toHaveLength(24)
  })
})

test.each([
  ['background work', 'system'],
  ['somebody who impersonates users and is not named', 'unknown'],
])('%s has a limit for each user', (_, actor) => {
  for (const subject of ['user_a', 'user_b'])
    repeat(refusal({ action: 'token.refresh', actor, subject, outcome: 'not_connected' }))
  expect(events.filter(({ action }) => action === 'token.refresh')).toHaveLength(40)
})

test('what succeeds is never left out', () => {
  repeat(refusal({ outcome: 'ok' }))
  expect(events).toHaveLength(1000)
})

describe('a change that fails', () => {
  /** How many events a hundred of them cause. */
  async function eventsOf(error: Error) {
    const change = { action: 'role.update', actor, subject: 'user_a', target: 'admin' }
    for (let i = 0; i < 100; i++) await audited(change, () => Promise.reject(error)).catch(() => {})
    return events.length
  }

  test.each([
    ['was saved, and Redis did not confirm it', new SavedButStaleError(true)],
    ['may have been saved, because both answers were lost', new SavedButStaleError(false)],
    ['may have been saved, because the answer of Clerk was lost', new ClerkError(undefined, undefined, [])],
    ['is an invalidation that Redis did not confirm', new LookupError('invalidation_unconfirmed', 'Lost')],
  ])('is never left out where it %s', async (_, error) => {
    expect(await eventsOf(error)).toBe(100)
  })

  test.each(['unknown', 'not_saved'] as const)(
    'is never left out where Clerk refused a write, of which %s, because another may have been made before',
    async (outcome) => {
      const error = new ClerkError(422, undefined, ['form_param_invalid'])
      expect(await eventsOf(Object.assign(error, { outcome }))).toBe(100)
    },
  )

  test.each([
    ['a read of the kit', new ClerkError(429, 1, ['over_budget', 'normal'])],
    ['Redis', new LookupError('load_timeout', 'Late')],
    ['anything else', new TypeError('not a function')],
  ])('is never left out where %s may have failed after it', async (_, error) => {
    expect(await eventsOf(error)).toBe(100)
  })
})
