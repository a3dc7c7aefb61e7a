import { writeSync } from 'node:fs'
import { emitAudit } from '../../../../lib/cache/audit-events'
import { handleSignals } from '../../../../lib/process/shutdown'
import { startTelemetry } from '../../../../lib/telemetry/start'

/** Emits that many audit events per turn until SIGTERM, and prints at its exit how many it emitted. */
const perTurn = Number(process.argv[2])
let emitted = 0
let emitting = true

await startTelemetry()
handleSignals()
process.on('SIGTERM', () => (emitting = false))
process.once('disconnect', () => process.exit())
process.on('exit', () => writeSync(1, `\n${JSON.stringify({ event: 'emitted', emitted })}\n`))

function turn() {
  if (!emitting) return
  for (let i = 0; i < perTurn; i++)
    emitAudit({
      action: 'token.read',
      actor: 'system',
      subject: 'user_1',
      target: String(++emitted),
      outcome: 'ok',
    })
  setTimeout(turn, 5)
}
turn()
process.send?.('started')
