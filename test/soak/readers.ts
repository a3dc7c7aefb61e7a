import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { KitApp } from '../support/kit-app'
import { readUser } from './checker'
import { type Counts, increment } from './counts'
import { nextNameOf, type People, type Person } from './people'
import type { Random } from './random'
import type { Stage } from './stage'
import { createTimeline } from './timeline'

const readUsers = z.array(readUser)
const readToken = z.object({ status: z.string(), token: z.string().optional() })

const BATCH = 20

export type Reads = ReturnType<typeof createReads>

/** Reads at a server. Each value is checked. */
export function createReads({ checker }: Stage) {
  const reads: Counts = new Map()
  const refused: Counts = new Map()
  const timeline = createTimeline(() => checker.stale.length)
  let tokens = 0

  async function read(
    server: KitApp,
    kind: string,
    given: object,
    check: (value: unknown, before: ReturnType<typeof checker.reading>) => void,
  ) {
    const before = checker.reading()
    const began = performance.now()
    const answer = await server.run(kind, given)
    timeline.add(began, answer.ok)
    if (!answer.ok) return increment(refused, answer.code)
    increment(reads, kind)
    check(answer.value, before)
  }

  return {
    /** By kind, those that returned a value. */
    reads,
    /** By the code of the error that was returned instead. */
    refused,
    tokens: () => tokens,
    timeline,

    users: (server: KitApp, ids: string[]) =>
      read(server, 'users', { ids }, (value, before) => before.users(ids, readUsers.parse(value))),
    named: (server: KitApp, name: string) =>
      read(server, 'named', { name }, (value, before) =>
        before.named(name, readUser.nullable().parse(value)),
      ),
    experts: (server: KitApp) =>
      read(server, 'experts', {}, (value, before) => before.experts(readUsers.parse(value))),
    token: (server: KitApp, { id: userId, sessionId = 'sess_none' }: Person) =>
      read(server, 'token', { userId, sessionId }, (value, before) => {
        const { token } = readToken.parse(value)
        if (token === undefined) return
        tokens++
        before.token({ userId, sessionId }, token)
      }),
  }
}

/** So many readers at each server, until `stop`. */
export function startReaders(
  { servers }: Stage,
  reads: Reads,
  people: People,
  random: Random,
  readers: number,
) {
  let stopped = false

  function readOne(server: KitApp): Promise<void> {
    const kind = random.next()
    if (kind < 0.35) return reads.users(server, [people.any(random).id])
    if (kind < 0.6) {
      const person = people.any(random)
      // A name that the user will have soon: that nobody has it must not be remembered for too long.
      return reads.named(server, random.happens(0.2) ? nextNameOf(person) : person.username)
    }
    if (kind < 0.7) return reads.users(server, people.many(random, BATCH))
    if (kind < 0.78) return reads.experts(server)
    return reads.token(server, people.anySignedIn(random))
  }

  async function readOn(server: KitApp) {
    while (!stopped) {
      await readOne(server)
      await wait(5 + random.next() * 30)
    }
  }

  const done = servers.flatMap((server) => Array.from({ length: readers }, () => readOn(server)))
  return {
    async stop() {
      stopped = true
      await Promise.all(done)
    },
  }
}
