import fc from 'fast-check'
import { type Id, ids, type LookupName, type Name, names } from './facts'
import type { Ending } from './source'

export const procs = [0, 1, 2] as const
export type Proc = (typeof procs)[number]

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
  /** Everything on the wire arrives, and loads end, until nothing is left to do at this time. */
  | { do: 'flow'; ending: Ending }
  /** Time passes; `flowing`, with a working network, or with nothing arriving. */
  | { do: 'advance'; ms: number; flowing: boolean }
  | { do: 'evict'; pick: number }
  | { do: 'spoil'; pick: number; how: 'cut' | 'swap' | 'garbage' }
  | { do: 'freeze' | 'cut'; proc: Proc }
  | { do: 'toggleUser'; id: Id }
  | { do: 'rename'; id: Id; name: Name }

export type ReadHow = 'one' | 'twice' | 'many' | 'fresh' | 'peek' | 'warm'
export type Tag = { of: 'user' | 'token'; id: Id } | { of: 'group' } | { of: 'name'; name: Name }

const proc = fc.constantFrom(...procs)
const id = fc.constantFrom(...ids)
const name = fc.constantFrom(...names)
const pick = fc.nat(7)
const request = fc.constantFrom(0, 0, 1, 2)
const tag: fc.Arbitrary<Tag> = fc.oneof(
  { weight: 6, arbitrary: id.map((id) => ({ of: 'user' as const, id })) },
  { weight: 2, arbitrary: id.map((id) => ({ of: 'token' as const, id })) },
  { weight: 2, arbitrary: fc.constant({ of: 'group' as const }) },
  { weight: 1, arbitrary: name.map((name) => ({ of: 'name' as const, name })) },
)
const how = fc.constantFrom<ReadHow[]>('one', 'one', 'one', 'one', 'twice', 'many', 'fresh', 'peek', 'warm')
const ending = fc.constantFrom<Ending[]>('ok', 'ok', 'ok', 'error', 'bad', 'partial')
/** Around each deadline, lease, expiry and margin there is. */
const ms = fc.constantFrom(
  1,
  30,
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

/** Steps about a few lookups only, as likely as is useful: what is asked seldom never collides. */
const stepAbout = (lookups: readonly LookupName[], aliases: number): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 30,
      arbitrary: fc
        .tuple(proc, fc.constantFrom(...lookups), id, how, request)
        .map(([proc, lookup, id, how, request]) => ({ do: 'read' as const, proc, lookup, id, how, request })),
    },
    {
      weight: aliases,
      arbitrary: fc.tuple(proc, name).map(([proc, name]) => ({ do: 'readName' as const, proc, name })),
    },
    {
      weight: 10,
      arbitrary: fc
        .tuple(proc, tag, request)
        .map(([proc, tag, request]) => ({ do: 'invalidate' as const, proc, tag, request })),
    },
    { weight: 2, arbitrary: fc.tuple(proc, id).map(([proc, id]) => ({ do: 'revoke' as const, proc, id })) },
    {
      weight: 1,
      arbitrary: fc.tuple(proc, id).map(([proc, id]) => ({ do: 'compareAndDrop' as const, proc, id })),
    },
    { weight: 1, arbitrary: proc.map((proc) => ({ do: 'newRequest' as const, proc })) },
    { weight: 24, arbitrary: pick.map((pick) => ({ do: 'pass' as const, pick })) },
    { weight: 3, arbitrary: pick.map((pick) => ({ do: 'lose' as const, pick })) },
    { weight: 4, arbitrary: pick.map((pick) => ({ do: 'repeat' as const, pick })) },
    {
      weight: 8,
      arbitrary: fc.tuple(pick, ending).map(([pick, ending]) => ({ do: 'endLoad' as const, pick, ending })),
    },
    { weight: 14, arbitrary: ending.map((ending) => ({ do: 'flow' as const, ending })) },
    {
      weight: 12,
      arbitrary: fc.tuple(ms, fc.boolean()).map(([ms, flowing]) => ({ do: 'advance' as const, ms, flowing })),
    },
    { weight: 4, arbitrary: fc.nat(30).map((pick) => ({ do: 'evict' as const, pick })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.nat(5), fc.constantFrom('cut' as const, 'swap' as const, 'garbage' as const))
        .map(([pick, how]) => ({ do: 'spoil' as const, pick, how })),
    },
    { weight: 3, arbitrary: proc.map((proc) => ({ do: 'freeze' as const, proc })) },
    { weight: 2, arbitrary: proc.map((proc) => ({ do: 'cut' as const, proc })) },
    { weight: 2, arbitrary: id.map((id) => ({ do: 'toggleUser' as const, id })) },
    { weight: 2, arbitrary: fc.tuple(id, name).map(([id, name]) => ({ do: 'rename' as const, id, name })) },
  )

const about = (lookups: readonly LookupName[], aliases = 0) =>
  fc.array(stepAbout(lookups, aliases), { minLength: 10, maxLength: 60, size: 'max' })

export const steps: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 3, arbitrary: about(['user']) },
  { weight: 2, arbitrary: about(['user'], 12) },
  { weight: 3, arbitrary: about(['card']) },
  { weight: 3, arbitrary: about(['token']) },
  { weight: 2, arbitrary: about(['note']) },
  { weight: 1, arbitrary: about(['user', 'card', 'token', 'note'], 4) },
)
