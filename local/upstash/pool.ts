import type { Command, Connection, Reply } from './resp'

type Slot = { connection: Promise<Connection>; load: number }

/** A few connections, opened when needed and again after they broke. The commands of one run share one. */
export function createPool(connect: () => Promise<Connection>, size = 4) {
  const slots: Slot[] = []

  function pick(): Slot {
    const [idlest] = slots.toSorted((a, b) => a.load - b.load)
    if (idlest && (idlest.load === 0 || slots.length >= size)) return idlest
    const slot: Slot = { connection: connect(), load: 0 }
    const forget = () => void slots.splice(slots.indexOf(slot), 1)
    slot.connection.then(({ closed }) => closed.then(forget), forget)
    slots.push(slot)
    return slot
  }

  return {
    async run(commands: Command[]): Promise<Reply[]> {
      const slot = pick()
      slot.load++
      try {
        return await (await slot.connection).run(commands)
      } finally {
        slot.load--
      }
    },
    async close() {
      for (const { connection } of slots) await connection.then((c) => c.close()).catch(() => {})
    },
  }
}
