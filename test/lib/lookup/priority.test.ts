import { describe, expect, it } from 'vitest'
import { type Priority, scopedPriority, withPriority } from '@/lib/lookup/priority'
import { createFleet, user } from './in-process-fleet'

class Refused extends Error {
  constructor(readonly refusedFor: Priority) {
    super('refused')
  }
}

/** How such an error reaches other processes. */
const failure = {
  encode: (error: unknown) => (error instanceof Refused ? error.refusedFor : 'failed'),
  decode: (reason: string) => (reason === 'normal' || reason === 'low' ? new Refused(reason) : undefined),
}

/** A source that answers `high` and refuses the rest. Both only once they are let go. */
function createSource() {
  const calls: Priority[] = []
  const waiting: (() => void)[] = []
  async function load(id: string) {
    const priority = scopedPriority() ?? 'high'
    calls.push(priority)
    await new Promise<void>((resolve) => waiting.push(resolve))
    if (priority !== 'high') throw new Refused(priority)
    return id
  }
  return {
    calls,
    load,
    letGo: () => {
      for (const go of waiting.splice(0)) go()
    },
  }
}

const asVisitor = <R>(work: () => R) => withPriority('normal', work)
const refused = { refusedFor: 'normal' }

function start(processes = 1) {
  const fleet = createFleet()
  const source = createSource()
  const members = Array.from({ length: processes }, () => {
    const process = fleet.join()
    return { process, lookup: process.defineLookup({ ...user(source.load), failure }) }
  })
  const [one, two = one] = members
  if (!one || !two) throw new Error('a process')
  /** Lets all loads end that are running, until nothing happens any more. */
  async function finish() {
    for (let i = 0; i < 20; i++) {
      await fleet.settle()
      source.letGo()
      await fleet.clock.advance(500)
    }
  }
  return { ...fleet, source, one, two, finish }
}

describe('the priority of a load', () => {
  it('is high where nothing says otherwise, and that of its caller', async () => {
    const { source, one, finish } = start()
    const reads = [one.lookup('u1'), asVisitor(() => one.lookup('u2'))]
    const done = Promise.allSettled(reads)
    await finish()
    await done
    expect(source.calls).toEqual(['high', 'normal'])
  })

  it('is low for warming', async () => {
    const { source, one, finish } = start()
    const warmed = one.lookup.warm(['u1'])
    await finish()
    expect(await warmed).toEqual({ warmed: 0, failed: 1 })
    expect(source.calls).toEqual(['low'])
  })

  it('is low for a background refresh', async () => {
    const { source, one, clock, finish } = start()
    const read = one.lookup('u1')
    await finish()
    await read
    await clock.advance(240_000)
    await one.lookup('u1')
    await finish()
    expect(source.calls).toEqual(['high', 'low'])
  })

  it('is passed on to what a loader looks up', async () => {
    const { source, one, finish } = start()
    const outer = one.process.defineLookup({
      ...user((id: string) => one.lookup(id)),
      name: 'outer',
      failure,
    })
    const read = asVisitor(() => outer('u1')).catch((error: unknown) => error)
    await finish()
    await read
    expect(source.calls).toEqual(['normal'])
  })

  it('is the highest of the callers that one request is made for', async () => {
    const { one, finish } = start()
    const seen: unknown[] = []
    const { load: _, ...declaration } = user<string>(async () => null)
    const many = one.process.defineLookup({
      ...{ ...declaration, name: 'many' },
      async loadMany(ids: string[]) {
        seen.push([scopedPriority(), ids])
        return ids
      },
    })
    const reads = [asVisitor(() => many('u1')), many('u2'), withPriority('low', () => many('u3'))]
    await finish()
    await Promise.all(reads)
    expect(seen).toEqual([['high', ['u1', 'u2', 'u3']]])
  })
})

