import { describe, expect, test, vi } from 'vitest'
import { invalidate } from '@/app/dashboard/actions'
import { saveProfile } from '@/app/profile/actions'
import {
  getCachedUserByEmail,
  getCachedUserByExternalId,
  getCachedUserById,
  getCachedUserByUsername,
  userIdsByRole,
} from '@/lib/cache/clerk-cache'
import { invalidateAllUserCache, invalidateUserCache } from '@/lib/cache/clerk-cache-utils'
import { getCachedOAuthToken } from '@/lib/cache/token-cache'
import { updateUserMetadata } from '@/lib/cache/user-writes'
import { disconnectIntegration, getConnectedIntegrations } from '@/lib/integrations/integrations.service'
import { systemClock } from '@/lib/lookup/clock'
import { ops } from '@/lib/ops/ops'
import { handleClerkEvent } from '@/lib/webhooks/handle-clerk-event'
import { webhookUserJson } from '../../../local/clerk/json'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'
import { sessionOf } from '../../support/session'

const services = useServices({ env: { CACHE_REDIS_TIMEOUT_MS: '5000', LOG_LEVEL: 'silent' } })
let signedIn: string
let run = 0

vi.mock('@clerk/nextjs/server', () => ({ auth: async () => sessionOf(signedIn) }))
vi.mock('next/cache', () => ({ refresh: () => undefined }))

/** What the server action of a page is called with. */
function form(fields: Record<string, string>) {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  return data
}

const names = (n: number) => ({
  username: `name-${n}`,
  email: `name-${n}@example.com`,
  externalId: `crm-${n}`,
  role: `role-${n}`,
})

/** Everything that can be read of a user. */
const read = async (id: string, { username, email, externalId, role }: ReturnType<typeof names>) => ({
  byId: (await getCachedUserById(id))?.username,
  byUsername: (await getCachedUserByUsername(username))?.id,
  byEmail: (await getCachedUserByEmail(email))?.id,
  byExternalId: (await getCachedUserByExternalId(externalId))?.id,
  withRole: await userIdsByRole(role),
  token: (await getCachedOAuthToken(id, 'google')).status,
  integrations: (await getConnectedIntegrations(id)).map(({ status }) => status),
})

type Way = (id: string, username: string) => Promise<unknown>

/** Every way in which a user is invalidated. */
const ways: [name: string, way: Way][] = [
  ['invalidateUserCache', (id) => invalidateUserCache(id)],
  ['invalidateAllUserCache with the username', (id, username) => invalidateAllUserCache(id, username)],
  ['a write of metadata', (id) => updateUserMetadata(id, { unsafeMetadata: { seen: true } })],
  [
    'the profile page',
    (id) => {
      signedIn = id
      const idle = { status: 'idle' as const, message: '' }
      return saveProfile(idle, form({ firstName: 'Ada', lastName: 'Byron', setup: 'complete' }))
    },
  ],
  [
    'Invalidate on the dashboard',
    async (id) => {
      signedIn = people.admin
      expect(await invalidate(null, form({ userId: id }))).toMatchObject({ status: 'done' })
    },
  ],
  [
    'ops invalidate',
    (id) =>
      ops(['invalidate', id], {
        ...{ out: () => {}, err: () => {}, isTTY: false, stdin: async () => '' },
        ...{ clock: systemClock, signal: new AbortController().signal },
      }),
  ],
  [
    'a webhook',
    async (id) => {
      const user = services.clerk.users().find((one) => one.id === id)
      if (!user) throw new Error('no such user')
      await handleClerkEvent({ type: 'user.updated', data: webhookUserJson(user, services.clerk.url) })
    },
  ],
  ['disconnecting an integration', (id) => disconnectIntegration(id, 'google')],
]

describe('after a user was invalidated by', () => {
  test.each(ways)('%s, no cached value of the user is read', async (_, way) => {
    const [former, current] = [names(++run), names(++run)]
    const { id } = services.clerk.createUser({
      ...{ username: former.username, emails: [former.email], externalId: former.externalId },
      publicMetadata: { role: former.role },
    })
    const account = services.clerk.connect(id, {
      scopes: ['https://www.googleapis.com/auth/calendar.readonly'],
    })
    const cached = { byId: former.username, token: 'ok', integrations: ['connected'] }
    expect(await read(id, former)).toMatchObject({ ...cached, byUsername: id, withRole: [id] })
    expect(await read(id, current)).toMatchObject({ ...cached, byUsername: undefined, withRole: [] })

    services.clerk.updateUser(id, {
      ...{ username: current.username, primaryEmail: current.email, externalId: current.externalId },
      publicMetadata: { role: current.role },
    })
    services.clerk.disconnect(id, account.id)
    await way(id, current.username)

    const now = { byId: current.username, token: 'not_connected', integrations: ['not_connected'] }
    expect(await read(id, current)).toEqual({
      ...now,
      ...{ byUsername: id, byEmail: id, byExternalId: id, withRole: [id] },
    })
    expect(await read(id, former)).toMatchObject({
      ...{ ...now, byUsername: undefined, byExternalId: undefined, withRole: [] },
    })
  })
})
