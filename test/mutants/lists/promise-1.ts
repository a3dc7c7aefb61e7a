import type { Mutant } from '../mutant'

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
]