describe('a caller of high priority is not refused for a visitor', () => {
  it('whose read it has joined', async () => {
    const { one, finish } = start()
    const visitor = asVisitor(() => one.lookup('u1')).catch((error: unknown) => error)
    const caller = one.lookup('u1')
    await finish()
    expect(await visitor).toMatchObject(refused)
    expect(await caller).toBe('u1')
  })

  it('whose reload it has joined', async () => {
    const { one, finish } = start()
    const visitor = asVisitor(() => one.lookup.reload('u1')).catch((error: unknown) => error)
    const caller = one.lookup.reload('u1')
    await finish()
    expect(await visitor).toMatchObject(refused)
    expect(await caller).toBe('u1')
  })

  it('whose load it has joined', async () => {
    const { one, settle, finish } = start()
    const visitor = asVisitor(() => one.lookup('u1')).catch((error: unknown) => error)
    await settle()
    const caller = one.lookup('u1')
    await finish()
    expect(await visitor).toMatchObject(refused)
    expect(await caller).toBe('u1')
  })

  it('whose load in another process it waits for', async () => {
    const { one, two, settle, finish } = start(2)
    const visitor = asVisitor(() => one.lookup('u1')).catch((error: unknown) => error)
    await settle()
    const caller = two.lookup('u1')
    await finish()
    expect(await visitor).toMatchObject(refused)
    expect(await caller).toBe('u1')
  })

  it('whose load past Redis it has joined', async () => {
    const { one, finish } = start()
    one.process.store.down = true
    const visitor = asVisitor(() => one.lookup('u1')).catch((error: unknown) => error)
    const caller = one.lookup('u1')
    await finish()
    expect(await visitor).toMatchObject(refused)
    expect(await caller).toBe('u1')
  })

  it('however many of them ask for the same value at every moment: in the end it loads past Redis', async () => {
    const { one, two, settle, source, clock } = start(2)
    const visitors: Promise<unknown>[] = []
    const ask = () => visitors.push(asVisitor(() => one.lookup('u1')).catch((error: unknown) => error))
    ask()
    await settle()
    let answer: unknown
    void two.lookup('u1').then((value) => {
      answer = value
    })
    for (let i = 0; i < 400 && answer === undefined; i++) {
      await settle()
      source.letGo()
      await settle()
      ask()
      await clock.advance(100)
    }
    expect(answer).toBe('u1')
  })
})

it('callers of one priority share a refusal: the source is asked once', async () => {
  const { source, one, settle, finish } = start()
  const ask = () => asVisitor(() => one.lookup('u1')).catch((error: unknown) => error)
  const first = [ask(), ask()]
  await settle()
  const later = ask()
  await finish()
  for (const error of await Promise.all([...first, later])) expect(error).toMatchObject(refused)
  expect(source.calls).toEqual(['normal'])
})

describe('a miss that may not be loaded', () => {
  const mayLoad = (priority: Priority) => {
    if (priority !== 'high') throw new Refused(priority)
  }

  it('costs the read alone: no lease is taken, and nothing is stored', async () => {
    const { source, one, finish } = start()
    const lookup = one.process.defineLookup({ ...user(source.load), name: 'admitted', failure, mayLoad })
    const visitor = asVisitor(() => lookup('u1')).catch((error: unknown) => error)
    await finish()
    expect(await visitor).toMatchObject(refused)
    expect(one.process.store.commands).toEqual(['read'])
    expect(source.calls).toEqual([])
  })

  it('does not keep a caller of high priority from loading who has joined its read, nor later callers from a hit', async () => {
    const { source, one, finish } = start()
    const lookup = one.process.defineLookup({ ...user(source.load), name: 'admitted', failure, mayLoad })
    const visitor = asVisitor(() => lookup('u1')).catch((error: unknown) => error)
    const caller = lookup('u1')
    await finish()
    expect(await visitor).toMatchObject(refused)
    expect(await caller).toBe('u1')
    expect(await asVisitor(() => lookup('u1'))).toBe('u1')
  })
})
