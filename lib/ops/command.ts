import { parseArgs } from 'node:util'
import { isUserId } from '../cache/clerk-cache'
import type { Clock } from '../lookup/clock'
import { InputError } from './id-list'

/** What a command has of its surroundings. */
export interface Surroundings {
  out(text: string): void
  err(text: string): void
  isTTY: boolean
  stdin(): Promise<string>
  clock: Clock
  signal: AbortSignal
}

export const EXIT = { done: 0, failed: 1, refused: 2, interrupted: 130 } as const

/** Runs on what follows its name; resolves with the exit code, having said why it is not 0. */
export interface Command {
  summary: string
  usage: string
  run(argv: readonly string[], around: Surroundings): Promise<number>
}

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const

/** The flags of a command, of which each takes a text, and its other words; `--json` always. @throws InputError */
export function readFlags<N extends string>(argv: readonly string[], names: readonly N[]) {
  const options = { json: flag, ...Object.fromEntries(names.map((name) => [name, text] as const)) }
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    const given = (name: N): string | undefined => {
      const value: unknown = Object.entries(values).find(([key]) => key === name)?.[1]
      return typeof value === 'string' ? value : undefined
    }
    return { given, words: positionals, json: values.json === true }
  } catch (error) {
    throw new InputError(`${error instanceof Error ? error.message : error}\n--help tells what there is.`)
  }
}

/** A whole number within bounds. @throws InputError */
export function whole(name: string, value: string | undefined, least: number, most: number): number {
  const number = Number(value)
  if (value?.trim() && Number.isInteger(number) && number >= least && number <= most) return number
  throw new InputError(
    `${name} must be a whole number from ${least} to ${most}, not ${JSON.stringify(value)}.`,
  )
}

/** The one user id that a command takes. @throws InputError */
export function oneUser(words: readonly string[]): string {
  const [id, ...more] = words
  if (id === undefined || more.length > 0) throw new InputError('Name one user, such as user_2abc….')
  if (isUserId(id)) return id
  throw new InputError(`${JSON.stringify(id.slice(0, 80))} is no user id. Expected one such as user_2abc….`)
}

const units: Record<string, number> = { m: 60_000, h: 3600_000, d: 24 * 3600_000 }

/** A moment: a date that ISO 8601 knows, or how long ago, such as 30m, 6h or 7d. @throws InputError */
export function moment(name: string, value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(value) ?? []
  if (count !== undefined) return now - Number(count) * (units[unit] ?? 0)
  const at = /^\d{4}-/.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isFinite(at)) return at
  throw new InputError(
    `${name} must be a date such as 2026-11-20T08:00Z, or 30m, 6h, 7d ago; not ${JSON.stringify(value)}.`,
  )
}

/** Columns that line up. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
