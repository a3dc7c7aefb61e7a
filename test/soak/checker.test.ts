import { beforeEach, describe, expect, test } from 'vitest'
import { createState } from '../../local/clerk/state'
import { type Checker, createChecker, type Event, type ReadUser } from './checker'

let state: ReturnType<typeof createState>
let checker: Checker
let id: string

/** What a server that reads at Clerk now would return. */
const read = (userId = id): ReadUser => ({ ...state.user(userId) })

/** The invalidation that a webhook of the user makes. */
const webhook = (userId = id): Event => {
  const { username, updatedAt } = state.user(userId)
  return { type: 'user.updated', data: { id: userId, username, updated_at: updatedAt } }
}
const acknowledge = (message: Event) => checker.invalidating(message)()
const said = () => checker.stale.map(({ what }) => what)

beforeEach(() => {
  state = createState({ seed: { users: [] }, now: () => 1000, emit: () => {} })
  checker = createChecker({
    user: (userId) => state.users.get(userId),
    users: () => [...state.users.values()],
    tokenInfo: (token) => ({
      ...{ externalAccountId: token, userId: id, provider: 'oauth_google', scopes: [], expiresAt: 0 },
    }),
  })
  id = state.createUser({
    emails: ['a@example.com'],
    username: 'ada-b',
    publicMetadata: { role: 'expert' },
  }).id
})

describe('a user', () => {
  test('may be old as long as no invalidation was acknowledged', () => {
    const old = read()
    state.updateUser(id, { firstName: 'New' })
    checker.invalidating(webhook())
    checker.reading().users([id], [old])
    expect(said()).toEqual([])
  })

  test('must not be older than what was invalidated before the read', () => {
    const old = read()
    state.updateUser(id, { firstName: 'New' })
    const early = checker.reading()
    acknowledge(webhook())
    early.users([id], [old])
    expect(said()).toEqual([])
    checker.reading().users([id], [read()])
    expect(said()).toEqual([])
    checker.reading().users([id], [old])
    expect(said()).toEqual([`${id} of ${old.updatedAt} after ${read().updatedAt}`])
  })

  test('is as new as Clerk’s when a late webhook was sent, and not as the webhook', () => {
    state.updateUser(id, { firstName: 'New' })
    const late = webhook()
    const old = read()
    state.updateUser(id, { firstName: 'Newer' })
    acknowledge(late)
    checker.reading().users([id], [old])
    expect(said()).toHaveLength(1)
  })

  test('must not be older than what the app itself wrote', () => {
    const old = read()
    state.updateUser(id, { firstName: 'New' })
    checker.written(read())
    checker.reading().users([id], [old])
    expect(said()).toHaveLength(1)
  })

  test('must not be there after a deletion, and must be there before', () => {
    const old = read()
    acknowledge(webhook())
    checker.reading().users([id], [])
    expect(said()).toEqual([`${id} is not found after ${old.updatedAt}`])
    const deletion = { type: 'user.deleted', data: { id } }
    state.deleteUser(id)
    checker.reading().users([id], [old])
    expect(said()).toHaveLength(1)
    acknowledge(deletion)
    checker.reading().users([id], [])
    expect(said()).toHaveLength(1)
    checker.reading().users([id], [old])
    expect(said()).toHaveLength(2)
  })
})

describe('a name', () => {
  test('must lead to its user once that was acknowledged, and to no one who has another', () => {
    state.updateUser(id, { username: 'byron' })
    checker.reading().named('byron', null)
    expect(said()).toEqual([])
    acknowledge(webhook())
    checker.reading().named('byron', read())
    checker.reading().named('ada-b', null)
    expect(said()).toEqual([])
    checker.reading().named('byron', null)
    checker.reading().named('ada-b', read())
    expect(said()).toEqual([
      `${id} is not found by the name byron`,
      `${id} by the name ada-b, which is byron`,
    ])
  })
})

describe('the list of experts', () => {
  test('has who is one, once that was acknowledged', () => {
    acknowledge(webhook())
    checker.reading().experts([read()])
    expect(said()).toEqual([])
    checker.reading().experts([])
    expect(said()).toEqual([`${id} is not in the list, and is expert`])
    const old = read()
    state.updateUser(id, { publicMetadata: { role: 'member' } })
    checker.reading().experts([old])
    expect(said()).toHaveLength(1)
    acknowledge(webhook())
    checker.reading().experts([read()])
    expect(said()).toHaveLength(2)
  })
})

describe('a token', () => {
  const given = (token = 'eac_1', sessionId = 'sess_1') =>
    checker.reading().token({ userId: id, sessionId }, token)

  test('must not be handed out in a session that was revoked', () => {
    const revocation = checker.invalidating({ type: 'session.revoked', data: { id: 'sess_1' } })
    given()
    expect(checker.tokens).toHaveLength(0)
    revocation()
    given('eac_1', 'sess_2')
    expect(checker.tokens).toHaveLength(0)
    given()
    expect(checker.tokens).toHaveLength(1)
  })

  test('must not be handed out to a deleted user', () => {
    state.deleteUser(id)
    acknowledge({ type: 'user.deleted', data: { id } })
    given()
    expect(checker.tokens).toHaveLength(1)
  })

  test('must not be of an account that was disconnected', () => {
    const account = state.connect(id, { scopes: [] })
    checker.connected(id, account.id)
    acknowledge(webhook())
    given(account.id)
    state.disconnect(id, account.id)
    expect(checker.tokens).toHaveLength(0)
    acknowledge(webhook())
    given(account.id)
    expect(checker.tokens).toHaveLength(1)
  })
})
