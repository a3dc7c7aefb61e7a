import { format } from 'node:util'
import { onePerProcess } from '../lookup/one-per-process'
import { printableLines } from '../telemetry/printable'

const METHODS = ['debug', 'log', 'info', 'warn', 'error'] as const

/** Colors: some hide what follows, and a stranger who is quoted can write them, so none is kept. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with an escape
const COLORS = /\u001b\[[\d;]*m/g

const plain = (text: string) => printableLines(text.replace(COLORS, '')).replace(/\n(?!$)/g, '\n| ')

/** Texts with the same beginning that are printed in a window. */
const MOST = 5
/** Milliseconds. */
const WINDOW = 10_000
/** Characters of a beginning, in which all numbers are the same: a stranger can choose them. */
const BEGINNING = 80
/** Characters that are shown of the last text that was not printed. */
const SHOWN = 200
/** Beginnings that are counted apart from each other. */
const MOST_BEGINNINGS = 1000

/** What is before the first quote, which is no apostrophe. */
const beginningOf = (text: string) =>
  text
    .split(/["`]|(?<![a-z])'/i, 1)
    .join()
    .replace(/\d+/g, '0')
    .slice(0, BEGINNING)

/** Prints the first texts with the same beginning, then how many more came within ten seconds, and the last of them. */
function foldRepeats(print: (text: string) => void) {
  const counts = new Map<string, { count: number; last: string }>()

  return (text: string) => {
    // A line of JSON, in which most is quoted: the app has written it itself.
    if (text.startsWith('{')) return print(text)
    const own = beginningOf(text.slice(0, 1000))
    const beginning = counts.has(own) || counts.size < MOST_BEGINNINGS ? own : ''
    const counted = counts.get(beginning) ?? { count: 0, last: '' }
    counted.count++
    counted.last = text
    counts.set(beginning, counted)
    if (counted.count === 1) setTimeout(end, WINDOW, beginning).unref()
    if (counted.count <= MOST) print(text)
  }

  function end(beginning: string) {
    const { count = 0, last = '' } = counts.get(beginning) ?? {}
    counts.delete(beginning)
    if (count > MOST)
      print(`${count - MOST} more like this within 10 s: ${last.slice(0, SHOWN).split('\n', 1)[0]}`)
  }
}

/**
 * Prints what steers a terminal by its number, no colors, and `| ` before each line but the first, so that none passes for a
 * line of the log. Next and Clerk print parts of a request, such as a header or a body, in which a stranger can write any
 * character, as often as they like: of texts with the same beginning five in 10 s are printed, and the number of the others.
 * What the log writes is printable already.
 */
export function printPlainly(target: Pick<Console, (typeof METHODS)[number]> = console): void {
  onePerProcess('plain-console', () => {
    for (const name of METHODS) {
      const print = target[name].bind(target)
      const fold = foldRepeats((text) => print('%s', text))
      target[name] = (...args: unknown[]) => fold(plain(format(...args)))
    }
    return true
  })
}
