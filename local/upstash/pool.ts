import type { Command, Connection, Reply } from './resp'

type Slot = { connection: Promise<Connection>; load: number }

/** A few connections, opened on demand and again after they broke. The commands of one run use the same one. */
export function createPool(connect: () => Promise<Connection>, size = 4) {
  const slots: Slot[] = []

  function pick(): Slot {
    const [leastBusy] = slots.toSorted((a, b) => a.load - b.load)
    if (leastBusy && (leastBusy.load === 0 || slots.length >= size)) return leastBusy
    const slot: Slot = { connection: connect(), load: 0 }
    const remove = () => void slots.splice(slots.indexOf(slot), 1)
    slot.connection.then(({ closed }) => closed.then(remove), remove)
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
