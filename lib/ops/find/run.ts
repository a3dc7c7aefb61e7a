import { statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readApp } from './app-files'
import { type Finding, type Found, findCalls } from './find'

interface Output {
  out(text: string): void
  err(text: string): void
}

const USAGE = 'DIR [--check] [--json]    --check: exit code 1 if a call has a replacement'

/** Runs the finder. Returns 0, 1 with `--check` and findings that have a replacement, or 2 for bad arguments. */
export function runFinder(argv: readonly string[], { out, err }: Output): number {
  const asked = readArguments(argv)
  if (typeof asked === 'string') {
    err(`${asked}\nUse: find ${USAGE}\n`)
    return 2
  }
  const found = findCalls(readApp(asked.dir))
  out(asked.json ? `${printable(JSON.stringify({ dir: asked.dir, ...found }))}\n` : textOf(found))
  return asked.check && found.findings.some(isReplaceable) ? 1 : 0
}

const isReplaceable = ({ replacement }: Finding) => replacement !== null

function readArguments(argv: readonly string[]) {
  const options = {
    check: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  } as const
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    const [dir, ...more] = positionals
    if (dir === undefined || more.length > 0) return 'Name one folder.'
    if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory())
      return `${JSON.stringify(dir)} is not a folder.`
    return { ...values, dir }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** As printable() in lib/telemetry, which this folder does without: no name in the app steers the terminal or begins a line. */
const printable = (text: string) =>
  text.replace(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

function textOf({ findings, kept, files, unparsed }: Found): string {
  const width = (cell: (one: Finding) => string) => Math.max(0, ...findings.map((one) => cell(one).length))
  const place = ({ line, column }: Finding) => `${line}:${column}`
  const [places, kinds, calls] = [width(place), width(({ kind }) => kind), width(({ call }) => call)]
  const rowOf = (one: Finding) =>
    `${printable(`  ${place(one).padEnd(places)}  ${one.kind.padEnd(kinds)}  ${one.call.padEnd(calls)}  ${one.replacement ?? 'no replacement yet, keep'}`)}\n`
  const groups = [...new Set(findings.map(({ file }) => file))].map(
    (file) =>
      `${printable(file)}\n${findings
        .filter((one) => one.file === file)
        .map(rowOf)
        .join('')}\n`,
  )
  const broken = unparsed.map(({ file, message }) => `${printable(`Could not parse ${file}: ${message}`)}\n`)
  const replaceable = findings.filter(isReplaceable).length
  const summary = [
    `${plural(findings.length, 'call')} in ${plural(groups.length, 'file')}`,
    `${replaceable} to replace`,
    `${findings.length - replaceable} without a replacement yet`,
    `${kept} kept by a comment`,
  ]
  return `${[...groups, ...broken].join('')}${summary.join(', ')} (${plural(files.read, 'file')} read)\n`
}
