import { writeSync } from 'node:fs'
import { emitAudit } from '../../../../lib/cache/audit-events'
import { handleSignals } from '../../../../lib/process/shutdown'
import { startTelemetry } from '../../../../lib/telemetry/start'

/** Tells so many access events a turn until it is asked to end, and says at its end how many they were. */
const perTurn = Number(process.argv[2])
let told = 0
let telling = true

await startTelemetry()
handleSignals()
process.on('SIGTERM', () => (telling = false))
process.on('exit', () => writeSync(1, `\n${JSON.stringify({ event: 'told', told })}\n`))

function turn() {
  if (!telling) return
  for (let i = 0; i < perTurn; i++)
    emitAudit({
      action: 'token.read',
      actor: 'system',
      subject: 'user_1',
      target: String(++told),
      outcome: 'ok',
    })
  setTimeout(turn, 5)
}
turn()
process.send?.('started')
