import { createClerkClient } from '@clerk/backend'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { saveProfile } from '@/app/profile/actions'
import { updateUserRole } from '@/lib/auth/roles.server'
import { type AuditEvent, audited, onAudit } from '@/lib/cache/audit-events'
import { getCachedUserById, getCachedUserByUsername, rolesOf } from '@/lib/cache/clerk-cache'
import { updateUserMetadata, updateUserProfile, writeUser } from '@/lib/cache/user-writes'
import { ClerkError } from '@/lib/clerk/error'
import { disconnectIntegration, getConnectedIntegrations } from '@/lib/integrations/integrations.service'
import { people } from '../../../local/seed'
import { type Altered, type Between, startBetween } from '../../support/clerk-in-between'
import { useServices } from '../../support/services'
import { sessionOf } from '../../support/session'

let between: Between
const services = useServices({
  async env() {
    between = await startBetween(() => services.env.CLERK_API_URL ?? '')
    return { CLERK_API_URL: between.url }
  },
})
afterAll(() => between.close())

type Send = Parameters<Parameters<typeof writeUser>[1]>[0]

const REFUSAL = { status: 422, body: '{"errors":[{"code":"form_param_invalid"}]}' }

let signedIn: string | null = null
vi.mock('@clerk/nextjs/server', () => ({
  auth: async () => sessionOf(signedIn),
}))

let id: string
let names = 0
beforeEach(() => {
  between.alter()
  names++
  id = services.clerk.createUser({
    ...{ firstName: 'Old', lastName: 'Name', username: `writer-${names}` },
    emails: [`writer-${names}@example.com`],
  }).id
})

/** The change reached Clerk, and this is what the app hears of it. */
const lost: [string, Altered][] = [
  ['a gateway answers 502', { status: 502, type: 'text/html', body: '<h1>Bad gateway</h1>' }],
  ['a gateway answers 504', { status: 504, body: '{"message":"timeout"}' }],
  ['Clerk answers 500', { status: 500, body: '{"errors":[{"code":"internal_clerk_error"}]}' }],
  ['a firewall answers 403', { status: 403, type: 'text/html', body: '<h1>Attention required</h1>' }],
  ['a portal answers 200', { status: 200, type: 'text/html', body: '<h1>Welcome</h1>' }],
  ['the connection is closed', { cut: 'before' }],
]
/** Clerk has answered that it saved the change. */
const odd: [string, Altered][] = [
  ['has a charset in its content type', { type: 'application/json; charset=utf-8' }],
  ['is cut off', { cut: 'within' }],
  ['is empty', { body: '' }],
  ['is null', { body: 'null' }],
  ['is a list', { body: '[]' }],
  ['is text', { body: '"saved"' }],
]

describe.each(lost)('when the answer to a write is lost because %s', (_, altered) => {
  test('the next read of the user returns what Clerk saved, and the error says that the outcome is unknown', async () => {
    await getCachedUserById(id)
    between.alterWrites(altered)
    await expect(updateUserProfile(id, { firstName: 'New' })).rejects.toMatchObject({
      name: 'ClerkError',
      code: 'clerk_unavailable',
      outcome: 'unknown',
    })
    expect((await getCachedUserById(id))?.firstName).toBe('New')
  })

  test('a role that was taken away is gone', async () => {
    signedIn = people.admin
    await updateUserMetadata(id, { publicMetadata: { role: 'expert' } })
    await getCachedUserById(id)
    between.alterWrites(altered)
    await expect(updateUserRole(id, [])).rejects.toMatchObject({ outcome: 'unknown' })
    const user = await getCachedUserById(id)
    expect(user && rolesOf(user)).toEqual([])
  })

  test('an account that was disconnected is gone', async () => {
    services.clerk.connect(id, { scopes: ['a'] })
    await getConnectedIntegrations(id)
    between.alterWrites(altered)
    await expect(disconnectIntegration(id, 'google')).rejects.toMatchObject({ outcome: 'unknown' })
    expect((await getConnectedIntegrations(id))[0]?.status).toBe('not_connected')
  })

  test('a new username is found, and the old one is not', async () => {
    await getCachedUserByUsername(`writer-${names}`)
    expect(await getCachedUserByUsername(`renamed-${names}`)).toBeNull()
    between.alterWrites(altered)
    await updateUserProfile(id, { username: `renamed-${names}` }).catch(() => {})
    expect(await getCachedUserByUsername(`writer-${names}`)).toBeNull()
    expect((await getCachedUserByUsername(`renamed-${names}`))?.id).toBe(id)
  })
})

describe.each(odd)('a write that was saved, and whose answer %s,', (_, altered) => {
  test('is no failure, and returns the user', async () => {
    await getCachedUserById(id)
    between.alterWrites(altered)
    expect(await updateUserProfile(id, { firstName: 'New' })).toMatchObject({ id, firstName: 'New' })
    expect((await getCachedUserById(id))?.firstName).toBe('New')
  })

  test('disconnects an account', async () => {
    services.clerk.connect(id, { scopes: ['a'] })
    await getConnectedIntegrations(id)
    between.alterWrites(altered)
    await disconnectIntegration(id, 'google')
    expect((await getConnectedIntegrations(id))[0]?.status).toBe('not_connected')
  })
})

