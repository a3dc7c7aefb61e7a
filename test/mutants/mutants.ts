/** One change of one line, and what it must be caught for. */
export interface Mutant {
  name: string
  file: string
  /** Occurs exactly once in the file. */
  from: string
  to: string
  /** The promise of the engine or the rule of its algorithm that is broken; any of these names it. */
  breaks: readonly string[]
}

const lookup = 'lookup.ts'
const model = 'testing/memory-store.ts'

export const mutants: readonly Mutant[] = [
  // ---- Promise 1: never older than an invalidation that has resolved
  {
    name: 'an invalidation leaves the fences where they are',
    file: model,
    from: 'for (const key of keys) cells.delete(key)',
    to: '',
    breaks: ['promise 1'],
  },
  {
    name: 'a read takes an entry of any generation',
    file: lookup,
    from: "!generation.includes(null) && isOf(generation.join(','), entry)",
    to: '!generation.includes(null)',
    breaks: ['promise 1'],
  },
  {
    name: 'an entry without its fence is a hit',
    file: lookup,
    from: "entry !== null && !generation.includes(null) && isOf(generation.join(','), entry)",
    to: "entry !== null && (generation.includes(null) || isOf(generation.join(','), entry))",
    breaks: ['promise 1'],
  },
  {
    name: 'acquire hands out an entry of an older generation',
    file: model,
    from: 'entry !== null && isOf(gen, entry) && entry !== reject',
    to: 'entry !== null && entry !== reject',
    breaks: ['promise 1'],
  },
  {
    name: 'a read joins one that has been sent already',
    file: lookup,
    from: 'local.unsentReads.delete(target.shared)',
    to: 'clock.timer(100, () => local.unsentReads.delete(target.shared))',
    breaks: ['promise 1', 'promise 3', 'promise 5', 'rule 5', 'rule 6'],
  },
  {
    name: 'a miss joins one that has been sent already',
    file: lookup,
    from: 'sent: () => local.unsentMisses.delete(missId),',
    to: 'sent: () => {},',
    breaks: ['promise 1', 'promise 5', 'rule 5'],
  },
  {
    name: 'the process layer is filled by what was read before an invalidation',
    file: 'process-cache.ts',
    from: 'if (!ticket.valid || left <= 0) return',
    to: 'if (left <= 0) return',
    breaks: ['promise 1', 'rule 4'],
  },
  {
    name: 'the process layer counts its TTL from the answer',
    file: 'process-cache.ts',
    from: '- (clock.now() - ticket.sentAt)',
    to: '',
    breaks: ['promise 1', 'promise 4'],
  },
  {
    name: 'the request’s memo outlives an invalidation in the same request',
    file: 'engine.ts',
    from: 'state.drop(tags, await host.invalidated(tags).catch(() => undefined))',
    to: 'await host.invalidated(tags)',
    breaks: ['promise 1', 'rule 4', 'rule 5'],
  },
  {
    name: 'a condemned value is served in grace',
    file: model,
    from: 'return entry !== null && current !== null && isOf(current, entry) ? entry : null',
    to: 'return entry',
    breaks: ['promise 1'],
  },
  {
    name: 'a name is not checked against the user it leads to',
    file: 'alias.ts',
    from: 'if (named.value !== null && value && verify(value, arg)) {',
    to: 'if (named.value !== null && value) {',
    breaks: ['promise 1'],
  },

  // ---- Promise 2: one load per key and generation
  {
    name: 'nobody waits for another’s lease',
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
    name: 'each read loads for itself while the breaker is open',
    file: lookup,
    from: 'clock.now() - known.startedAt < directMs',
    to: 'false',
    breaks: ['promise 2'],
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
    file: 'engine.ts',
    from: '    ...{ max: maxKeys, outside, limit: turn },\n  })\n  const acquires',
    to: '    ...{ max: 1, outside, limit: turn },\n  })\n  const acquires',
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
    file: 'alias.ts',
    from: 'const hint = hints.get(key)',
    to: 'const hint: string | undefined = undefined',
    breaks: ['promise 3'],
  },
  {
    name: 'every stale read asks for a refresh',
    file: lookup,
    from: 'if (since !== undefined && clock.now() - since < declared.lease) return',
    to: '',
    breaks: ['promise 3'],
  },

  // ---- Promise 4: expiries, refreshes, grace
  {
    name: 'jitter lengthens lifetimes',
    file: lookup,
    from: '1 - 0.1 * engine.random()',
    to: '1 + 0.1 * engine.random()',
    breaks: ['promise 4'],
  },
  {
    name: 'a value is served past its ttl though no loader failed',
    file: lookup,
    from: 'if (!live || (hard !== undefined && alive === null))',
    to: 'if (!live)',
    breaks: ['promise 4'],
  },
  {
    name: 'nothing is refreshed in the background',
    file: lookup,
    from: 'if (!found.fresh) refreshLater(target)',
    to: '',
    breaks: ['promise 4'],
  },
  {
    name: 'no value stands in for a failing loader',
    file: lookup,
    from: 'if (!kept) throw error',
    to: 'throw error',
    breaks: ['promise 4'],
  },
  {
    name: 'a token is served until it expires',
    file: model,
    from: 'hard = Math.min(hard, expiry - request.margin - clock.now())',
    to: 'hard = Math.min(hard, expiry - clock.now())',
    breaks: ['promise 4'],
  },
  {
    name: 'a token’s own expiry is ignored',
    file: model,
    from: 'hard = Math.min(hard, expiry - request.margin - clock.now())',
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
    name: 'the request’s memo remembers a failure',
    file: 'memo.ts',
    from: 'promise.catch(() => memo.get(key)?.promise === promise && memo.delete(key))',
    to: 'promise.catch(() => {})',
    breaks: ['promise 5'],
  },
  {
    name: 'a failure past Redis is remembered',
    file: lookup,
    from: 'local.direct.peek(target.key)?.promise === promise && local.direct.delete(target.key)',
    to: '{}',
    breaks: ['promise 5'],
  },
  {
    name: 'one bad argument fails its neighbours',
    file: 'load.ts',
    from: 'if (args.length === 1 || !splitOn(error)) return',
    to: 'if (args.length > 0) return',
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
    from: 'isOf(gen, entry) && entry !== reject',
    to: 'isOf(gen, entry)',
    breaks: ['promise 6', 'rule 10'],
  },
  {
    name: 'a read fails when Redis does',
    file: lookup,
    from: 'return await direct(target, begun, reply.failure)',
    to: 'throw reply.failure',
    breaks: ['promise 6'],
  },
  {
    name: 'a loader may hang for ever',
    file: 'load.ts',
    from: '        controller.abort(error)\n        reject(error)\n',
    to: '        controller.abort(error)\n',
    breaks: ['promise 6'],
  },

  // ---- Promise 7: an invalidation that was not confirmed throws
  {
    name: 'an invalidation gives up in silence',
    file: 'engine.ts',
    from: 'if (attempt === 2)',
    to: 'if (attempt === 2) return\n        if (attempt > 2)',
    breaks: ['promise 7'],
  },
  {
    name: 'a guard is set without waiting for the answer',
    file: 'engine.ts',
    from: ', also()])',
    to: ', also().catch(() => {})])',
    breaks: ['promise 7'],
  },
  {
    name: 'an invalidation names only its first tag to Redis',
    file: 'engine.ts',
    from: 'store.drop(tags.map(',
    to: 'store.drop(tags.slice(0, 1).map(',
    breaks: ['promise 7'],
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
    name: 'an own __proto__ is handed out',
    file: 'entry.ts',
    from: "if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__')",
    to: '',
    breaks: ['promise 8'],
  },

  // ---- Promise 9: everything is an event
  {
    name: 'loads are not told of',
    file: lookup,
    from: "state.emit({ type: 'load', lookup: name, ms: clock.now() - start, ...negative })",
    to: '',
    breaks: ['promise 9'],
  },
  {
    name: 'hits in Redis are not told of',
    file: lookup,
    from: "      emitHit('redis', found.outcome.value === null)\n      fill(",
    to: '      fill(',
    breaks: ['promise 9'],
  },
  {
    name: 'an unconfirmed invalidation is told of as confirmed',
    file: 'engine.ts',
    from: 'let confirmed = false',
    to: 'let confirmed = true',
    breaks: ['promise 9'],
  },

  // ---- Rules 1 and 2: fences
  {
    name: 'a fence is always the same',
    file: model,
    from: '`${nonce}.${stamp}`',
    to: "'fence'",
    breaks: ['promise 1', 'promise 2'],
  },
  {
    name: 'a repeated acquire brings its old fence back',
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

  // ---- Rule 4: the process layer
  {
    name: 'an invalidation leaves the process layer alone',
    file: 'process-state.ts',
    from: 'for (const layer of layers) layer.drop(tag, request)',
    to: '',
    breaks: ['rule 4', 'promise 1', 'rule 5'],
  },
  {
    name: 'an invalidation leaves what is on its way alone',
    file: 'process-state.ts',
    from: 'for (const ticket of tickets.get(tag) ?? []) ticket.valid = false',
    to: '',
    breaks: ['rule 4', 'promise 1', 'rule 5'],
  },
  {
    name: 'an invalidation that fails leaves the process as it was',
    file: 'engine.ts',
    from: '    } finally {\n',
    to: '    } catch (error) {\n      state.emit({ type: "invalidate", tags, confirmed })\n      throw error\n    }\n    {\n',
    breaks: ['rule 4', 'rule 5', 'promise 4'],
  },

  // ---- Rule 5: values loaded while Redis is down
  {
    name: 'a value loaded before the breaker opened is shared',
    file: lookup,
    from: 'const shareable = open && known?.open && ',
    to: 'const shareable = open && known && ',
    breaks: ['rule 5', 'promise 1'],
  },
  {
    name: 'a value loaded while Redis was down is shared for a minute',
    file: lookup,
    from: 'const directMs = 5000',
    to: 'const directMs = 60_000',
    breaks: ['rule 5', 'promise 1'],
  },
  {
    name: 'a value loaded while Redis was down is shared when it is back',
    file: lookup,
    from: 'const shareable = open && ',
    to: 'const shareable = ',
    breaks: ['rule 5', 'promise 1'],
  },
  {
    name: 'a value loaded while Redis is down is shared across an invalidation here',
    file: lookup,
    from: 'if (known?.ticket.valid && ',
    to: 'if (known && ',
    breaks: ['promise 1', 'rule 5'],
  },
  {
    name: 'the process layer keeps a value that Redis refused',
    file: lookup,
    from: "if (reply === 'stored') fill(",
    to: 'if (reply) fill(',
    breaks: ['rule 5', 'promise 1'],
  },

  // ---- Rule 6: guards
  {
    name: 'a read does not look at its guards',
    file: lookup,
    from: '.some((guard) => guard !== null)) refuse()',
    to: '.some(() => false)) refuse()',
    breaks: ['rule 6'],
  },
  {
    name: 'acquire does not look at the guards',
    file: model,
    from: "if (guarded(slot)) return { kind: 'refused' }",
    to: '',
    breaks: ['rule 6'],
  },
  {
    name: 'commit does not look at the guards',
    file: model,
    from: '        if (guarded(slot)) {\n',
    to: '        if (slot.markers.length > 9) {\n',
    breaks: ['rule 6'],
  },
  {
    name: 'a guarded lookup answers without having asked for its guards',
    file: lookup,
    from: 'if (isGuarded(target.slot)) throw unasked()\n        return await direct',
    to: 'return await direct',
    breaks: ['rule 6'],
  },

  // ---- Rule 9: commit. Both checks save work and not truth: readers check generations anyway.
  {
    name: 'commit does not look at the lease',
    file: model,
    from: "if (!mine) return 'lost'",
    to: '',
    breaks: ['rule 9'],
  },
  {
    name: 'commit does not look at the generation',
    file: model,
    from: 'if (generation(slot) !== request.generation) {',
    to: "if (generation(slot) === '') {",
    breaks: ['rule 9'],
  },

  // ---- Rule 10: waiting
  {
    name: 'waiters ask without growing pauses',
    file: 'engine.ts',
    from: '25 * 2 ** step * (1 + 0.5 * random())',
    to: '25 * (1 + 0.5 * random())',
    breaks: ['rule 10'],
  },
  {
    name: 'each waiter asks for itself',
    file: 'engine.ts',
    from: 'if (known) return known',
    to: '',
    breaks: ['rule 10'],
  },

  // ---- Rule 11: loads belong to no request
  {
    name: 'a loader runs in the request of its first caller',
    file: 'load.ts',
    from: '(await outside(() => bounded(async (signal) => load?.(arg, { signal }))))',
    to: '(await bounded(async (signal) => load?.(arg, { signal })))',
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
