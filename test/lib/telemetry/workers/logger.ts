import { emitAudit } from '../../../../lib/cache/audit-events'
import { emitCalendarProblem } from '../../../../lib/calendar/problem-events'
import { emitClerkRequest } from '../../../../lib/clerk/events'
import { processState } from '../../../../lib/lookup/process-state'
import { startTelemetry, stopTelemetry } from '../../../../lib/telemetry/start'
import { emitDelivery } from '../../../../lib/webhooks/events'

/** Emits every event that is logged, with a secret wherever one could be. */
await startTelemetry()
const { emit } = processState()
const upstream = (status: number) =>
  emitClerkRequest({ operation: 'GET /users/user_2secretsecret', status, ms: 12.4 })

for (let i = 0; i < 50; i++) emit({ type: 'hit', lookup: 'user', layer: 'redis' })
for (const status of [200, 500, 503, 0, 200, 429, 200]) upstream(status)
emit({ type: 'breaker', open: true })
emit({ type: 'breaker', open: false })
emit({ type: 'invalidate', tags: ['user:user_2secret', 'email:secret@example.com'], confirmed: true })
emit({ type: 'invalidate', tags: ['user:user_2secret', 'email:secret@example.com'], confirmed: false })
emit({ type: 'unconfirmed', pending: 10_000, givenUp: 2 })
emit({ type: 'unconfirmed', pending: 7, givenUp: 0 })
emit({ type: 'unconfirmed', pending: 0, givenUp: 0 })
emit({ type: 'load_error', lookup: 'user', code: 'clerk_unavailable', ms: 3 })
emit({ type: 'corrupt', lookup: 'user' })
emitDelivery({ event: 'user.updated', id: 'msg_2done', outcome: 'ok', ms: 3 })
emitDelivery({ event: 'user.updated', id: 'msg_2failed', outcome: 'invalidation_unconfirmed', ms: 901 })
for (let i = 0; i < 50; i++)
  emitCalendarProblem({ code: 'calendar_not_enabled', status: 403, reason: 'accessNotConfigured' })
emitCalendarProblem({ code: 'calendar_off', status: 403, reason: 'notACalendarUser' })
emitAudit({ action: 'token.read', actor: 'user_2secret', subject: 'user_2secret', outcome: 'ok' })
const guess = { action: 'ops.token', actor: 'anonymous', subject: 'ops', outcome: 'refused' }
emitAudit({ ...guess, target: '/api/metrics' })
emitAudit({ ...guess, target: '/api/\u009b31m\u2028\u202e' })
await stopTelemetry({ timeout: 1000 })
process.disconnect?.()
