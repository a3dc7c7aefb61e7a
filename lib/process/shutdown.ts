import { endWindows } from '../telemetry/folded-audit'
import { logCutOff, logSignalsLeft, logStopped, logStopping } from '../telemetry/log'
import { stopsBetweenRequests } from '../telemetry/settings'
import { flushTelemetry, stopTelemetry } from '../telemetry/start'
import { createServerWatch } from './server-watch'
import { handlesSignals, inProduction } from './settings'
import { runShutdownHooks } from './shutdown-hooks'

/**
 * Milliseconds for what is under way, of which for connections in the system's queue, then for what was recorded, and
 * until it ends in any case: hosts give 10 s.
 */
const DRAIN = 6_000
const QUEUE = 3_000
const WRITE = 3_000
const AT_LAST = 9_800

/**
 * Ends the process as it should on SIGTERM and SIGINT: takes no more connections, ends streams, waits for requests and
 * their `after()`, writes what was recorded. Next does its own part of that and then exits, whatever is not written: it has
 * to be started with NEXT_MANUAL_SIG_HANDLE=true to leave it to this. Without, what was recorded is written at once, and
 * what is recorded after that may be lost.
 */
export function handleSignals(): void {
  const end = handlesSignals ? shutDown(createServerWatch()) : hurry
  let ending = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      // A terminal sends it to the whole process group, and the parent process sends it once more.
      if (ending) return
      ending = true
      void end(signal)
    })
  if (!handlesSignals && !stopsBetweenRequests && inProduction) logSignalsLeft()
}

async function hurry(): Promise<void> {
  runShutdownHooks()
  endWindows()
  await flushTelemetry({ timeout: WRITE })
}

const shutDown = (watch: ReturnType<typeof createServerWatch>) => async (signal: string) => {
  const began = performance.now()
  setTimeout(() => process.exit(1), AT_LAST)
  logStopping(signal)
  runShutdownHooks()
  await watch.close(QUEUE)
  const left = await watch.drained(DRAIN - (performance.now() - began))
  if (left.requests + left.tasks > 0) logCutOff(left.requests, left.tasks)
  logStopped(await stopTelemetry({ timeout: WRITE }), performance.now() - began)
  process.exit(0)
}
