import { expect, test } from 'vitest'
import { type AuditEvent, onAudit } from '@/lib/cache/audit-events'
import { emitThrottledAudit } from '@/lib/cache/throttled-audit'

test('whoever repeats a refusal is told of twenty times a minute, and others as before', () => {
  const heard: AuditEvent[] = []
  const end = onAudit('test', (event) => heard.push(event))
  const refusal = (actor: string, outcome: string) => ({
    ...{ action: 'token.read', subject: 'nobody', target: 'google', actor, outcome },
  })
  for (let i = 0; i < 1000; i++) emitThrottledAudit(refusal('anonymous', 'unauthenticated'))
  emitThrottledAudit(refusal('user_1', 'cross_origin'))
  emitThrottledAudit(refusal('anonymous', 'cross_origin'))
  end()
  expect(heard).toHaveLength(22)
})
