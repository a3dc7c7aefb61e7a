import type { Mutant } from '../mutant'

const alias = '../cache/alias.ts'
const model = 'testing/memory-store.ts'

export const mutants: readonly Mutant[] = [
  // ---- Promise 1: never older than an invalidation that has resolved
  {
    name: 'an invalidation leaves the tag versions where they are',
    file: model,
    from: 'for (const key of keys) cells.delete(key)',
    to: '',
    breaks: ['promise 1'],
  },
  {
    name: 'a read takes an entry of any generation',
    file: 'slot.ts',
    from: "!generation.includes(null) && belongsTo(generation.join(','), entry)",
    to: '!generation.includes(null)',
    breaks: ['promise 1'],
  },
  {
    name: 'an entry without its tag version is a hit',
    file: 'slot.ts',
    from: "entry !== null && !generation.includes(null) && belongsTo(generation.join(','), entry)",
    to: "entry !== null && (generation.includes(null) || belongsTo(generation.join(','), entry))",
    breaks: ['promise 1'],
  },
  {
    name: 'acquire hands out an entry of an older generation',
    file: model,
    from: 'entry !== null && belongsTo(gen, entry) && entry !== reject',
    to: 'entry !== null && entry !== reject',
    breaks: ['promise 1'],
  },
  {
    name: 'a read joins one that has been sent already',
    file: 'read.ts',
    from: 'engine.stamped(send, onSent)',
    to: 'engine.stamped(send, () => engine.clock.timer(100, onSent))',
    breaks: ['promise 1', 'promise 3', 'promise 4', 'promise 5', 'rule 5', 'rule 6'],
  },
  {
    name: 'a miss joins one that has been sent already',
    file: 'miss.ts',
    from: 'acquire(read, reject, onSent))',
    to: 'acquire(read, reject))',
    breaks: ['promise 1', 'promise 4', 'promise 5', 'rule 5', 'rule 6'],
  },
  {
    name: 'the process cache is filled by what was read before an invalidation',
    file: 'process-cache.ts',
    from: 'if (left <= 0 || !state.isCurrent(stamp, tags)) return',
    to: 'if (left <= 0) return',
    breaks: ['promise 1', 'rule 4'],
  },
  {
    name: 'the process cache counts its TTL from the answer',
    file: 'process-cache.ts',
    from: '- (clock.now() - stamp.at)',
    to: '',
    breaks: ['promise 1', 'promise 4'],
  },
  {
    name: 'the request memo outlives an invalidation in the same request',
    file: 'invalidate.ts',
    from: 'state.drop(tags, await runtime.invalidated(tags).catch(() => undefined))',
    to: 'await runtime.invalidated(tags)',
    breaks: ['promise 1', 'rule 4', 'rule 5'],
  },
  {
    name: 'an invalidated value is served in grace',
    file: model,
    from: 'return entry !== null && current !== null && belongsTo(current, entry) ? entry : null',
    to: 'return entry',
    breaks: ['promise 1'],
  },
  {
    name: 'a name is not checked against the user that it resolves to',
    file: alias,
    from: 'value !== null && verify(value, name)',
    to: 'value !== null',
    breaks: ['promise 1'],
  },
  {
    name: 'invalidateIf leaves the value in the process cache',
    file: 'lookup.ts',
    from: 'return engine.forget(tags, () => store.dropIf(slot, outcome.entry))',
    to: 'return store.dropIf(slot, outcome.entry)',
    breaks: ['promise 1', 'rule 4'],
  },
]
