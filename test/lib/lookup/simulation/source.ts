import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Chronicle, Load } from './chronicle'
import { type Asked, canonical, type Fact, type Id, ids, type LookupName, type Name, names } from './facts'

/** How an upstream call ends. `bad`: it blames its input; `partial`: it fails for one argument; `short`: it leaves one out. */
export type Ending = 'ok' | 'error' | 'bad' | 'partial' | 'short'

/** What the upstream throws; it names the loads that it failed. */
export class UpstreamError extends Error {
  constructor(
    readonly stamps: readonly number[],
    readonly status: number,
  ) {
    super('the upstream failed')
  }
}

interface Call {
  loads: Load[]
  stuck(): boolean
  end(ending: Ending): void
}

export type Source = ReturnType<typeof createSource>

/**
 * The upstream. It answers with what was true when it was asked, however late the answer is: the worst case
 * for a cache. Calls stay open until they are ended.
 */
export function createSource(
  chronicle: Chronicle,
  context: AsyncLocalStorage<unknown>,
  begin: (proc: number, lookup: Asked, key: string, shape: number) => Load,
  splitAgain: (call: readonly Load[]) => void,
  endLoad: (load: Load, state: Load['state']) => void,
  frozen: (proc: number) => boolean,
) {
  const users: Record<Id, { name: string; exists: boolean }> = {
    a: { name: 'ada', exists: true },
    b: { name: 'bob', exists: true },
  }
  const calls: Call[] = []
  let begun = 0
  const owners: { name: string; owner: string | undefined; since: number; until: number }[] = []

  const ownerOf = (name: string): Id | undefined =>
    ids.find((id) => users[id].exists && users[id].name === name)

  function record() {
    const moment = chronicle.tick()
    for (const name of names) {
      const last = owners.findLast((period) => period.name === name)
      const owner = ownerOf(name)
      if (last && last.owner === owner) continue
      if (last) last.until = moment
      owners.push({ name, owner, since: moment, until: Number.POSITIVE_INFINITY })
    }
  }
  record()

  function fact(load: Load, key: string, shape: number): Fact | null {
    const user = ids.find((id) => id === key)
    if (user === undefined || !users[user].exists) return null
    const lives = [4000, 9000, 25_000, null][load.number % 4] ?? null
    load.expiresAt = load.lookup === 'token' && lives !== null ? chronicle.time.now() + lives : null
    const inner = { list: [load.number % 4, 1] }
    const { name } = users[user]
    return { id: key, stamp: `#${load.number}#`, name, shape, expiresAt: load.expiresAt, inner }
  }

  /** The same data with what no caller must see: an own `__proto__`, and a property without a value. */
  const raw = (value: Fact | null): Fact | null =>
    value && Object.assign(JSON.parse('{"__proto__":{"admin":true}}'), value, { none: undefined })

  function open<V>(
    asked: { load: Load; value: V; expected: string | null }[],
    signal: AbortSignal,
    answer: (values: (V | Error)[]) => void,
    refuse: (error: Error) => void,
  ) {
    if (context.getStore() !== undefined) chronicle.violate('rule 11: a loader runs in a request’s context')
    const loads = asked.map(({ load, expected }) => Object.assign(load, { expected }))
    const stamps = loads.map((load) => load.number)
    const finish = (state: Load['state'], some = loads) => {
      for (const load of some) if (load.state === 'running') endLoad(load, state)
    }
    const call = {
      loads,
      stuck: () => loads.some((load) => frozen(load.proc)),
      end(ending: Ending) {
        if (signal.aborted) return
        chronicle.note(() => `load ${stamps.join()} ends: ${ending}`)
        if (ending === 'bad' && loads.length > 1) {
          finish('split')
          splitAgain(loads)
          refuse(new UpstreamError([], 422))
        } else if (ending === 'partial' && loads.length > 1) {
          const [first, ...others] = asked
          if (first === undefined) return
          finish('ok', [first.load])
          finish('failed')
          answer([first.value, ...others.map(({ load }) => new UpstreamError([load.number], 404))])
        } else if (ending === 'short' && loads.length > 1) {
          finish('failed')
          answer(asked.slice(1).map(({ value }) => value))
        } else if (ending === 'ok') {
          finish('ok')
          answer(asked.map(({ value }) => value))
        } else {
          finish('failed')
          refuse(new UpstreamError(stamps, ending === 'bad' ? 422 : 500))
        }
      },
    }
    calls.push(call)
    begun++
    signal.addEventListener('abort', () => {
      chronicle.note(() => `load ${stamps.join()} outran its timeout`)
      finish('failed')
      const index = calls.indexOf(call)
      if (index >= 0) calls.splice(index, 1)
    })
  }

  function load(
    proc: number,
    lookup: LookupName,
    shape: number,
    keys: readonly string[],
    signal: AbortSignal,
  ) {
    const asked = keys.map((key) => {
      const load = begin(proc, lookup, key, shape)
      const value = fact(load, key, shape)
      return { load, value: raw(value), expected: value && canonical(value) }
    })
    return new Promise<(Fact | null | Error)[]>((answer, refuse) => open(asked, signal, answer, refuse))
  }

  return {
    load,
    async loadOne(proc: number, lookup: LookupName, key: string, signal: AbortSignal): Promise<Fact | null> {
      const [value] = await load(proc, lookup, 1, [key], signal)
      if (value instanceof Error) throw value
      return value ?? null
    },
    /** The user who has the name. */
    resolve(proc: number, name: string, signal: AbortSignal) {
      const owner = ownerOf(name) ?? null
      const asked = [{ load: begin(proc, 'name', name, 1), value: owner, expected: owner }]
      return new Promise<string | null>((resolve, reject) =>
        open(
          asked,
          signal,
          ([value]) => (value instanceof Error ? reject(value) : resolve(value ?? null)),
          reject,
        ),
      )
    },
    /** Calls that are open, and all that ever began. */
    calls: () => calls.length,
    begun: () => begun,
    end(pick: number, ending: Ending) {
      const index = pick % Math.max(calls.length, 1)
      const call = calls[index]
      if (call === undefined || call.stuck()) return
      calls.splice(index, 1)
      call.end(ending)
    },
    /** Ends all calls that can end; returns whether there was any. */
    endAll(ending: Ending = 'ok'): boolean {
      const ready = calls.filter((call) => !call.stuck())
      for (const call of ready) {
        calls.splice(calls.indexOf(call), 1)
        call.end(ending)
      }
      return ready.length > 0
    },
    toggle(id: Id) {
      users[id].exists = !users[id].exists
      record()
    },
    /** Gives the name to a user; its previous owner gets another name. */
    rename(id: Id, name: Name) {
      for (const other of ids) if (users[other].name === name) users[other].name = `formerly-${other}`
      users[id].name = name
      record()
    },
    ownerOf,
    isThere: (id: Id) => users[id].exists,
    /** Whether the user had the name at that moment or later. */
    wasOwner: (name: string, owner: string, from: number) =>
      owners.some((period) => period.name === name && period.owner === owner && period.until > from),
  }
}
