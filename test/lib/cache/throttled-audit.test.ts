import { expect, test } from 'vitest'
import { type AuditEvent, onAudit } from '@/lib/cache/audit-events'
import { emitThrottledAudit } from '@/lib/cache/throttled-audit'

test('an actor who repeats a refusal causes at most twenty events a minute, and other actors cause theirs', () => {
  const events: AuditEvent[] = []
  const stop = onAudit('test', (event) => events.push(event))
  const refusal = (actor: string, outcome: string) => ({
    ...{ action: 'token.read', subject: 'unknown', target: 'google', actor, outcome },
  })
  for (let i = 0; i < 1000; i++) emitThrottledAudit(refusal('anonymous', 'unauthenticated'))
  emitThrottledAudit(refusal('user_1', 'cross_origin'))
  emitThrottledAudit(refusal('anonymous', 'cross_origin'))
  stop()
  expect(events).toHaveLength(22)
})
