import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { searchUser } from '@/app/dashboard/search-action'
import { saveProfile } from '@/app/profile/actions'
import { type AuditEvent, onAudit } from '@/lib/cache/audit-events'
import { getCachedUserByUsername } from '@/lib/cache/clerk-cache'
import { getCachedOAuthToken } from '@/lib/cache/token-cache'
import { readQuery } from '@/lib/dashboard/list-query'
import { panelResult } from '@/lib/dashboard/panel-result'
import {
  audit,
  changedAtClerk,
  exportList,
  filteredAudit,
  integrationsOf,
  membersOf,
  newestOrganizations,
  newestUsers,
  peopleOf,
  selectedOrganization,
  selectedUser,
  sessionsOfUser,
  snapshot,
} from '@/lib/dashboard/panels.server'
import { entriesOf } from '@/lib/dashboard/person'
import { auditKey } from '@/lib/telemetry/audit'
import { createBatchWriter } from '@/lib/telemetry/batch-writer'
import { telemetryRedis } from '@/lib/telemetry/connection'
import { createStreamSink } from '@/lib/telemetry/stream-sink'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'
import { sessionOf } from '../../support/session'

const services = useServices({ env: { LOG_LEVEL: 'silent' } })
// A window of a limit must not slide on while a test fills it.
beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterAll(() => void vi.useRealTimers())
let signedIn: string
vi.mock('@clerk/nextjs/server', () => ({ auth: async () => sessionOf(signedIn) }))

let events: AuditEvent[]

let minute = 0
/** From now on it is another minute, in which views are recorded again. */
function nextMinute() {
  vi.restoreAllMocks()
  const later = performance.now() + ++minute * 61_000
  vi.spyOn(performance, 'now').mockReturnValue(later)
}
afterAll(() => void vi.restoreAllMocks())

/** Of a client that waits. */
const { signal } = new AbortController()

beforeEach(() => {
  nextMinute()
  signedIn = people.admin
  events = []
  return onAudit('test', (event) => events.push(event))
})
const of = (action: string) => events.filter((event) => event.action === action)

const pageOf = (id: string) => `/dashboard/users/${id}`

const form = (fields: Record<string, string>) => {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  return data
}

