const WIDTH = 30
/** Milliseconds between two lines where the output is not a terminal. */
const LINE_EVERY = 5_000

/** A progress bar on a terminal; elsewhere a line every few seconds. */
export function createProgress(options: { write(text: string): void; isTTY: boolean; now(): number }) {
  const { write, isTTY, now } = options
  let lastLine = Number.NEGATIVE_INFINITY
  let drawn = false

  return {
    show(done: number, total: number) {
      const share = total === 0 ? 1 : done / total
      const words = `${done} of ${total} users (${Math.floor(share * 100)} %)`
      if (isTTY) {
        const full = Math.floor(share * WIDTH)
        write(`\r\x1b[2K[${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}] ${words}`)
        drawn = true
      } else if (done === total || now() - lastLine >= LINE_EVERY) {
        lastLine = now()
        write(`${words}\n`)
      }
    },
    /** Prints a line above the bar. */
    say(text: string) {
      write(drawn ? `\r\x1b[2K${text}\n` : `${text}\n`)
    },
    /** Ends the line of the bar. */
    end() {
      if (drawn) write('\n')
      drawn = false
    },
  }
}
