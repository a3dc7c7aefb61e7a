import { writeSync } from 'node:fs'
import pino, { type Logger } from 'pino'
import { insideNext } from '../env'
import { onePerProcess } from '../lookup/one-per-process'
import { RedisError } from '../lookup/redis/failures'
import type { WriterCounts } from './batch-writer'
import { prettyLine } from './pretty-line'
import { printable } from './printable'
import { logSettings } from './settings'

// A command's standard output is its result, so its log goes to standard error.
const fd = insideNext ? 1 : 2

/**
 * Lines of the level LOG_LEVEL and above on standard output, outside Next on standard error: JSON, or text for people
 * with LOG_FORMAT=pretty. No secret can be in a line: it has only the fields that a function below names, and none of
 * those is an error's message, a tag, a key or a value. No character in it steers a terminal.
 */
export const log = (): Logger =>
  onePerProcess('log', () => {
    const destination = pino.destination({ fd, sync: true })
    return pino(
      {
        name: 'clerk-cache',
        level: logSettings().LOG_LEVEL,
        base: { pid: process.pid },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (level) => ({ level }) },
      },
      logSettings().LOG_FORMAT === 'pretty'
        ? { write: (line: string) => void writeSync(fd, prettyLine(line)) }
        : { write: (line: string) => destination.write(`${printable(line.trimEnd())}\n`) },
    )
  })

/** A writer's sink has begun to fail, or stores records again. */
export function logSink(writer: string, state: { failing: true; error: unknown } | { failing: false }): void {
  if (!state.failing) log().info({ event: 'writer_recovered', writer }, 'Redis stores records again')
  else
    log().warn(
      { event: 'writer_failing', writer, reason: reasonOf(state.error) },
      'Redis does not store records; they are kept in memory until it does',
    )
}

/** A record that Redis refuses even when it is sent alone. */
export const logDeadLetter = (writer: string, record: string): void =>
  log().error({ event: 'writer_dead_letter', writer, record }, 'Redis refused a record; it is lost')

/** Next ends the process itself, without waiting for the batch writers. */
export const logSignalsLeft = (): void =>
  log().warn(
    { event: 'signals_left_to_next' },
    'records of the last seconds may be lost at shutdown: start Next with NEXT_MANUAL_SIG_HANDLE=true',
  )

/** The process has received a signal and is shutting down. */
export const logStopping = (signal: string): void => log().info({ event: 'stopping', signal }, 'stopping')

/** The process ends. `writers` says how many records were written, dropped and lost. */
export function logStopped(writers: Record<string, WriterCounts>, ms: number): void {
  const lost = Object.values(writers).some(({ pending }) => pending > 0)
  log()[lost ? 'error' : 'info'](
    { event: 'stopped', ms: Math.round(ms), writers },
    lost ? 'stopped; pending records are lost' : 'stopped',
  )
}

/** Some requests or `after()` tasks had not ended when the time for them was over. */
export const logCutOff = (requests: number, tasks: number): void =>
  log().warn({ event: 'cut_off', requests, tasks }, 'stopped while requests or after() tasks were running')

const reasonOf = (error: unknown) => (error instanceof RedisError ? error.reason : 'unknown')
