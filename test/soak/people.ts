import type { Random } from './random'
import type { Stage } from './stage'

const SCOPES = ['https://www.googleapis.com/auth/calendar.readonly']
/** Clerk's list by role has the 100 newest users, so all must be among them. */
const USERS = 60
/** The first of them have Google accounts. */
const WITH_TOKENS = 20

export interface Person {
  id: string
  /** Names are never used twice. */
  username: string
  renames: number
  sessionId: string | undefined
  accountId: string | undefined
}

export type People = Awaited<ReturnType<typeof createPeople>>

/** The users of the soak. The first ones are read and changed most often (Zipf). */
export async function createPeople({ clerk, checker }: Stage) {
  let created = 0

  async function create(withToken: boolean): Promise<Person> {
    const username = `soak-${created++}`
    const { id } = clerk.createUser({
      username,
      firstName: 'v0',
      lastName: 'Soak',
      emails: [`${username}@example.com`],
      publicMetadata: { role: 'expert' },
    })
    const person: Person = { id, username, renames: 0, sessionId: undefined, accountId: undefined }
    if (withToken) {
      connect(person)
      await signIn(person)
    }
    return person
  }

  function connect(person: Person) {
    const { id } = clerk.connect(person.id, { scopes: SCOPES })
    person.accountId = id
    checker.connected(person.id, id)
  }

  async function signIn(person: Person) {
    person.sessionId = (await clerk.issueSession(person.id)).sessionId
  }

  const people: Person[] = []
  for (let i = 0; i < USERS; i++) people.push(await create(i < WITH_TOKENS))
  const weights = people.map((_, i) => 1 / (i + 1))
  const all = weights.reduce((sum, weight) => sum + weight, 0)

  function index(random: Random): number {
    let left = random.next() * all
    return weights.findIndex((weight) => {
      left -= weight
      return left <= 0
    })
  }

  return {
    any(random: Random): Person {
      const person = people[Math.max(0, index(random))]
      if (!person) throw new Error('There are no people')
      return person
    },
    /** One with a Google account, now or a moment ago. */
    anySignedIn: (random: Random): Person => random.one(people.slice(0, WITH_TOKENS)),
    /** So many IDs at most, each once. */
    many: (random: Random, count: number) => [
      ...new Set(Array.from({ length: count }, () => random.one(people).id)),
    ],
    all: (): readonly Person[] => people,
    /** Deletes a user, whose place a new one takes. */
    async replace(person: Person) {
      clerk.deleteUser(person.id)
      const successor = await create(person.sessionId !== undefined)
      people[people.indexOf(person)] = successor
    },
    connect,
    signIn,
  }
}

export const nextNameOf = ({ username, renames }: Person) => `${username.replace(/x\d+$/, '')}x${renames + 1}`
