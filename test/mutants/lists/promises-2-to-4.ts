import type { Mutant } from '../mutant'

const alias = '../cache/alias.ts'
const model = 'testing/memory-store.ts'

export const mutants: readonly Mutant[] = [
  // ---- Promise 2: one load per key and generation
  {
    name: 'a load under another process’s lease is not waited for',
    file: model,
    from: "if (kind === 'L' && rest === gen",
    to: "if (kind === 'X' && rest === gen",
    breaks: ['promise 2'],
  },
  {
    name: 'a lease ends before the loader’s timeout',
    file: model,
    from: 'set(slot.state, `L:${flight}|${gen}`, lease)',
    to: 'set(slot.state, `L:${flight}|${gen}`, lease / 10)',
    breaks: ['promise 2'],
  },
  {
    name: 'a load past Redis does not wait for the one before it of its key',
    file: 'bypass.ts',
    from: '.filter(([key]) => !running.has(key))',
    to: '',
    breaks: ['promise 2'],
  },
  {
    name: 'each load past Redis begins at once',
    file: 'bypass.ts',
    from: 'if (inRound || ready.length === 0) return',
    to: 'if (ready.length === 0) return',
    breaks: ['promise 2', 'promise 6'],
  },
  {
    name: 'a waiter rejects an equal value that was loaded meanwhile',
    file: 'entry.ts',
    from: '|${key}|${flight}|${value',
    to: '|${key}||${value',
    breaks: ['promise 2'],
  },
  {
    name: 'each half of a split batch gets the whole timeout',
    file: 'load.ts',
    from: 'flatMap((half) => loadAll(half, time))',
    to: "flatMap((half) => loadAll(half, startTime(clock, declared, 'high')))",
    breaks: ['promise 2', 'promise 5'],
  },
  {
    name: 'acquire does not look again before it leases',
    file: model,
    from: "return { kind: 'hit', entry }",
    to: 'void 0',
    breaks: ['promise 2'],
  },
  {
    name: 'a refresh goes on although another has just refreshed',
    file: model,
    from: '!(refresh && state === null)',
    to: '!refresh',
    breaks: ['promise 2'],
  },

  // ---- Promise 3: what a read costs
  {
    name: 'the reads of one tick are sent one by one',
    file: 'requests.ts',
    from: '    ...chunks,\n  })\n  const acquires',
    to: '    ...chunks,\n    max: 1,\n  })\n  const acquires',
    breaks: ['promise 3'],
  },
  {
    name: 'the loads of one tick are made one by one',
    file: 'load.ts',
    from: 'max: declared.batchMax',
    to: 'max: 1',
    breaks: ['promise 3'],
  },
  {
    name: 'a name’s hint is never used',
    file: alias,
    from: 'const hint = hints.get(place)',
    to: 'const hint: string | undefined = undefined',
    breaks: ['promise 3'],
  },
  {
    name: 'every stale read asks for a refresh',
    file: 'refresh.ts',
    from: 'if (since !== undefined && clock.now() - since < declared.lease) return',
    to: '',
    breaks: ['promise 3'],
  },

  // ---- Promise 4: expiries, refreshes, grace
  {
    name: 'jitter lengthens lifetimes',
    file: 'lease.ts',
    from: '1 - 0.1 * engine.random()',
    to: '1 + 0.1 * engine.random()',
    breaks: ['promise 4'],
  },
  {
    name: 'a value is served past its ttl though no loader failed',
    file: 'slot.ts',
    from: 'current && (hard === undefined || unexpired !== null) ? entry',
    to: 'current ? entry',
    breaks: ['promise 4'],
  },
  {
    name: 'nothing is refreshed in the background',
    file: 'read.ts',
    from: 'if (refreshDue) refreshLater(read)',
    to: '',
    breaks: ['promise 4'],
  },
  {
    name: 'no value in grace is served for a failing loader',
    file: 'lease.ts',
    from: 'if (!kept) throw error',
    to: 'if (declared) throw error',
    breaks: ['promise 4'],
  },
  {
    name: 'a token is served until it expires',
    file: model,
    from: 'hard = Math.min(hard, expiry - request.expiryBuffer - clock.now())',
    to: 'hard = Math.min(hard, expiry - clock.now())',
    breaks: ['promise 4'],
  },
  {
    name: 'a token’s own expiry is ignored',
    file: model,
    from: 'hard = Math.min(hard, expiry - request.expiryBuffer - clock.now())',
    to: '',
    breaks: ['promise 4'],
  },
  {
    name: 'entries outlive ttl and grace',
    file: model,
    from: 'set(slot.entry, entry, hard + grace)',
    to: 'set(slot.entry, entry, 2 * (hard + grace))',
    breaks: ['promise 4'],
  },
]
