import { z } from 'zod'
import { printable } from './printable'

const line = z.looseObject({ level: z.string(), time: z.string(), msg: z.string().optional() })

/** A JSON line of the log as text: `12:03:45 WARN  Redis is not responding  event=breaker_open`. */
export function prettyLine(json: string): string {
  const { level, time, msg, pid: _pid, name: _name, ...fields } = line.parse(JSON.parse(json))
  const rest = Object.entries(fields).map(
    ([field, value]) => `${field}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const words = [time.slice(11, 19), level.toUpperCase().padEnd(5), msg, rest.join(' ')]
  return `${printable(words.filter(Boolean).join('  '))}\n`
}
