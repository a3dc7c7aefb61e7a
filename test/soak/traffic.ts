import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { KitAnswer, KitApp } from '../support/kit-app'
import { readUser } from './checker'
import { nextNameOf, type People, type Person } from './people'
import type { Random } from './random'
import type { Stage } from './stage'

const readUsers = z.array(readUser)
const readToken = z.object({ status: z.string(), token: z.string().optional() })

const BATCH = 20

export interface TrafficCounts {
  /** Reads by kind that returned a value. */
  reads: Map<string, number>
  /** Reads that were answered with an error, by its code. */
  refused: Map<string, number>
  /** Changes by kind. */
  edits: Map<string, number>
  tokens: number
}

const increment = (counts: Map<string, number>, name: string) =>
  void counts.set(name, (counts.get(name) ?? 0) + 1)

/** Readers and editors of the servers, until `stop`. */
export function startTraffic(
  { servers, checker, clerk }: Stage,
  people: People,
  random: Random,
  { readers, editEveryMs }: { readers: number; editEveryMs: number },
) {
  const counts: TrafficCounts = { reads: new Map(), refused: new Map(), edits: new Map(), tokens: 0 }
  let reading = true
  let editing = true

  /** Reads and hands the value to its check; without a value there is nothing to check. */
  async function read(
    server: KitApp,
    kind: string,
    given: object,
    check: (value: unknown, before: ReturnType<typeof checker.reading>) => void,
  ) {
    const before = checker.reading()
    const answer = await server.run(kind, given)
    if (!answer.ok) return increment(counts.refused, answer.code)
    increment(counts.reads, kind)
    check(answer.value, before)
  }

  const readIds = (server: KitApp, ids: string[]) =>
    read(server, 'users', { ids }, (value, before) => before.users(ids, readUsers.parse(value)))

  function readName(server: KitApp, person: Person) {
    // A name that a user will have soon: "nobody has it" must not outlive the change.
    const name = random.happens(0.2) ? nextNameOf(person) : person.username
    return read(server, 'named', { name }, (value, before) =>
      before.named(name, readUser.nullable().parse(value)),
    )
  }

  const readToken_ = (server: KitApp, { id: userId, sessionId = 'sess_none' }: Person) =>
    read(server, 'token', { userId, sessionId }, (value, before) => {
      const { token } = readToken.parse(value)
      if (token === undefined) return
      counts.tokens++
      before.token({ userId, sessionId }, token)
    })

  function readOne(server: KitApp): Promise<void> {
    const kind = random.next()
    if (kind < 0.35) return readIds(server, [people.any().id])
    if (kind < 0.6) return readName(server, people.any())
    if (kind < 0.7) return readIds(server, [...new Set(people.many(BATCH).map(({ id }) => id))])
    if (kind < 0.78)
      return read(server, 'experts', {}, (value, before) => before.experts(readUsers.parse(value)))
    return readToken_(server, people.anySignedIn())
  }

  async function readOn(server: KitApp) {
    while (reading) {
      await readOne(server)
      await wait(5 + random.next() * 30)
    }
  }

  const wrote = (answer: KitAnswer) => {
    if (answer.ok) checker.written(readUser.parse(answer.value))
    else increment(counts.refused, `write: ${answer.code}`)
  }

  let edits = 0
  const kinds: Record<string, { weight: number; run(person: Person): unknown }> = {
    'name at Clerk': {
      weight: 45,
      run: ({ id }) => clerk.updateUser(id, { firstName: `v${edits}` }),
    },
    'name in the app': {
      weight: 20,
      run: async ({ id }) => wrote(await random.one(servers).run('rename', { id, firstName: `v${edits}` })),
    },
    'username at Clerk': {
      weight: 8,
      run(person) {
        const username = nextNameOf(person)
        clerk.updateUser(person.id, { username })
        Object.assign(person, { username, renames: person.renames + 1 })
      },
    },
    'username in the app': {
      weight: 5,
      async run(person) {
        const username = nextNameOf(person)
        const answer = await random.one(servers).run('rename', { id: person.id, username })
        // Even if the answer was lost, Clerk may have saved it.
        Object.assign(person, { username, renames: person.renames + 1 })
        wrote(answer)
      },
    },
    'role at Clerk': {
      weight: 4,
      run: ({ id }) => clerk.updateUser(id, { publicMetadata: { role: random.one(['expert', 'member']) } }),
    },
    'role in the app': {
      weight: 4,
      run: async ({ id }) => {
        const role = random.one(['expert', 'member'])
        wrote(await random.one(servers).run('setRole', { id, role }))
      },
    },
    'session revoked': {
      weight: 7,
      async run() {
        const person = people.anySignedIn()
        if (person.sessionId) clerk.endSession(person.sessionId, 'revoked')
        // Somebody who still holds the session token goes on asking for a while.
        await wait(1000)
        await people.signIn(person)
      },
    },
    'account disconnected': {
      weight: 5,
      async run() {
        const person = people.anySignedIn()
        if (person.accountId) clerk.disconnect(person.id, person.accountId)
        person.accountId = undefined
        await wait(1000)
        people.connect(person)
      },
    },
    'user deleted': {
      weight: 2,
      async run() {
        const person = people.anySignedIn()
        await people.replace(person)
        // Somebody who still holds the session token goes on asking for a while.
        for (let i = 0; i < 20; i++) await readToken_(random.one(servers), person).then(() => wait(100))
        await readIds(random.one(servers), [person.id])
      },
    },
  }
  const weighted = Object.entries(kinds).flatMap(([kind, { weight }]) => Array<string>(weight).fill(kind))

  /** One editor: its changes come one after another. */
  async function editOn() {
    while (editing) {
      edits++
      const kind = random.one(weighted)
      increment(counts.edits, kind)
      await kinds[kind]?.run(people.any())
      await wait(editEveryMs * (0.5 + random.next()))
    }
  }

  const readersDone = servers.flatMap((server) => Array.from({ length: readers }, () => readOn(server)))
  const editorDone = editOn()

  return {
    counts,
    async stopEditing() {
      editing = false
      await editorDone
    },
    async stop() {
      editing = false
      await editorDone
      reading = false
      await Promise.all(readersDone)
    },
  }
}
