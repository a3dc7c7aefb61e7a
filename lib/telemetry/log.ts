import pino, { type Logger } from 'pino'
import { insideNext } from '../env'
import { onePerProcess } from '../lookup/one-per-process'
import { RedisError } from '../lookup/redis/client'
import type { WriterCounts } from './batch-writer'
import { logSettings } from './settings'

/**
 * JSON lines on standard output, from LOG_LEVEL up; outside Next on standard error. Redacted by construction: a line is
 * made of the fields that a function here names, and none of them takes an error's message, a tag, a key or a value.
 */
export const log = (): Logger =>
  onePerProcess('log', () =>
    pino(
      { name: 'clerk-cache', level: logSettings().LOG_LEVEL, base: { pid: process.pid } },
      // What a command prints on standard output is its result.
      pino.destination({ fd: insideNext ? 1 : 2, sync: true }),
    ),
  )

/** A writer's sink has begun to fail, or takes records again. */
export function logSink(writer: string, state: { failing: true; error: unknown } | { failing: false }): void {
  if (!state.failing) log().info({ event: 'writer_recovered', writer }, 'records are written again')
  else
    log().warn(
      { event: 'writer_failing', writer, reason: reasonOf(state.error) },
      'records are kept in memory until Redis takes them',
    )
}

/** A record that Redis refuses even alone. */
export const logDeadLetter = (writer: string, record: string): void =>
  log().error({ event: 'writer_dead_letter', writer, record }, 'a record was refused and is given up')

/** Next ends the process by itself, and waits for nothing that it does not know. */
export const logSignalsLeft = (): void =>
  log().warn(
    { event: 'signals_left_to_next' },
    'records of the last seconds may be lost when it stops: start Next with NEXT_MANUAL_SIG_HANDLE=true',
  )

/** The process has been asked to end. */
export const logStopping = (signal: string): void => log().info({ event: 'stopping', signal }, 'stopping')

/** What became of the records of a process that ends. */
export function logStopped(writers: Record<string, WriterCounts>, ms: number): void {
  const lost = Object.values(writers).some(({ pending }) => pending > 0)
  log()[lost ? 'error' : 'info'](
    { event: 'stopped', ms: Math.round(ms), writers },
    lost ? 'stopped; what is pending is lost' : 'stopped',
  )
}

/** An `after()` or a request had not ended when time was up. */
export const logCutOff = (requests: number, tasks: number): void =>
  log().warn({ event: 'cut_off', requests, tasks }, 'stopped before everything had ended')

const reasonOf = (error: unknown) => (error instanceof RedisError ? error.reason : 'unknown')
