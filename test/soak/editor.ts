import { setTimeout as wait } from 'node:timers/promises'
import type { KitAnswer } from '../support/kit-app'
import { readUser } from './checker'
import { type Counts, increment } from './counts'
import { nextNameOf, type People, type Person } from './people'
import type { Random } from './random'
import type { Reads } from './readers'
import type { Stage } from './stage'

/** Milliseconds from one change to the next, on average. */
const EVERY = 200
/** Somebody who still holds the session token of a revoked session goes on asking for so many milliseconds. */
const AFTERWARDS = 1000

const ROLES = ['expert', 'member']

/** Changes users at Clerk and through the app, one change after another, until `stop`. */
export function startEditor(
  { servers, checker, clerk }: Stage,
  reads: Reads,
  people: People,
  random: Random,
) {
  const edits: Counts = new Map()
  let number = 0
  let stopped = false

  async function inTheApp(operation: string, given: object) {
    const answer: KitAnswer = await random.one(servers).run(operation, given)
    if (answer.ok) checker.written(readUser.parse(answer.value))
    else increment(reads.refused, `${operation}: ${answer.code}`)
  }
  /** Takes the next name; even if the answer is lost, Clerk may have saved it. */
  function nextName(person: Person): string {
    const username = nextNameOf(person)
    return Object.assign(person, { username, renames: person.renames + 1 }).username
  }

  const kinds: Record<string, { weight: number; run(person: Person): unknown }> = {
    'name at Clerk': { weight: 45, run: ({ id }) => clerk.updateUser(id, { firstName: `v${number}` }) },
    'name in the app': { weight: 20, run: ({ id }) => inTheApp('rename', { id, firstName: `v${number}` }) },
    'username at Clerk': {
      weight: 8,
      run: (person) => clerk.updateUser(person.id, { username: nextName(person) }),
    },
    'username in the app': {
      weight: 5,
      run: (person) => inTheApp('rename', { id: person.id, username: nextName(person) }),
    },
    'role at Clerk': {
      weight: 4,
      run: ({ id }) => clerk.updateUser(id, { publicMetadata: { role: random.one(ROLES) } }),
    },
    'role in the app': { weight: 4, run: ({ id }) => inTheApp('setRole', { id, role: random.one(ROLES) }) },
    'session revoked': {
      weight: 7,
      async run() {
        const person = people.anySignedIn(random)
        if (person.sessionId) clerk.endSession(person.sessionId, 'revoked')
        await wait(AFTERWARDS)
        await people.signIn(person)
      },
    },
    'account disconnected': {
      weight: 5,
      async run() {
        const person = people.anySignedIn(random)
        if (person.accountId) clerk.disconnect(person.id, person.accountId)
        person.accountId = undefined
        await wait(AFTERWARDS)
        people.connect(person)
      },
    },
    'user deleted': {
      weight: 2,
      async run() {
        const person = people.anySignedIn(random)
        await people.replace(person)
        for (let i = 0; i < 10; i++) {
          await reads.token(random.one(servers), person)
          await wait(AFTERWARDS / 10)
        }
        await reads.users(random.one(servers), [person.id])
      },
    },
  }
  const weighted = Object.entries(kinds).flatMap(([kind, { weight }]) => Array<string>(weight).fill(kind))

  async function editOn() {
    while (!stopped) {
      number++
      const kind = random.one(weighted)
      increment(edits, kind)
      await kinds[kind]?.run(people.any(random))
      await wait(EVERY * (0.5 + random.next()))
    }
  }
  const done = editOn()

  return {
    /** Changes by kind. */
    edits,
    async stop() {
      stopped = true
      await done
    },
  }
}
