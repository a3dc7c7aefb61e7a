import fc from 'fast-check'
import { type Id, type LookupName, type Name, names } from './facts'
import type { Operation } from './link'
import type { Ending } from './source'

const procs = [0, 1, 2] as const
type Proc = (typeof procs)[number]

/** What may be asked of a process, and what may happen to the world. */
export type Step =
  | { do: 'read'; proc: Proc; lookup: LookupName; id: Id; how: ReadHow; request: number }
  | { do: 'readName'; proc: Proc; name: Name }
  | { do: 'invalidate'; proc: Proc; tag: Tag; request: number }
  | { do: 'revoke'; proc: Proc; id: Id }
  | { do: 'compareAndDrop'; proc: Proc; lookup: 'user' | 'card'; id: Id; request: number }
  | { do: 'newRequest'; proc: Proc }
  /** One packet arrives, is lost, or a request arrives once more. */
  | { do: 'pass'; pick: number }
  | { do: 'lose'; pick: number }
  | { do: 'repeat'; pick: number }
  | { do: 'endLoad'; pick: number; ending: Ending }
  /** Everything on the wire arrives, in order or the newest first, and loads end, until nothing is left to do at this time. */
  | { do: 'flow'; ending: Ending; newestFirst: boolean }
  /** Time passes; `flowing`, with a working network, or with nothing arriving. */
  | { do: 'advance'; ms: number; flowing: boolean }
  | { do: 'evict'; pick: number }
  | { do: 'corrupt'; pick: number; how: 'cut' | 'swap' | 'garbage' }
  | { do: 'freeze'; proc: Proc }
  | { do: 'cut'; proc: Proc }
  /** A process stops for some time while everything else goes on. */
  | { do: 'stall'; proc: Proc; ms: number }
  /** The store refuses the process's next operations of one kind. */
  | { do: 'refuse'; proc: Proc; operation: Operation; times: number }
  /** The answers of the process's next operations of one kind are lost; the store has done them. */
  | { do: 'loseAnswers'; proc: Proc; operation: Operation; times: number }
  /** Somebody sets the wall clock; nothing may depend on it. */
  | { do: 'setClock'; ms: number }
  | { do: 'toggleUser'; id: Id }
  | { do: 'rename'; id: Id; name: Name }

type ReadHow = 'one' | 'twice' | 'many' | 'fresh' | 'peek' | 'warm' | 'reload'
export type Tag = { of: 'user' | 'token'; id: Id } | { of: 'group' } | { of: 'name'; name: Name }

// The first key more often than the second, and the two processes of one version more often than the third:
// reads that are spread over all processes and keys seldom collide.
const proc = fc.constantFrom<Proc[]>(0, 0, 1, 1, 2)
const id = fc.constantFrom<Id[]>('a', 'a', 'b')
const name = fc.constantFrom(...names)
const pick = fc.nat(7)
const request = fc.constantFrom(0, 0, 1, 2)
const how = fc.constantFrom<ReadHow[]>(
  'one',
  'one',
  'one',
  'one',
  'twice',
  'many',
  'fresh',
  'peek',
  'warm',
  'reload',
)
const ending = fc.constantFrom<Ending[]>('ok', 'ok', 'ok', 'ok', 'error', 'bad', 'partial', 'short')
/** Milliseconds around each deadline, lease, expiry and expiry buffer. */
const anyTime = fc.constantFrom(
  1,
  60,
  120,
  260,
  700,
  1100,
  2100,
  3100,
  4100,
  6000,
  9000,
  13_000,
  17_000,
  21_000,
)

const operations: Operation[] = ['acquire', 'acquire', 'commit', 'fail', 'read', 'drop', 'mark']
const operation = fc.constantFrom(...operations)
const fault = fc.constantFrom('cut' as const, 'swap' as const, 'garbage' as const)

const ofUser = id.map((id) => ({ of: 'user' as const, id }))
const ofToken = id.map((id) => ({ of: 'token' as const, id }))
const ofGroup = fc.constant({ of: 'group' as const })
const ofName = name.map((name) => ({ of: 'name' as const, name }))

/** How likely each step is by default. */
const usual: Record<Step['do'], number> = {
  ...{ read: 30, pass: 24, flow: 14, advance: 12, invalidate: 12, endLoad: 8 },
  ...{ stall: 7, refuse: 4, repeat: 4, evict: 4, lose: 3, corrupt: 3, cut: 3, freeze: 2, toggleUser: 2 },
  ...{ newRequest: 1, compareAndDrop: 2, revoke: 0, readName: 0, rename: 0, loseAnswers: 2, setClock: 1 },
}
const stepNames = [
  ...(['read', 'readName', 'invalidate', 'revoke', 'compareAndDrop', 'newRequest', 'pass', 'lose'] as const),
  ...([
    'repeat',
    'endLoad',
    'flow',
    'advance',
    'stall',
    'refuse',
    'evict',
    'corrupt',
    'cut',
    'freeze',
  ] as const),
  ...(['toggleUser', 'rename', 'loseAnswers', 'setClock'] as const),
]
/** A network and a store without faults: only time and order are hostile. */
const faultless = {
  refuse: 0,
  repeat: 0,
  evict: 0,
  lose: 0,
  corrupt: 0,
  cut: 0,
  freeze: 0,
  toggleUser: 0,
  loseAnswers: 0,
}

