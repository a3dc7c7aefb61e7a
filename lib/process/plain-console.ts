import { format } from 'node:util'
import { onePerProcess } from '../lookup/one-per-process'
import { printableLines } from '../telemetry/printable'

const METHODS = ['debug', 'log', 'info', 'warn', 'error'] as const

/** Colors: some hide what follows, and whoever is quoted can write them, so none is kept. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with an escape
const COLORS = /\u001b\[[\d;]*m/g

const plain = (text: string) => printableLines(text.replace(COLORS, '')).replace(/\n(?!$)/g, '\n| ')

/** Texts with the same beginning that are printed in a window. */
const MOST = 5
/** Milliseconds. */
const WINDOW = 10_000
/** Characters of a beginning: more than `Clerk: ` and the like, fewer than what a stranger can choose in most texts. */
const BEGINNING = 24
/** Beginnings that are counted apart from each other. */
const MOST_BEGINNINGS = 1000

/** Prints the first texts with the same beginning, and how many more came within ten seconds. */
function foldRepeats() {
  const counts = new Map<string, number>()

  return (text: string, print: (text: string) => void) => {
    const own = text.trimStart().slice(0, BEGINNING)
    const beginning = counts.has(own) || counts.size < MOST_BEGINNINGS ? own : ''
    const count = (counts.get(beginning) ?? 0) + 1
    counts.set(beginning, count)
    if (count === 1) setTimeout(end, WINDOW, beginning, print).unref()
    if (count <= MOST) print(text)
  }

  function end(beginning: string, print: (text: string) => void) {
    const more = (counts.get(beginning) ?? 0) - MOST
    counts.delete(beginning)
    if (more > 0) print(`${more} more texts began with ${JSON.stringify(beginning)} within 10 s`)
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
    const fold = foldRepeats()
    for (const name of METHODS) {
      const print = target[name].bind(target)
      target[name] = (...args: unknown[]) => fold(plain(format(...args)), (text) => print('%s', text))
    }
    return true
  })
}
