import { parseArgs } from 'node:util'
import { isUserId } from '../cache/clerk-cache'
import { isOrganizationId } from '../cache/organization-lookups'
import type { Clock } from '../lookup/clock'
import { printable } from '../telemetry/printable'
import { InputError } from './id-list'

/** The streams, the clock and the interruption of a command. */
export interface CommandContext {
  out(text: string): void
  err(text: string): void
  isTTY: boolean
  stdin(): Promise<string>
  clock: Clock
  signal: AbortSignal
}

export const EXIT = { done: 0, failed: 1, refused: 2, interrupted: 130 } as const

/** Runs with the arguments after its name and returns the exit code. Prints the reason if the code is not 0. */
export interface Command {
  summary: string
  usage: string
  /** Printed when the command fails or is interrupted and can be resumed. */
  resume?: string
  run(argv: readonly string[], context: CommandContext): Promise<number>
}

/**
 * Reads a command's flags and words. Each of `names` takes a value; `--json` is always there and takes none.
 * @throws InputError if there is an unknown flag, a flag without its value, or more than `words` words
 */
export function readFlags<N extends string>(
  argv: readonly string[],
  names: readonly N[],
  { words: most = 0 }: { words?: number } = {},
) {
  const values = new Map<string, string>()
  const words: string[] = []
  let json = false
  for (const token of tokensOf(argv, names)) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName, value } = token
    if (name === 'json' && value === undefined) json = true
    else if (!names.some((one) => one === name) || rawName !== `--${name}`)
      throw new InputError(`Unknown flag ${rawName}. --help lists the flags.`)
    else if (value === undefined || (!token.inlineValue && /^-./.test(value)))
      throw new InputError(`${rawName} needs a value. --help shows an example.`)
    else values.set(name, value)
  }
  const [extra] = words.slice(most)
  if (extra !== undefined) throw new InputError(`Unexpected argument ${JSON.stringify(extra)}.`)
  return { flag: (name: N) => values.get(name), words, json }
}

/** Not strict: Node's messages are about its own options. */
function tokensOf(argv: readonly string[], names: readonly string[]) {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]))
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens
}

/** A whole number within bounds. @throws InputError */
export function parseInteger(flag: string, value: string | undefined, least: number, most: number): number {
  const number = Number(value)
  if (value?.trim() && Number.isInteger(number) && number >= least && number <= most) return number
  throw new InputError(
    `${flag} must be a whole number from ${least} to ${most}, not ${JSON.stringify(value)}.`,
  )
}

/** The one user ID that a command takes. @throws InputError */
export function oneUser(words: readonly string[]): string {
  const [id, ...more] = words
  if (id === undefined || more.length > 0)
    throw new InputError('This command takes one user ID, such as user_2abc….')
  if (isUserId(id)) return id
  throw new InputError(
    `${JSON.stringify(id.slice(0, 80))} is not a user ID. Expected one such as user_2abc….`,
  )
}

/** The one ID that a command takes, of a user or an organization. @throws InputError */
export function userOrOrganization(words: readonly string[]): { id: string; isOrganization: boolean } {
  const [id, ...more] = words
  const isOrganization = id !== undefined && more.length === 0 && isOrganizationId(id)
  return { id: isOrganization ? id : oneUser(words), isOrganization }
}

/** `1 request`, `2 requests`; for `2 processes` the suffix is `es`. */
export const plural = (count: number, noun: string, suffix = 's'): string =>
  `${count} ${noun}${count === 1 ? '' : suffix}`

const units: Record<string, number> = { m: 60_000, h: 3600_000, d: 24 * 3600_000 }

/** An ISO 8601 date, or a time ago such as 30m, 6h or 7d, in milliseconds since the epoch. @throws InputError */
export function parseTime(flag: string, value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(value) ?? []
  if (count !== undefined) return now - Number(count) * (units[unit] ?? 0)
  const at = /^\d{4}-/.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isFinite(at)) return at
  throw new InputError(
    `${flag} must be a date such as 2026-11-20T08:00Z, or 30m, 6h, 7d ago; not ${JSON.stringify(value)}.`,
  )
}

/** Rows as text, with aligned columns. */
export function columns(cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(printable))
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
