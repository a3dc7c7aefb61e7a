import type { Mutant } from '../mutant'

const model = 'testing/memory-store.ts'

export const mutants: readonly Mutant[] = [
  // ---- Promise 5: "not found" and failures
  {
    name: '"not found" is not remembered',
    file: 'declaration.ts',
    from: '{ hard: negative, soft: negative,',
    to: '{ hard: 0, soft: 0,',
    breaks: ['promise 5', 'promise 2', 'promise 3'],
  },
  {
    name: 'waiters try again instead of sharing the failure',
    file: model,
    from: "if (kind === 'F' && awaited",
    to: "if (kind === 'X' && awaited",
    breaks: ['promise 5'],
  },
  {
    name: 'the request memo remembers a failure',
    file: 'memo.ts',
    from: 'promise.catch(() => memo.get(key)?.promise === promise && memo.delete(key))',
    to: 'promise.catch(() => {})',
    breaks: ['promise 5'],
  },
  {
    name: 'the answers of loadMany are not counted',
    file: 'load.ts',
    from: 'values.length !== count || Object.keys(values).length < count',
    to: 'false',
    breaks: ['promise 6', 'promise 1', 'promise 9', 'rule 5'],
  },
  {
    name: 'one bad argument fails its neighbors',
    file: 'load.ts',
    from: 'if (args.length === 1 || time.signal.aborted || !blamesInput(error))',
    to: 'if (args.length > 0)',
    breaks: ['promise 5', 'promise 9', 'rule 5'],
  },

  // ---- Promise 6: broken entries, and a broken Redis
  {
    name: 'an entry is not bound to its key',
    file: 'entry.ts',
    from: '!entry.startsWith(`${key}|`, keyAt)',
    to: 'false',
    breaks: ['promise 6'],
  },
  {
    name: 'a truncated entry is served',
    file: 'entry.ts',
    from: 'if (mark !== `v${payload.length}`) return undefined',
    to: '',
    breaks: ['promise 6'],
  },
  {
    name: 'a corrupt entry is never overwritten',
    file: model,
    from: 'belongsTo(gen, entry) && entry !== reject',
    to: 'belongsTo(gen, entry)',
    breaks: ['promise 2', 'promise 6', 'rule 10'],
  },
  {
    name: 'a read fails when Redis does',
    file: 'read.ts',
    from: 'return bypass(read, sent, answer.failure)',
    to: 'throw answer.failure',
    breaks: ['promise 6'],
  },
  {
    name: 'a loader may hang for ever',
    file: 'load.ts',
    from: 'return Promise.race([called, expired])',
    to: 'return called',
    breaks: ['promise 6'],
  },

  // ---- Promise 7: an invalidation that was not confirmed throws
  {
    name: 'an invalidation gives up in silence',
    file: 'invalidate.ts',
    from: 'if (attempt === attempts - 1)',
    to: 'if (attempt === attempts - 1) return\n        if (attempt >= attempts)',
    breaks: ['promise 7'],
  },
  {
    name: 'a revocation marker is set without waiting for the answer',
    file: 'invalidate.ts',
    from: '() => mark(key, marker, late)',
    to: '() => mark(key, marker, late).catch(() => {})',
    breaks: ['promise 7'],
  },
  {
    name: 'an invalidation names only its first tag to Redis',
    file: 'invalidate.ts',
    from: 'store.drop(keys)',
    to: 'store.drop(keys.slice(0, 1))',
    breaks: ['promise 7'],
  },

  {
    name: 'what was not confirmed is forgotten',
    file: 'invalidate.ts',
    from: 'if (failed.size > 0) unconfirmed.add(all.filter(({ key }) => failed.has(key)))',
    to: '',
    breaks: ['promise 7', 'promise 1'],
  },
  {
    name: 'what was not confirmed is repeated only by reads',
    file: 'unconfirmed.ts',
    from: ', givenUp })\n      repeatLater()',
    to: ', givenUp })',
    breaks: ['promise 7'],
  },
  {
    name: 'a read uses what this process could not invalidate',
    file: 'requests.ts',
    from: 'const mayBeOld = items.map(unconfirmed.has)',
    to: 'const mayBeOld = items.map(() => false)',
    breaks: ['promise 1', 'rule 6'],
  },

  // ---- Promise 8: plain, frozen data
  {
    name: 'values are not frozen',
    file: 'entry.ts',
    from: 'return Object.freeze(value)',
    to: 'return value',
    breaks: ['promise 8'],
  },
  {
    name: 'values are frozen at the surface only',
    file: 'entry.ts',
    from: 'for (const inner of Object.values(value)) freeze(inner)',
    to: '',
    breaks: ['promise 8'],
  },
  {
    name: 'an own __proto__ is returned',
    file: 'entry.ts',
    from: "if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__')",
    to: '',
    breaks: ['promise 8'],
  },

  // ---- Promise 9: everything is an event
  {
    name: 'loads are not an event',
    file: 'load.ts',
    from: "state.emit({ type: 'load', lookup: name, ms: clock.now() - start, ...negative })",
    to: '',
    breaks: ['promise 9'],
  },
  {
    name: 'hits in Redis are not an event',
    file: 'read.ts',
    from: "emitHit('redis', outcome.value === null)",
    to: '',
    breaks: ['promise 9'],
  },
  {
    name: 'an unconfirmed invalidation is reported as confirmed',
    file: 'invalidate.ts',
    from: 'confirmed: failed.size === 0',
    to: 'confirmed: true',
    breaks: ['promise 9'],
  },
]
