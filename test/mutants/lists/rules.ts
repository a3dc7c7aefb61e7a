import type { Mutant } from '../mutant'

const model = 'testing/memory-store.ts'

export const mutants: readonly Mutant[] = [
  // ---- Rules 1 and 2: tag versions
  {
    name: 'a tag version is always the same',
    file: model,
    from: '`${nonce}.${stamp}`',
    to: "'version'",
    breaks: ['promise 1', 'promise 2'],
  },
  {
    name: 'a repeated acquire brings its old tag version back',
    file: model,
    from: '`${nonce}.${stamp}`',
    to: 'nonce',
    breaks: ['promise 1'],
  },

  // ---- Rule 3: generations
  {
    name: 'a lease of an older generation is waited for',
    file: model,
    from: "kind === 'L' && rest === gen && ",
    to: "kind === 'L' && ",
    breaks: ['rule 3'],
  },

  // ---- Rule 4: the process cache
  {
    name: 'an invalidation leaves the process cache alone',
    file: 'process-state.ts',
    from: 'for (const layer of layers) layer.drop(tag, request)',
    to: '',
    breaks: ['rule 4', 'promise 1', 'rule 5'],
  },
  {
    name: 'a request that was sent before an invalidation fills the process cache',
    file: 'process-state.ts',
    from: '      remember(tag)\n',
    to: '',
    breaks: ['rule 4', 'promise 1', 'rule 5'],
  },
  {
    name: 'an invalidation that fails leaves the process as it was',
    file: 'invalidate.ts',
    from: '    await dropHere(tags)\n    state.emit',
    to: '    if (failed.size === 0) await dropHere(tags)\n    state.emit',
    breaks: ['rule 4', 'rule 5', 'promise 4'],
  },

  // ---- Rule 5: values loaded while Redis is down
  {
    name: 'a load past Redis is joined after it began',
    file: 'bypass.ts',
    from: 'if (begun && begun.sequence > asked.sequence) return begun.load',
    to: 'if (begun) return begun.load',
    breaks: ['rule 5', 'promise 1'],
  },
  {
    name: 'the process cache keeps a value that Redis refused',
    file: 'lease.ts',
    from: "if (reply === 'stored') fill(",
    to: 'if (reply) fill(',
    breaks: ['rule 5', 'promise 1'],
  },

  // ---- Rule 6: revocation markers
  {
    name: 'a read does not look at its revocation markers',
    file: 'read.ts',
    from: '  if (revoked) refuse()\n  const outcome',
    to: '  const outcome',
    breaks: ['rule 6'],
  },
  {
    name: 'acquire does not look at the revocation markers',
    file: model,
    from: "if (revoked(slot)) return { kind: 'refused' }",
    to: '',
    breaks: ['rule 6'],
  },
  {
    name: 'commit does not look at the revocation markers',
    file: model,
    from: '        if (revoked(slot)) {\n',
    to: '        if (slot.markers.length > 9) {\n',
    breaks: ['rule 6'],
  },
  {
    name: 'a revocation sets no marker',
    file: model,
    from: 'set(key, id, late ? Math.max(ms, left) : ms)',
    to: 'return',
    breaks: ['rule 6'],
  },
  {
    name: 'a revocation marker expires too early',
    file: model,
    from: 'late ? Math.max(ms, left) : ms',
    to: 'ms / 2',
    breaks: ['rule 6'],
  },
  {
    name: 'a lookup with revocation markers answers although Redis could not be asked for them',
    file: 'read.ts',
    from: 'if (isRevocable(read)) throw revocationUnknown()',
    to: '',
    breaks: ['rule 6'],
  },

  // ---- Rule 9: commit. Both checks save work and not truth: readers check generations anyway.
  {
    name: 'commit does not look at the lease',
    file: model,
    from: 'if (!mine) {',
    to: "if (flight === '') {",
    breaks: ['rule 9'],
  },
  {
    name: 'commit does not look at the generation',
    file: model,
    from: 'if (generation(slot) !== request.generation) {',
    to: "if (generation(slot) === '') {",
    breaks: ['rule 9'],
  },

  {
    name: 'a flight that has returned its lease gets it again',
    file: model,
    from: 'set(slot.state, `R:${flight}|`, releasedMs)',
    to: 'cells.delete(slot.state)',
    breaks: ['rule 9'],
  },
  {
    name: 'a lost commit leaves the lease that its own flight got twice',
    file: model,
    from: "          if (leased(state, flight)) cells.delete(slot.state)\n          return 'lost'",
    to: "          return 'lost'",
    breaks: ['rule 9'],
  },

  // ---- Rule 10: waiting
  {
    name: 'waiters ask without growing pauses',
    file: 'requests.ts',
    from: '25 * 2 ** step * (1 + 0.5 * random())',
    to: '25 * (1 + 0.5 * random())',
    breaks: ['rule 10'],
  },
  {
    name: 'each waiter asks separately',
    file: 'requests.ts',
    from: 'if (known) return known',
    to: '',
    breaks: ['rule 10'],
  },

  // ---- Time: a step of the wall clock is no time
  {
    name: 'the engine takes its time from the wall clock',
    file: 'create-lookups.ts',
    from: 'const { store, runtime, namespace, clock = systemClock, random = Math.random } = options',
    to: 'const { store, runtime, namespace, random = Math.random } = options\n  const { timer } = options.clock ?? systemClock\n  const clock = { timer, now: () => Date.now() }',
    breaks: ['promise 1', 'promise 4', 'rule 4'],
  },
  {
    name: 'the process cache counts by the wall clock for how long it keeps a value',
    file: 'process-cache.ts',
    from: '{ perf: clock, ttlResolution: 0 }',
    to: '{ perf: { now: () => Date.now() }, ttlResolution: 0 }',
    breaks: ['promise 1', 'promise 4', 'rule 4'],
  },

  // ---- Rule 11: loads belong to no request
  {
    name: 'a loader runs in the request of its first caller',
    file: 'load.ts',
    from: 'outside(send, [item])',
    to: 'send([item])',
    breaks: ['rule 11'],
  },

  // ---- Rule 12: versions
  {
    name: 'the version is not part of the key',
    file: 'declaration.ts',
    from: 'id: `${name}.${version}`',
    to: 'id: `${name}.1`',
    breaks: ['rule 12'],
  },
]
