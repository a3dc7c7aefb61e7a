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
  | { do: 'compareAndDrop'; proc: Proc; id: Id }
  | { do: 'newRequest'; proc: Proc }
  /** One packet arrives, is lost, or a request arrives once more. */
  | { do: 'pass' | 'lose' | 'repeat'; pick: number }
  | { do: 'endLoad'; pick: number; ending: Ending }
  /** Everything on the wire arrives, in order or the newest first, and loads end, until nothing is left to do at this time. */
  | { do: 'flow'; ending: Ending; newestFirst: boolean }
  /** Time passes; `flowing`, with a working network, or with nothing arriving. */
  | { do: 'advance'; ms: number; flowing: boolean }
  | { do: 'evict'; pick: number }
  | { do: 'spoil'; pick: number; how: 'cut' | 'swap' | 'garbage' }
  | { do: 'freeze' | 'cut'; proc: Proc }
  /** A process stops for some time while everything else goes on. */
  | { do: 'stall'; proc: Proc; ms: number }
  /** The store refuses the process's next operations of one kind. */
  | { do: 'refuse'; proc: Proc; operation: Operation; times: number }
  | { do: 'toggleUser'; id: Id }
  | { do: 'rename'; id: Id; name: Name }

type ReadHow = 'one' | 'twice' | 'many' | 'fresh' | 'peek' | 'warm'
export type Tag = { of: 'user' | 'token'; id: Id } | { of: 'group' } | { of: 'name'; name: Name }

// The first key more often than the second, and the two processes of one version more often than the third:
// what is asked of everybody about everything seldom collides.
const proc = fc.constantFrom<Proc[]>(0, 0, 1, 1, 2)
const id = fc.constantFrom<Id[]>('a', 'a', 'b')
const name = fc.constantFrom(...names)
const pick = fc.nat(7)
const request = fc.constantFrom(0, 0, 1, 2)
const how = fc.constantFrom<ReadHow[]>('one', 'one', 'one', 'one', 'twice', 'many', 'fresh', 'peek', 'warm')
const ending = fc.constantFrom<Ending[]>('ok', 'ok', 'ok', 'error', 'bad', 'partial')
/** Around each deadline, lease, expiry and margin there is; milliseconds. */
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

const operation = fc.constantFrom<Operation[]>(
  'acquire',
  'acquire',
  'commit',
  'fail',
  'read',
  'drop',
  'guard',
)

const ofUser = id.map((id) => ({ of: 'user' as const, id }))
const ofToken = id.map((id) => ({ of: 'token' as const, id }))
const ofGroup = fc.constant({ of: 'group' as const })
const ofName = name.map((name) => ({ of: 'name' as const, name }))

interface Topic {
  lookups: readonly LookupName[]
  /** What invalidations name. */
  tag: fc.Arbitrary<Tag>
  /** How often names are asked for and given to others. */
  names?: number
  /** How often guards are set. */
  guards?: number
  /** How long things take: around what expires. */
  ms?: fc.Arbitrary<number>
}

/** Steps about a few lookups only, each as likely as is useful. */
function stepAbout({ lookups, tag, names = 0, guards = 0, ms = anyTime }: Topic): fc.Arbitrary<Step> {
  const read = fc.tuple(proc, fc.constantFrom(...lookups), id, how, request)
  const invalidate = fc.tuple(proc, tag, request)
  const spoil = fc.tuple(fc.nat(5), fc.constantFrom('cut' as const, 'swap' as const, 'garbage' as const))
  const compare = lookups.includes('user') ? 1 : 0
  const step = <S extends Step>(weight: number, arbitrary: fc.Arbitrary<S>) => ({ weight, arbitrary })
  return fc.oneof(
    step(
      30,
      read.map(([proc, lookup, id, how, request]) => ({ do: 'read', proc, lookup, id, how, request })),
    ),
    step(
      12,
      invalidate.map(([proc, tag, request]) => ({ do: 'invalidate', proc, tag, request })),
    ),
    step(
      24,
      pick.map((pick) => ({ do: 'pass', pick })),
    ),
    step(
      14,
      fc.tuple(ending, fc.boolean()).map(([ending, newestFirst]) => ({ do: 'flow', ending, newestFirst })),
    ),
    step(
      12,
      fc.tuple(ms, fc.boolean()).map(([ms, flowing]) => ({ do: 'advance', ms, flowing })),
    ),
    step(
      8,
      fc.tuple(pick, ending).map(([pick, ending]) => ({ do: 'endLoad', pick, ending })),
    ),
    step(
      4,
      fc
        .tuple(proc, operation, fc.constantFrom(1, 2, 2))
        .map(([proc, operation, times]) => ({ do: 'refuse', proc, operation, times })),
    ),
    step(
      7,
      fc.tuple(proc, ms).map(([proc, ms]) => ({ do: 'stall', proc, ms })),
    ),
    step(
      4,
      pick.map((pick) => ({ do: 'repeat', pick })),
    ),
    step(
      4,
      fc.nat(30).map((pick) => ({ do: 'evict', pick })),
    ),
    step(
      3,
      pick.map((pick) => ({ do: 'lose', pick })),
    ),
    step(
      3,
      spoil.map(([pick, how]) => ({ do: 'spoil', pick, how })),
    ),
    step(
      3,
      proc.map((proc) => ({ do: 'cut', proc })),
    ),
    step(
      2,
      proc.map((proc) => ({ do: 'freeze', proc })),
    ),
    step(
      2,
      id.map((id) => ({ do: 'toggleUser', id })),
    ),
    step(
      1,
      proc.map((proc) => ({ do: 'newRequest', proc })),
    ),
    step(
      compare,
      fc.tuple(proc, id).map(([proc, id]) => ({ do: 'compareAndDrop', proc, id })),
    ),
    step(
      guards,
      fc.tuple(proc, id).map(([proc, id]) => ({ do: 'revoke', proc, id })),
    ),
    step(
      names,
      fc.tuple(proc, name).map(([proc, name]) => ({ do: 'readName', proc, name })),
    ),
    step(
      names / 3,
      fc.tuple(id, name).map(([id, name]) => ({ do: 'rename', id, name })),
    ),
  )
}

const about = (topic: Topic) => fc.array(stepAbout(topic), { minLength: 10, maxLength: 60, size: 'max' })
const everything = fc.oneof(ofUser, ofToken, ofGroup, ofName)

export const steps: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 2, arbitrary: about({ lookups: ['user'], tag: ofUser }) },
  { weight: 2, arbitrary: about({ lookups: ['user'], tag: fc.oneof(ofUser, ofUser, ofName), names: 12 }) },
  { weight: 2, arbitrary: about({ lookups: ['card'], tag: fc.oneof(ofUser, ofUser, ofGroup) }) },
  {
    weight: 2,
    arbitrary: about({ lookups: ['card'], tag: ofUser, ms: fc.constantFrom(1, 260, 1100, 2100, 3100) }),
  },
  { weight: 2, arbitrary: about({ lookups: ['token'], tag: ofToken, guards: 8 }) },
  { weight: 2, arbitrary: about({ lookups: ['note'], tag: ofGroup }) },
  {
    weight: 1,
    arbitrary: about({ lookups: ['user', 'card', 'token', 'note'], tag: everything, names: 3, guards: 3 }),
  },
)
