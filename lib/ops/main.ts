import { text as readText } from 'node:stream/consumers'
import { configure } from '../config'
import { systemClock } from '../lookup/clock'
import { EXIT } from './command'
import { loadSettings } from './load-settings'
import { ops } from './ops'

configure({ tcp: () => import('../lookup/redis/tcp') })
if (loadSettings() === 'stand-ins') process.stderr.write('Using the stand-ins of npm run dev.\n')

const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    // On the second signal, do not wait for the request that is being sent.
    if (interruption.signal.aborted) process.exit(EXIT.interrupted)
    interruption.abort()
  })

// The reader of the output has closed it: `audit export | head`.
process.stdout.on('error', () => process.exit(EXIT.interrupted))

// Keeps the process alive until the last record of the audit trail is written.
const hold = setInterval(() => {}, 1000)
// Not process.exit, because background refreshes may still be running.
process.exitCode = await ops(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  isTTY: process.stderr.isTTY ?? false,
  stdin: () => readText(process.stdin),
  clock: systemClock,
  signal: interruption.signal,
})
clearInterval(hold)