interface Topic {
  lookups: readonly LookupName[]
  /** The tags that invalidations name. */
  tag: fc.Arbitrary<Tag>
  weights?: Partial<typeof usual>
  /** How long things take. */
  ms?: fc.Arbitrary<number>
}

/** Worlds about a few lookups only. */
function about({ lookups, tag, weights = {}, ms = anyTime }: Topic): fc.Arbitrary<Step[]> {
  const likely = { ...usual, ...weights }
  const lookup = fc.constantFrom(...lookups)
  const kinds: { [K in Step['do']]: fc.Arbitrary<Extract<Step, { do: K }>> } = {
    read: fc.record({ do: fc.constant('read'), proc, lookup, id, how, request }),
    readName: fc.record({ do: fc.constant('readName'), proc, name }),
    invalidate: fc.record({ do: fc.constant('invalidate'), proc, tag, request }),
    revoke: fc.record({ do: fc.constant('revoke'), proc, id }),
    compareAndDrop: fc.record({
      ...{ do: fc.constant('compareAndDrop'), proc, id, request },
      lookup: fc.constantFrom<('user' | 'card')[]>(lookups.includes('card') ? 'card' : 'user'),
    }),
    newRequest: fc.record({ do: fc.constant('newRequest'), proc }),
    pass: fc.record({ do: fc.constant('pass'), pick }),
    lose: fc.record({ do: fc.constant('lose'), pick }),
    repeat: fc.record({ do: fc.constant('repeat'), pick }),
    endLoad: fc.record({ do: fc.constant('endLoad'), pick, ending }),
    flow: fc.record({ do: fc.constant('flow'), ending, newestFirst: fc.boolean() }),
    advance: fc.record({ do: fc.constant('advance'), ms, flowing: fc.boolean() }),
    stall: fc.record({ do: fc.constant('stall'), proc, ms }),
    refuse: fc.record({ do: fc.constant('refuse'), proc, operation, times: fc.constantFrom(1, 2, 2) }),
    loseAnswers: fc.record({
      ...{ do: fc.constant('loseAnswers'), proc, operation, times: fc.constantFrom(1, 2, 3) },
    }),
    setClock: fc.record({ do: fc.constant('setClock'), ms: fc.constantFrom(-3_600_000, 3_600_000) }),
    evict: fc.record({ do: fc.constant('evict'), pick: fc.nat(30) }),
    corrupt: fc.record({ do: fc.constant('corrupt'), pick, how: fault }),
    cut: fc.record({ do: fc.constant('cut'), proc }),
    freeze: fc.record({ do: fc.constant('freeze'), proc }),
    toggleUser: fc.record({ do: fc.constant('toggleUser'), id }),
    rename: fc.record({ do: fc.constant('rename'), id, name }),
  }
  const all = stepNames.map((name) => ({ weight: likely[name], arbitrary: kinds[name] }))
  return fc.array(fc.oneof<fc.MaybeWeightedArbitrary<Step>[]>(...all), {
    minLength: 10,
    maxLength: 60,
    size: 'max',
  })
}

export const steps: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 2, arbitrary: about({ lookups: ['user'], tag: ofUser }) },
  {
    weight: 2,
    arbitrary: about({
      lookups: ['user'],
      tag: fc.oneof(ofUser, ofUser, ofName),
      weights: { readName: 12, rename: 4 },
    }),
  },
  { weight: 2, arbitrary: about({ lookups: ['card'], tag: fc.oneof(ofUser, ofUser, ofGroup) }) },
  // Late answers, with a process cache of four seconds.
  {
    weight: 2,
    arbitrary: about({
      lookups: ['card'],
      tag: ofUser,
      weights: { ...faultless, stall: 20, compareAndDrop: 0, setClock: 0, newRequest: 0, pass: 8 },
      ms: fc.constantFrom(1, 260, 1100, 2100, 3100),
    }),
  },
  { weight: 2, arbitrary: about({ lookups: ['token'], tag: ofToken, weights: { revoke: 8 } }) },
  // A store that comes and goes while its markers matter.
  {
    weight: 1,
    arbitrary: about({
      lookups: ['token'],
      tag: ofToken,
      weights: { ...faultless, refuse: 20, invalidate: 2, revoke: 2 },
      ms: fc.constantFrom(1, 260, 1100),
    }),
  },
  { weight: 2, arbitrary: about({ lookups: ['note'], tag: ofGroup }) },
  {
    weight: 1,
    arbitrary: about({
      lookups: ['user', 'card', 'token', 'note'],
      tag: fc.oneof(ofUser, ofToken, ofGroup, ofName),
      weights: { readName: 4, rename: 1, revoke: 3 },
    }),
  },
)
