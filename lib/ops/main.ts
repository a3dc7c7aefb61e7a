import { text } from 'node:stream/consumers'
import { systemClock } from '../lookup/clock'
import { EXIT } from './command'
import { loadSettings } from './load-settings'
import { ops } from './ops'

if (loadSettings() === 'stand-ins') process.stderr.write('Using the stand-ins of npm run dev.\n')

const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    // The second time, whoever asks does not want to wait for the request that is on its way.
    if (interruption.signal.aborted) process.exit(EXIT.interrupted)
    interruption.abort()
  })

// Whoever reads the output may have seen enough of it: `audit export | head`.
process.stdout.on('error', () => process.exit(EXIT.interrupted))

// Nothing else would keep it alive until the last record of the audit trail is written.
const hold = setInterval(() => {}, 1000)
// Not process.exit: refreshes in the background may still be on their way.
process.exitCode = await ops(process.argv.slice(2), {
  out: (words) => process.stdout.write(words),
  err: (words) => process.stderr.write(words),
  isTTY: process.stderr.isTTY ?? false,
  stdin: () => text(process.stdin),
  clock: systemClock,
  signal: interruption.signal,
})
clearInterval(hold)
