const WIDTH = 30
/** Milliseconds between two plain lines, which end up in somebody's log. */
const LINE_EVERY = 5_000

/** A bar that is drawn over itself on a terminal, and a line now and then where it is not one. */
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
    /** A line of its own, above the bar. */
    say(text: string) {
      write(drawn ? `\r\x1b[2K${text}\n` : `${text}\n`)
    },
    /** Leaves the bar where it is. */
    end() {
      if (drawn) write('\n')
      drawn = false
    },
  }
}