test('a write whose answer has a user with odd fields returns the fields that can be read', async () => {
  await getCachedUserById(id)
  between.alter(({ method, body }) =>
    method === 'PATCH'
      ? { body: JSON.stringify({ ...JSON.parse(body), external_accounts: [{}], created_at: null }) }
      : undefined,
  )
  expect(await updateUserProfile(id, { firstName: 'New' })).toMatchObject({ firstName: 'New', createdAt: 0 })
  expect((await getCachedUserById(id))?.firstName).toBe('New')
})

test('a write that was saved is no failure if the user cannot be read afterwards', async () => {
  between.alter(({ method }) => (method === 'GET' ? { status: 500 } : { body: 'null' }))
  expect(await updateUserProfile(id, { firstName: 'New' })).toMatchObject({ id, firstName: null })
})

test('a write that Clerk refuses leaves the cache alone', async () => {
  await getCachedUserById(id)
  services.upstash.resetCounts()
  const taken = services.clerk.createUser({ username: `taken-${names}`, emails: [`t${names}@example.com`] })
  const refused = updateUserProfile(id, { username: taken.username ?? '' })
  await expect(refused).rejects.toMatchObject({ code: 'clerk_refused', outcome: 'not_saved' })
  expect(services.upstash.counts().byCommand.unlink).toBeUndefined()
})

test('a write that is lost while Redis does not confirm says both', async () => {
  between.alterWrites({ cut: 'before' })
  services.upstash.faults.set({ only: ['unlink'], reset: 'before' })
  await expect(updateUserProfile(id, { firstName: 'New' })).rejects.toMatchObject({
    name: 'SavedButStaleError',
    code: 'maybe_saved_but_stale',
    user: null,
  })
})

test('an account that was removed before the next one failed is gone, and the outcome is not "nothing"', async () => {
  services.clerk.connect(id, { scopes: ['a'], email: 'one@example.com' })
  services.clerk.connect(id, { scopes: ['a'], email: 'two@example.com' })
  await getConnectedIntegrations(id)
  let deletes = 0
  between.alter(({ method }) =>
    method === 'DELETE' && ++deletes === 1
      ? { status: 422, body: '{"errors":[{"code":"cannot_be_removed"}]}' }
      : undefined,
  )
  await expect(disconnectIntegration(id, 'google')).rejects.toMatchObject({ outcome: 'unknown' })
  expect(deletes).toBe(2)
})

