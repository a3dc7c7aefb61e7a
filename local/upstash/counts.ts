import type { Socket } from 'node:net'

export type Counts = {
  /** Requests, without those to /_local. */
  http: number
  /** Commands that reached the engine. As in Upstash's bill, each item of a pipeline counts as one. */
  commands: number
  byCommand: Record<string, number>
  /** Bytes of bodies, without headers. */
  bytesIn: number
  bytesOut: number
  /** Bytes of the longest answer. */
  longestAnswer: number
  /** Connections that carried a counted request: opened since the reset, open now, most at once. */
  sockets: number
  openSockets: number
  peakSockets: number
}

export function createCounts() {
  const open = new Set<Socket>()
  const byCommand = new Map<string, number>()
  const zero = { http: 0, commands: 0, bytesIn: 0, bytesOut: 0, longestAnswer: 0, sockets: 0, peakSockets: 0 }
  let totals = { ...zero }

  return {
    read: (): Counts => ({ ...totals, openSockets: open.size, byCommand: Object.fromEntries(byCommand) }),
    reset() {
      totals = { ...zero, peakSockets: open.size }
      byCommand.clear()
    },
    request(socket: Socket) {
      totals.http++
      if (open.has(socket)) return
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      totals.sockets++
      totals.peakSockets = Math.max(totals.peakSockets, open.size)
    },
    command(name: string) {
      totals.commands++
      byCommand.set(name, (byCommand.get(name) ?? 0) + 1)
    },
    bytesIn(bytes: number) {
      totals.bytesIn += bytes
    },
    bytesOut(bytes: number) {
      totals.bytesOut += bytes
      totals.longestAnswer = Math.max(totals.longestAnswer, bytes)
    },
  }
}
