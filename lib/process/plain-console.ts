import { format } from 'node:util'
import { onePerProcess } from '../lookup/one-per-process'
import { printable } from '../telemetry/printable'

const METHODS = ['debug', 'log', 'info', 'warn', 'error'] as const

/** Lines and colors, which the process prints itself: no header can have a line feed or an escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colors begin with an escape
const KEPT = /(\n|\t|\u001b\[[\d;]*m)/

const plain = (text: string) =>
  text
    .split(KEPT)
    .map((part, i) => (i % 2 === 0 ? printable(part) : part))
    .join('')

/**
 * Prints what steers a terminal by its number. Next and Clerk print parts of a request, such as a header, in which a stranger
 * can write any character. What the log writes is printable already.
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
