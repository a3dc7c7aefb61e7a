import { format } from 'node:util'
import { onePerProcess } from '../lookup/one-per-process'
import { printable } from '../telemetry/printable'

const METHODS = ['debug', 'log', 'info', 'warn', 'error'] as const

/** Colors: some hide what follows, and whoever is quoted can write them, so none is kept. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with an escape
const COLORS = /\u001b\[[\d;]*m/g

const plain = (text: string) =>
  text
    .replace(COLORS, '')
    .split(/(\n|\t)/)
    .map((part, i) => (i % 2 === 0 ? printable(part) : part))
    .join('')
    .replace(/\n(?!$)/g, '\n| ')

/**
 * Prints what steers a terminal by its number, no colors, and `| ` before each line but the first, so that none passes for a
 * line of the log. Next and Clerk print parts of a request, such as a header or a body, in which a stranger can write any
 * character. What the log writes is printable already.
 */
export function printPlainly(target: Pick<Console, (typeof METHODS)[number]> = console): void {
  onePerProcess('plain-console', () => {
    for (const name of METHODS) {
      const print = target[name].bind(target)
      target[name] = (...args: unknown[]) => print('%s', plain(format(...args)))
    }
    return true
  })
}