describe("a write through Clerk's SDK", () => {
  const sdk = () => createClerkClient({ secretKey: services.env.CLERK_SECRET_KEY ?? '', apiUrl: between.url })
  const rename = () =>
    writeUser(
      id,
      () => sdk().users.updateUser(id, { firstName: 'New' }),
      ({ username }) => ({
        usernames: username ? [username] : [],
      }),
    )

  test('invalidates when its answer is lost', async () => {
    await getCachedUserById(id)
    between.alterWrites({ cut: 'before' })
    await expect(rename()).rejects.toThrow()
    expect((await getCachedUserById(id))?.firstName).toBe('New')
  })

  test('invalidates when it was refused after another was saved', async () => {
    await getCachedUserById(id)
    between.alter(({ path }) => (path.endsWith('/metadata') ? REFUSAL : undefined))
    const both = async () => {
      await sdk().users.updateUser(id, { firstName: 'New' })
      await sdk().users.updateUserMetadata(id, { publicMetadata: {} })
    }
    await expect(writeUser(id, both)).rejects.toThrow()
    expect((await getCachedUserById(id))?.firstName).toBe('New')
  })

  test.each([
    ['a write of the kit is refused', (send: Send) => send('deleteUser', 'DELETE', '/users/user_2absent')],
    ['a read of the kit is refused', () => Promise.reject(new ClerkError(429, 1, ['over_budget', 'normal']))],
  ])('invalidates when %s after it, and the outcome is unknown', async (_, next) => {
    await getCachedUserById(id)
    const both = async (send: Send) => {
      await sdk().users.updateUser(id, { firstName: 'New' })
      return next(send)
    }
    await expect(writeUser(id, both)).rejects.toMatchObject({ outcome: 'unknown' })
    expect((await getCachedUserById(id))?.firstName).toBe('New')
  })

  test.each(['first', 'last'])(
    'invalidates when it is under way while another, sent %s, is refused',
    async (place) => {
      await getCachedUserById(id)
      let saved: Promise<unknown> = Promise.resolve()
      const both = (send: Send) => {
        const refused = () => send('deleteUser', 'DELETE', '/users/user_2absent')
        const first = place === 'first' ? refused() : undefined
        saved = sdk().users.updateUser(id, { firstName: 'New' })
        return Promise.all([saved, first ?? refused()])
      }
      // The answer of the change comes last.
      between.alter(async ({ method }) => {
        if (method === 'PATCH') await rejected
        return undefined
      })
      const write = writeUser(id, both)
      const rejected = write.catch(() => undefined)
      await expect(write).rejects.toMatchObject({ outcome: 'unknown' })
      await saved
      expect((await getCachedUserById(id))?.firstName).toBe('New')
    },
  )

  test('invalidates when the names in the answer cannot be read', async () => {
    await getCachedUserById(id)
    const namesOf = () => {
      throw new TypeError('not what was expected')
    }
    await writeUser(id, (send) => send('updateUser', 'PATCH', `/users/${id}`, { first_name: 'New' }), namesOf)
    expect((await getCachedUserById(id))?.firstName).toBe('New')
  })

  test('invalidates when the callback throws before it returns a promise', async () => {
    await getCachedUserById(id)
    let saved: Promise<unknown> | undefined
    const write = writeUser(id, (send) => {
      saved = send('updateUser', 'PATCH', `/users/${id}`, { first_name: 'New' })
      throw new TypeError('a mistake')
    })
    await expect(write).rejects.toThrow('a mistake')
    await saved
    expect((await getCachedUserById(id))?.firstName).toBe('New')
  })

  test('invalidates when something in front of Clerk refused to show its answer', async () => {
    await getCachedUserById(id)
    between.alterWrites({ status: 403, type: 'text/html', body: '<h1>Attention required</h1>' })
    await expect(rename()).rejects.toThrow()
    expect((await getCachedUserById(id))?.firstName).toBe('New')
  })

  describe('in the audit trail', () => {
    /** How many events fifty renames of one actor cause, each with this answer. */
    async function eventsOf(altered: Altered, write: () => Promise<unknown> = rename) {
      const events: AuditEvent[] = []
      const off = onAudit('test', (event) => events.push(event))
      between.alterWrites(altered)
      const change = { action: 'user.rename', actor: id, subject: id }
      for (let i = 0; i < 50; i++) await audited(change, write).catch(() => {})
      off()
      return events.filter(({ action }) => action === 'user.rename').length
    }

    test.each(lost.filter(([, { status }]) => status !== 200))(
      'is never left out when its answer is lost because %s',
      async (_, altered) => {
        expect(await eventsOf(altered)).toBe(50)
      },
    )

    test('is never left out where a write of the kit after it is refused', async () => {
      const refused = () => updateUserProfile(id, { firstName: 'x'.repeat(1000) })
      const both = () => updateUserMetadata(id, { publicMetadata: { role: 'member' } }).then(refused)
      expect(await eventsOf(REFUSAL, refused)).toBe(50)
      expect(await eventsOf(REFUSAL, both)).toBe(50)
    })

    test('is never left out either when it was refused, because another may have been saved before', async () => {
      expect(await eventsOf(REFUSAL)).toBe(50)
    })
  })

  test('names the same API version as the reads and writes of the kit', async () => {
    between.seen.length = 0
    await updateUserProfile(id, { firstName: 'Newer' })
    await getCachedUserById(id)
    await rename()
    const versions = between.seen.map(({ method, headers }) => [method, headers['clerk-api-version']])
    expect(versions).toEqual([
      ['PATCH', '2026-05-12'],
      ['GET', '2026-05-12'],
      ['PATCH', '2026-05-12'],
    ])
  })
})

describe('the person who saves their profile', () => {
  const save = () => {
    signedIn = id
    const form = new FormData()
    for (const [name, value] of Object.entries({ firstName: 'New', lastName: 'N', setup: 'complete' }))
      form.set(name, value)
    return saveProfile({ status: 'idle', message: '' }, form)
  }

  test('reads that it may have been saved when the answer is lost', async () => {
    between.alterWrites({ status: 504, body: '' })
    expect(await save()).toMatchObject({
      status: 'unknown',
      message: expect.stringMatching(/^It may have been saved/),
    })
  })

  test('reads that nothing was saved when Clerk refuses it', async () => {
    between.alterWrites({ status: 422, body: '{"errors":[{"code":"form_param_invalid"}]}' })
    expect(await save()).toMatchObject({
      status: 'refused',
      message: expect.stringContaining('Nothing was saved.'),
    })
  })

  test('reads that only the name was saved when the second write is refused', async () => {
    const refusal = { status: 422, body: '{"errors":[{"code":"form_param_invalid"}]}' }
    between.alter(({ path }) => (path.endsWith('/metadata') ? refusal : undefined))
    expect(await save()).toMatchObject({
      status: 'refused',
      message: expect.stringMatching(/^Your name was saved\. Your setup: /),
    })
  })

  test('has both writes saved when Redis does not confirm', async () => {
    services.upstash.faults.set({ only: ['unlink'], reset: 'before' })
    expect(await save()).toMatchObject({ status: 'saved', message: expect.stringMatching(/old value/) })
    expect(services.clerk.users().find((user) => user.id === id)).toMatchObject({
      firstName: 'New',
      unsafeMetadata: { setup: { status: 'complete' } },
    })
  })
})
