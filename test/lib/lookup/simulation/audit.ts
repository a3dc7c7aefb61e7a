import { ids, lifetimes, names, tagsOf } from './facts'
import { drain } from './time'
import type { SimulatedProcess, World } from './world'

/** What is checked once the network is quiet. */
export const audits = [
  'cost',
  'refresh',
  'grace',
  'failure',
  'absence',
  'names',
  'processCache',
  'waiting',
  'broken',
  'reload',
] as const
export type Audit = (typeof audits)[number]

const everyTag = [
  ...ids.flatMap((id) => [`user:${id}`, `token:${id}`]),
  'group',
  ...names.flatMap(tagsOf.name),
]

/** Thaws and reconnects all processes, and waits until every read and invalidation has ended. */
export async function settle(world: World) {
  for (const own of world.processes) {
    world.freeze(own.proc, false)
    own.cut = false
    own.refuses.clear()
    own.deaf.clear()
  }
  for (let seconds = 0; seconds < 60 && (seconds < 4 || world.checker.open() > 0); seconds++)
    await world.time.advance(1000, () => world.flow())
  if (world.checker.open() > 0) world.chronicle.violate('promise 6: a read or an invalidation does not end')
  world.checker.checkRepeated()
}

/** Checks exact costs and effects, with nothing lost or late. */
export async function audit(world: World, what: Audit) {
  const { chronicle, source, flow, time } = world
  const [here, there] = world.processes
  const expect = (holds: boolean, promise: string) => void (holds || chronicle.violate(promise))
  const advance = (ms: number, ending: 'ok' | 'error' = 'ok') => time.advance(ms, () => flow(ending))

  /** How many commands a process sends, and how many calls reach the upstream. */
  async function cost(own: SimulatedProcess, work: () => void, ending: 'ok' | 'error' = 'ok') {
    own.commands = 0
    const before = source.begun()
    work()
    await flow(ending)
    return { commands: own.commands, calls: source.begun() - before }
  }
  const readAll = (own: SimulatedProcess) => {
    for (const id of [...ids, 'a']) world.read(own.proc, 'user', id, 'fresh')
  }
  async function invalidateAll() {
    const { commands } = await cost(there, () => world.invalidate(there.proc, everyTag))
    expect(commands === 1, `promise 3: invalidating costs ${commands} commands`)
  }
  async function readCold() {
    await invalidateAll()
    const { commands, calls } = await cost(here, () => readAll(here))
    expect(commands === 3, `promise 3: cold reads of one tick cost ${commands} commands`)
    expect(calls === 1, `promise 3: cold reads of one tick cost ${calls} upstream calls`)
  }
  async function readWarm(own: SimulatedProcess) {
    const before = world.checker.events(own.proc, 'hit redis')
    const { commands, calls } = await cost(own, () => readAll(own))
    expect(commands === 1, `promise 3: warm reads of one tick cost ${commands} commands`)
    expect(calls === 0, 'promise 2: a value just loaded is loaded again')
    expect(world.checker.events(own.proc, 'hit redis') - before === 2, 'promise 9: hits are not reported')
  }
  const present = () => ids.every(source.isThere)

  const looks: Record<Audit, () => Promise<void>> = {
    async cost() {
      await readWarm(here)
      await readWarm(there)
    },
    async refresh() {
      if (!present()) return
      await advance(lifetimes.user.ttl * 800 + 100)
      for (const attempt of [1, 2]) {
        const before = source.begun()
        here.commands = 0
        const readBoth = () => ids.map((id) => world.read(here.proc, 'user', id, 'fresh'))
        const reads = readBoth()
        await drain()
        if (attempt === 1) reads.push(...readBoth())
        await drain()
        await world.link.deliverAll()
        expect(
          reads.every((read) => read.ended),
          'promise 4: a value past its soft expiry is not served at once',
        )
        expect(
          source.begun() - before === (attempt === 1 ? 1 : 0),
          'promise 4: not refreshed once in the background',
        )
        expect(
          here.commands === (attempt === 1 ? 3 : 1),
          `promise 3: stale reads of two ticks cost ${here.commands} commands`,
        )
      }
      await flow()
      await readWarm(there)
      const { calls } = await cost(here, () => readAll(here))
      expect(calls === 0, 'promise 4: refreshed again at once')
    },
    async grace() {
      if (!present()) return
      await advance(lifetimes.user.ttl * 1000 + 100)
      const before = world.checker.events(here.proc, 'grace')
      const { calls } = await cost(here, () => readAll(here), 'error')
      expect(calls === 1, 'promise 4: past its ttl a value is not loaded')
      expect(
        world.checker.events(here.proc, 'grace') - before === 2,
        'promise 4: no value is served in grace',
      )
    },
    async failure() {
      await invalidateAll()
      const before = source.begun()
      for (const own of [here, there]) for (const id of ids) world.read(own.proc, 'user', id, 'fresh')
      await drain()
      await world.link.deliverAll()
      world.source.endAll('error')
      await advance(900, 'error')
      expect(source.begun() - before === 1, 'promise 5: a failure is not shared')
      const { calls } = await cost(here, () => readAll(here))
      expect(calls === 1, 'promise 5: an error was remembered as a value')

      // A batch that is split after three quarters of its timeout.
      await invalidateAll()
      for (const id of ids) world.read(here.proc, 'user', id, 'fresh')
      // Delivers what is sent and ends no load.
      async function hold() {
        do await drain()
        while (await world.link.deliverAll())
      }
      await time.advance(1500, hold)
      world.source.endAll('bad')
      await time.advance(600, hold)
      expect(source.calls() === 0, 'promise 2: a half of a split batch is loaded past its timeout')
      await flow('error')
    },
    async absence() {
      for (const id of ids) if (source.isThere(id)) source.toggle(id)
      await invalidateAll()
      await cost(here, () => readAll(here))
      await advance(lifetimes.user.negativeTtl * 1000 - 600)
      const soon = await cost(there, () => readAll(there))
      expect(soon.calls === 0, 'promise 5: "not found" is not remembered')
      await advance(700)
      const later = await cost(there, () => readAll(there))
      expect(later.calls === 1, 'promise 5: "not found" is remembered for too long')
    },
    async names() {
      const found = async (own: SimulatedProcess) =>
        cost(own, () => {
          for (const name of names) world.readName(own.proc, name)
        })
      const cold = await found(here)
      expect(cold.commands <= 6, `promise 3: cold names cost ${cold.commands} commands`)
      const warm = await found(there)
      expect(warm.commands <= 2, `promise 3: warm names cost ${warm.commands} commands`)
      const hinted = await found(there)
      const known = names.every((name) => source.ownerOf(name) !== undefined)
      expect(!known || hinted.commands === 1, `promise 3: hinted names cost ${hinted.commands} commands`)
      for (const name of names) {
        let found: string | undefined
        here.lookups.name(name).then(
          (user) => {
            found = user?.id
          },
          () => {},
        )
        await flow()
        const owner = source.ownerOf(name)
        expect(found === owner, `promise 1: the name ${name} leads to ${found}, not to ${owner}`)
      }
    },
    async waiting() {
      await invalidateAll()
      for (const own of [here, there]) {
        own.commands = 0
        for (const id of ids) world.read(own.proc, 'user', id, 'fresh')
      }
      await drain()
      await time.advance(1900, async () => void (await world.link.deliverAll()))
      // A read and an acquire, which is sent again after 25, 50, 100, 200, 400, 400 … ms, or a little more.
      expect(there.commands <= 10, `rule 10: waiting for two keys costs ${there.commands} commands`)
      await flow()
    },
    async broken() {
      here.cut = true
      const before = source.begun()
      const begun = () => source.begun() - before
      world.read(here.proc, 'user', 'a', 'fresh')
      await drain()
      expect(begun() === 1, `promise 6: without Redis a read costs ${begun()} upstream calls`)
      readAll(here)
      await drain()
      readAll(here)
      await drain()
      expect(begun() === 1, 'promise 6: loads past Redis begin before the earlier ones have ended')
      await flow()
      expect(begun() === 2, `promise 6: what waited past Redis cost ${begun() - 1} upstream calls`)
      here.cut = false
    },
    async reload() {
      // "Not found" is the same text each time.
      for (const id of ids) if (source.isThere(id)) source.toggle(id)
      await invalidateAll()
      await cost(here, () => readAll(here))
      const before = source.begun()
      for (const own of [here, there]) world.read(own.proc, 'user', 'a', 'reload')
      await drain()
      await world.link.deliverAll()
      await advance(900)
      expect(source.begun() - before === 1, 'promise 2: two processes that reload at once load twice')
    },
    async processCache() {
      if (!source.isThere('a')) return
      await cost(here, () => world.read(here.proc, 'card', 'a', 'one'))
      const { commands } = await cost(here, () => world.read(here.proc, 'card', 'a', 'one'))
      expect(commands === 0, 'promise 3: the process cache is not responding')
    },
  }
  await readCold()
  await looks[what]()
}