describe('an admin who looks at a person', () => {
  test.each([
    ['the cache entry', selectedUser],
    ['the connected accounts', integrationsOf],
    ['the audit records', (user: string) => filteredAudit({ user })],
    ['the sessions', sessionsOfUser],
  ])('is a record with both IDs: %s', async (_, view: (id: string) => Promise<unknown>) => {
    await view(people.member)
    expect(of('dashboard.view')).toEqual([
      { action: 'dashboard.view', actor: people.admin, subject: people.member, outcome: 'ok' },
    ])
  })

  test('is one record a minute, however often the page is loaded, and one for each person', async () => {
    for (let i = 0; i < 20; i++)
      for (const id of [people.member, people.expert]) {
        await selectedUser(id)
        await integrationsOf(id)
        await filteredAudit({ user: id })
      }
    expect(of('dashboard.view').map(({ subject }) => subject)).toEqual([people.member, people.expert])
    nextMinute()
    await selectedUser(people.member)
    expect(of('dashboard.view')).toHaveLength(3)
  })

  test('is a record also if there is no such person', async () => {
    expect(await selectedUser('user_2nobody')).toBeNull()
    expect(of('dashboard.view')).toMatchObject([{ subject: 'user_2nobody', outcome: 'not_found' }])
  })

  // Otherwise made-up IDs, or files of one after another, would push other records out of the trail.
  test('is refused after sixty records in a minute, of exports as well', async () => {
    signedIn = services.clerk.createUser({
      emails: ['second-admin@example.com'],
      publicMetadata: { role: 'admin' },
    }).id
    for (let i = 0; i < 60; i++) {
      if (i % 2) await filteredAudit({ user: `user_2nobody${i}` })
      else await exportList('webhooks', readQuery({ user: `user_2nobody${i}` }), 'csv', signal)
    }
    const refused = { clerkCodes: ['own_limit'], retryAfter: expect.any(Number) }
    await expect(filteredAudit({ user: people.member })).rejects.toMatchObject(refused)
    await expect(selectedUser(people.member)).rejects.toMatchObject(refused)
    await expect(exportList('audit', readQuery({}), 'csv', signal)).rejects.toMatchObject(refused)
    expect(of('dashboard.view').length + of('dashboard.export').length).toBe(60)
  })

  test('has in an export what matches, however far back in the trail', async () => {
    const sink = createStreamSink({
      ...{ redis: telemetryRedis(), key: auditKey(), maxBytes: 32_000_000, maxAge: 3600_000 },
    })
    const writer = createBatchWriter<AuditEvent>({ sink })
    const record = { action: 'token.read', actor: 'system', subject: people.member, outcome: 'ok' }
    writer.add({ ...record, action: 'role.update', target: 'expert' })
    for (let i = 0; i < 22_000; i++) {
      writer.add({ ...record, target: String(i) })
      if (i % 5000 === 0) await writer.flush()
    }
    await writer.flush()
    const file = await exportList('audit', readQuery({ action: 'role.update' }), 'ndjson', signal)
    expect(file.trim().split('\n').length).toBe(1)
    expect(file).toContain('"target":"expert"')
    await writer.stop({ timeout: 1 })
  })

  test('exports the trail ten times in a minute, because each reads up to all of it', async () => {
    signedIn = services.clerk.createUser({ emails: [], publicMetadata: { role: 'admin' } }).id
    for (let i = 0; i < 10; i++) await exportList('audit', readQuery({}), 'csv', signal)
    const refused = { clerkCodes: ['own_limit'], retryAfter: expect.any(Number) }
    await expect(exportList('audit', readQuery({}), 'csv', signal)).rejects.toMatchObject(refused)
    expect(await exportList('webhooks', readQuery({}), 'csv', signal)).toContain('"at"')
    expect(of('dashboard.export')).toHaveLength(11)
  })

  test('gets no export of the trail once the client has gone', async () => {
    const gone = AbortSignal.abort()
    await expect(exportList('audit', readQuery({}), 'csv', gone)).rejects.toBe(gone.reason)
    expect(of('dashboard.export')).toHaveLength(1)
  })

  test('is none where nobody in particular is shown', async () => {
    await audit()
    await snapshot()
    expect(of('dashboard.view')).toEqual([])
  })

  test.each(['mia@example.com', 'mia-moreau', '../x', ''])(
    'is not shown anybody by another address than an ID: %j',
    async (word) => {
      services.clerk.resetRequests()
      expect(await selectedUser(word)).toBeNull()
      expect(of('dashboard.view')).toEqual([])
    },
  )

  test('finds one person by name or address with the form alone, and returns the page with the ID', async () => {
    const user = services.clerk.users().find(({ id }) => id === people.member)
    for (const word of [user?.username ?? '', user?.emails[0]?.address ?? ''])
      expect((await searchUser(null, form({ word }))).found).toMatchObject([{ href: pageOf(people.member) }])
    expect(of('dashboard.search')).toHaveLength(2)
  })

  test('finds people by a part of the name, and the trail does not say which part', async () => {
    const found = await searchUser(null, form({ word: 'ma' }))
    expect(found.found?.length).toBeGreaterThan(1)
    expect(found.found?.every(({ name, detail }) => /ma/i.test(`${name} ${detail}`))).toBe(true)
    expect(found.word).toBe('ma')
    expect(JSON.stringify(found)).not.toContain('mia@example.com')
    expect(of('dashboard.search')).toMatchObject([{ subject: 'several', outcome: 'ok' }])
  })

  test('finds people with the text in their name before those with it in their address only', async () => {
    const found = (await searchUser(null, form({ word: 'am' }))).found ?? []
    const named = found.map(({ name }) => /am/i.test(name))
    expect(named).toContain(true)
    expect(named).toContain(false)
    expect(named).toEqual(named.toSorted((a, b) => Number(b) - Number(a)))
  })

  test('is told that nobody was found, which is no failure', async () => {
    const found = await searchUser(null, form({ word: 'nobody-at-all' }))
    expect(found).toMatchObject({
      status: 'done',
      message: expect.stringMatching(/^No user or organization/),
    })
  })

  test('finds who is cached by the whole name while Clerk is not responding', async () => {
    const word = 'mia-moreau'
    const found = { found: [{ href: pageOf(people.member) }] }
    expect(await searchUser(null, form({ word }))).toMatchObject(found)
    await getCachedUserByUsername(word)
    services.clerk.faults.add({ status: 503 })
    expect(await searchUser(null, form({ word }))).toMatchObject(found)
    expect(await searchUser(null, form({ word: 'noa' }))).toMatchObject({ status: 'failed' })
  })

  test('is told that it is not known what is cached while Redis answers with an error', async () => {
    for (const command of ['mget', 'pttl']) {
      services.upstash.faults.set({ only: [command], error: 'WRONGTYPE Operation against a key' })
      const entries = await panelResult(() => entriesOf(people.member))
      expect(entries, command).toMatchObject({ unavailable: 'Redis rejected a command (WRONGTYPE)' })
    }
    services.upstash.faults.clear()
  })

  test('sees what was cached before the page read anything, and never a token', async () => {
    await getCachedOAuthToken(people.member, 'google')
    const selected = await selectedUser(people.member)
    expect(selected?.entries).toMatchObject({
      data: { others: [{ name: 'Google token', cached: true }, { cached: false }, { cached: false }] },
    })
    expect(JSON.stringify(selected?.entries)).not.toMatch(/ya29|"v1\./)
  })
})

describe('an admin who looks at a list of people', () => {
  let acme: string
  beforeAll(() => {
    acme = services.clerk.organizations.create({ name: 'Acme', createdBy: people.admin }).id
  })

  test.each<[string, () => Promise<unknown>, () => string]>([
    ['all users', () => newestUsers(2), () => 'users'],
    ['the members of an organization', () => membersOf(acme), () => acme],
    ['those named in the trail', () => peopleOf('audit', [people.member, people.expert]), () => 'audit'],
    ['those named by updates of an open page', () => snapshot(), () => 'live'],
  ])('is a record without names: %s', async (_, view, subject) => {
    await view()
    const expected = { action: 'dashboard.list', actor: people.admin, subject: subject(), outcome: 'ok' }
    expect(of('dashboard.list')).toEqual([expected])
  })

  test('is one record a minute for each list, however often it is loaded', async () => {
    for (let i = 0; i < 5; i++) {
      await newestUsers(i + 1)
      await membersOf(acme)
    }
    expect(of('dashboard.list').map(({ subject }) => subject)).toEqual(['users', acme])
    nextMinute()
    await newestUsers(1)
    expect(of('dashboard.list')).toHaveLength(3)
  })

  test('is no record where nobody is named', async () => {
    await peopleOf('webhooks', ['user_2nobody', 'not a user'])
    expect(of('dashboard.list')).toEqual([])
  })

  test('by a search is a record that does not have what was typed', async () => {
    await searchUser(null, form({ word: 'example.com' }))
    expect(of('dashboard.search')).toHaveLength(1)
    expect(JSON.stringify(events)).not.toContain('example')
  })
})

test('an admin who reloads pages that ask Clerk waits after 360 reads in a minute, also while they fail, and no other admin does', async () => {
  const reads = [
    () => newestUsers(1),
    () => newestOrganizations(1),
    () => sessionsOfUser('user_2nobody'),
    () => selectedUser('user_2nobody'),
    () => selectedOrganization('org_2nobody'),
    () => membersOf('org_2nobody'),
    () => peopleOf('audit', ['user_2nobody']),
    () => integrationsOf('user_2nobody'),
  ]
  signedIn = services.clerk.createUser({ emails: [], publicMetadata: { role: 'admin' } }).id
  await audit()
  services.clerk.faults.add({ status: 503 })
  for (let i = 0; i < 45; i++)
    for (const read of reads) {
      const { code = 'clerk_unavailable' } = await read().then(
        () => ({}),
        (error) => error,
      )
      expect(code).toBe('clerk_unavailable')
    }
  services.clerk.faults.clear()
  services.clerk.resetRequests()
  nextMinute()
  events = []
  const refused = { clerkCodes: ['own_limit'], retryAfter: expect.any(Number) }
  for (const read of reads) await expect(read()).rejects.toMatchObject(refused)
  expect(await changedAtClerk(people.member)).toBeNull()
  expect(services.clerk.requests().total).toBe(0)
  expect(events).toEqual([])
  signedIn = people.admin
  expect((await newestUsers(1)).users).not.toEqual([])
})

test('a member who tries the panels is a throttled record of a refusal, and no view', async () => {
  signedIn = people.member
  for (let i = 0; i < 30; i++) await expect(selectedUser(people.admin)).rejects.toThrow()
  expect(of('dashboard.view')).toEqual([])
  expect(of('admin.require')).toHaveLength(20)
  expect(of('audit.throttle')).toMatchObject([{ actor: people.member, target: 'admin.require' }])
})

test('a profile change is a record for each part, without what was written', async () => {
  signedIn = people.expert
  const fields = { firstName: 'Canary', lastName: 'Canary', setup: 'complete' }
  const saved = await saveProfile({ status: 'idle', message: '' }, form(fields))
  expect(saved.status).toBe('saved')
  expect(of('profile.update')).toEqual(
    ['name', 'setup'].map((target) => ({
      ...{ action: 'profile.update', actor: people.expert, subject: people.expert, target, outcome: 'ok' },
    })),
  )
  expect(JSON.stringify(events)).not.toContain('Canary')
})
