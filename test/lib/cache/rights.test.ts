import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { userOfSession } from '@/lib/auth/session-user'
import { type AuditEvent, onAudit } from '@/lib/cache/audit-events'
import { getCachedUserById, getCachedUserByUsername, userById, userIdsByRole } from '@/lib/cache/clerk-cache'
import { invalidateUserCache } from '@/lib/cache/clerk-cache-utils'
import { setImpersonator, unknownImpersonator } from '@/lib/cache/impersonator'
import { blockUser, restoreUser, revocationOfUser } from '@/lib/cache/revocations'
import { getCachedOAuthToken, withOAuthToken } from '@/lib/cache/token-cache'
import { redis } from '@/lib/config'
import { batchRefreshTokens, getConnectedIntegrations } from '@/lib/integrations/integrations.service'
import { auditKey } from '@/lib/telemetry/audit'
import { readAudit } from '@/lib/telemetry/read-audit'
import { handleClerkEvent } from '@/lib/webhooks/handle-clerk-event'
import { webhookUserJson } from '../../../local/clerk/json'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

const services = useServices()
const mia = { userId: people.member, sessionId: 'sess_1' }

/** The data of a `user.updated`, as Clerk would send it now. */
function updateOf(userId: string): object {
  const user = services.clerk.users().find(({ id }) => id === userId)
  if (!user) throw new Error(`There is no ${userId}`)
  return webhookUserJson(user, services.clerk.url)
}
const deliver = (data: object) => handleClerkEvent({ type: 'user.updated', data })
const statusOfToken = async () => (await getCachedOAuthToken(people.member, 'google')).status

describe.each(['banned', 'locked', 'deprovisioned'] as const)('a user who is %s', (flag) => {
  const set = (value: boolean) => services.clerk.updateUser(people.member, { [flag]: value })
  afterEach(async () => {
    set(false)
    await deliver(updateOf(people.member))
  })

  test('is refused once the webhook was answered, in sessions and in jobs, and comes back', async () => {
    expect(await statusOfToken()).toBe('ok')
    expect((await userOfSession(mia))?.id).toBe(people.member)
    set(true)
    await deliver(updateOf(people.member))
    expect(await userOfSession(mia)).toBeNull()
    expect(await statusOfToken()).toBe('revoked')
    const used = await withOAuthToken(people.member, 'google', async () => 'used')
    expect(used).toEqual({ status: 'revoked' })
    const [refreshed] = await batchRefreshTokens([{ userId: people.member, provider: 'google' }])
    expect(refreshed?.status).toBe('revoked')
    set(false)
    await deliver(updateOf(people.member))
    expect((await userOfSession(mia))?.id).toBe(people.member)
    expect(await statusOfToken()).toBe('ok')
  })

  test('stays refused when an older webhook comes late', async () => {
    const before = updateOf(people.member)
    set(true)
    await deliver(updateOf(people.member))
    await deliver(before)
    expect(await userOfSession(mia)).toBeNull()
    expect(await statusOfToken()).toBe('revoked')
  })

  test('stays admitted when the webhook comes after the end of it', async () => {
    set(true)
    const late = updateOf(people.member)
    set(false)
    await deliver(updateOf(people.member))
    await deliver(late)
    expect((await userOfSession(mia))?.id).toBe(people.member)
    expect(await statusOfToken()).toBe('ok')
  })

  test('is refused before Clerk could be asked, and the webhook fails so that it comes again', async () => {
    set(true)
    services.clerk.faults.add({ status: 500, times: 9 })
    await expect(deliver(updateOf(people.member))).rejects.toMatchObject({ code: 'clerk_unavailable' })
    services.clerk.faults.clear()
    expect(await statusOfToken()).toBe('revoked')
  })
})

describe('a token of somebody whom the cache says not to exist', () => {
  const read = async (sessionId?: string) =>
    (await getCachedOAuthToken(people.member, 'google', { sessionId })).status
  beforeEach(async () => {
    await getCachedUserById(people.member)
    await redis().run('plant', async (client) => {
      const [key = ''] = await client.keys(`ck:e:user.*:${people.member}`)
      const [generation] = ((await client.get<string>(key)) ?? '').split('|')
      await client.set(key, `${generation}|${key}|made-up|n0|`, { px: 60_000 })
      await client.unlink(key.replace(':e:', ':s:'))
    })
    expect(await userById.peek(people.member)).toBeNull()
  })
  afterEach(async () => {
    services.clerk.updateUser(people.member, { banned: false })
    await deliver(updateOf(people.member))
  })

  test('can be had in a session, because Clerk is asked and has them', async () => {
    expect(await read('sess_1')).toBe('ok')
  })

  test('is refused in a session where Clerk says that they are banned', async () => {
    services.clerk.updateUser(people.member, { banned: true })
    expect(await read('sess_1')).toBe('revoked')
  })

  test('is refused to a job', async () => {
    expect(await read()).toBe('revoked')
  })
})

describe('the marker of a ban', () => {
  const DAYS = 24 * 60 * 60 * 1000
  const daysLeft = async () =>
    (await redis().run('pttl', (client) => client.pttl(`ck:g:user:${people.member}`))) / DAYS
  const set = (flags: object) => services.clerk.updateUser(people.member, flags)
  const failing = async (work: () => Promise<unknown>) => {
    services.clerk.faults.add({ status: 500, times: 9 })
    await expect(work()).rejects.toMatchObject({ code: 'clerk_unavailable' })
    services.clerk.faults.clear()
  }
  afterEach(async () => {
    set({ banned: false, locked: false })
    await deliver(updateOf(people.member))
    expect(await statusOfToken()).toBe('ok')
  })

  test('that only an old webhook says is not kept longer than webhooks are delivered', async () => {
    set({ banned: true })
    const old = updateOf(people.member)
    set({ banned: false })
    await failing(() => deliver(old))
    expect(await statusOfToken()).toBe('revoked')
    expect(await daysLeft()).toBeLessThanOrEqual(2)
    expect(await daysLeft()).toBeGreaterThan(1.5)
  })

  test('is kept for a year once Clerk has confirmed it', async () => {
    set({ banned: true })
    await failing(() => deliver(updateOf(people.member)))
    await deliver(updateOf(people.member))
    expect(await daysLeft()).toBeGreaterThan(360)
  })

  test('is not shortened by an old webhook about a lock', async () => {
    set({ locked: true })
    const old = { ...updateOf(people.member), lockout_expires_in_seconds: 90 }
    set({ banned: true, locked: false })
    await deliver(updateOf(people.member))
    await deliver(old)
    expect(await daysLeft()).toBeGreaterThan(360)
  })
})

test('a lock that ends by itself ends in Redis too', async () => {
  services.clerk.updateUser(people.member, { locked: true })
  await deliver({ ...updateOf(people.member), lockout_expires_in_seconds: 90 })
  const left = await redis().run('pttl', (client) => client.pttl(`ck:g:user:${people.member}`))
  expect(left).toBeGreaterThan(0)
  expect(left).toBeLessThanOrEqual(90_000)
  services.clerk.updateUser(people.member, { locked: false })
  await deliver(updateOf(people.member))
})

describe('an entry in Redis', () => {
  const place = (lookup: RegExp) => async () => {
    const keys = await redis().run('keys', (client) => client.keys('ck:e:*'))
    const key = keys.find((one) => lookup.test(one))
    if (!key) throw new Error(`nothing like ${lookup} among ${keys.join(', ')}`)
    return key
  }
  const userEntry = place(/^ck:e:user\.\d+:/)
  const get = async (key: string) => (await redis().run('get', (client) => client.get<string>(key))) ?? ''
  const set = (key: string, text: string) => redis().run('set', (client) => client.set(key, text, { ex: 60 }))

  /** Writes another payload into an entry, with everything else of it as it was. */
  async function plant(key: string, change: (payload: string) => string) {
    const [generation, name, flight, , ...rest] = (await get(key)).split('|')
    const payload = change(rest.join('|'))
    await set(key, [generation, name, flight, `v${payload.length}`, payload].join('|'))
  }

  beforeEach(async () => {
    await invalidateUserCache(people.member)
    await invalidateUserCache(people.admin)
    await userOfSession(mia)
  })

  test('that was changed by somebody else gives no role', async () => {
    await plant(await userEntry(), (text) => {
      const planted = text.replace('"role":"member"', '"role":"admin"')
      expect(planted).not.toBe(text)
      return planted
    })
    expect((await userOfSession(mia))?.publicMetadata).toMatchObject({ role: 'member' })
  })

  test('without a MAC is loaded again', async () => {
    services.clerk.resetRequests()
    await plant(await userEntry(), (text) => text.slice(text.indexOf('{')))
    expect((await userOfSession(mia))?.id).toBe(people.member)
    expect(services.clerk.requests().total).toBe(1)
  })

  test('of another user is not taken over, whatever its header says', async () => {
    const mine = await userEntry()
    const payload = (await get(mine)).split('|').slice(4).join('|')
    await userById.fresh(people.admin)
    await plant(mine.replace(people.member, people.admin), () => payload)
    expect((await userById.fresh(people.admin))?.id).toBe(people.admin)
  })

  test.each(['[]', '"x"', '1', 'null', '{}', '{"id":"user_1"}', '{"id":1,"publicMetadata":null}'])(
    'of a user with the shape %s is a miss',
    async (payload) => {
      const { CACHE_ENCRYPTION_KEYS } = process.env
      expect(CACHE_ENCRYPTION_KEYS).toBeTruthy()
      const { signed } = await import('@/lib/cache/signed')
      const anything = signed((_value): _value is unknown => true, 60)
      const key = await userEntry()
      const text = anything.encode(JSON.parse(payload), key)
      await plant(key, () => text)
      expect((await userOfSession(mia))?.id).toBe(people.member)
    },
  )

  test.each([
    'publicMetadata',
    'unsafeMetadata',
    'verifiedEmailAddresses',
    'connectedProviders',
    'banned',
    'id',
  ])('of a user whose %s is null is a miss', async (field) => {
    const { signed } = await import('@/lib/cache/signed')
    const anything = signed((_value): _value is unknown => true, 60)
    const key = await userEntry()
    const user = await userById.fresh(people.member)
    await plant(key, () => anything.encode({ ...user, [field]: null }, key))
    expect(await userOfSession(mia)).toEqual(user)
  })

  test.each(['[1]', '{}', '1', 'null'])(
    'of a name, a list or a status with the shape %s is a miss',
    async (payload) => {
      const name = (await userById.fresh(people.admin))?.username ?? ''
      const read = async () => [
        (await getCachedUserByUsername(name))?.id,
        await userIdsByRole('expert'),
        (await getConnectedIntegrations(people.admin)).map(({ id, status }) => [id, status]),
      ]
      const before = await read()
      for (const lookup of [/^ck:e:username\./, /^ck:e:role\./, /^ck:e:integrations\./])
        await plant(await place(lookup)(), () => payload)
      expect(await read()).toEqual(before)
    },
  )
})

describe('a token, while somebody impersonates the user', () => {
  const impersonated = { impersonator: people.admin }
  test('is refused by each function that gives one out', async () => {
    expect(await getCachedOAuthToken(people.member, 'google', impersonated)).toEqual({
      status: 'impersonated',
    })
    const used = withOAuthToken(people.member, 'google', async () => 'used', impersonated)
    expect(await used).toEqual({ status: 'impersonated' })
  })
  test('can be had where the caller says so', async () => {
    const allowed = { ...impersonated, whileImpersonated: 'allow' } as const
    const events: AuditEvent[] = []
    const stop = onAudit('test', (event) => events.push(event))
    expect(await getCachedOAuthToken(people.member, 'google', allowed)).toMatchObject({ status: 'ok' })
    stop()
    expect(events.filter(({ action }) => action === 'token.read')).toMatchObject([
      { actor: people.admin, impersonating: people.member, subject: people.member, outcome: 'ok' },
    ])
  })
  test.each([
    ['unknown', people.member],
    ['system', undefined],
  ])(
    'is recorded as read by %s, where it is unknown who asks and the caller names %s',
    async (name, actor) => {
      setImpersonator(() => Promise.reject(unknownImpersonator()))
      const events: AuditEvent[] = []
      const stop = onAudit('test', (event) => events.push(event))
      await getCachedOAuthToken(people.member, 'google', {
        whileImpersonated: 'allow',
        ...(actor && { actor }),
      })
      stop()
      setImpersonator(async () => null)
      expect(events.map(({ action, actor }) => [action, actor])).toContainEqual(['token.read', name])
    },
  )
  test('is refused there too once whoever impersonates them is banned', async () => {
    const allowed = { ...impersonated, whileImpersonated: 'allow' } as const
    await blockUser(people.admin)
    const revocation = await revocationOfUser(people.admin)
    try {
      expect(await getCachedOAuthToken(people.member, 'google', allowed)).toEqual({ status: 'revoked' })
      expect(await getCachedOAuthToken(people.member, 'google', { impersonator: null })).toMatchObject({
        status: 'ok',
      })
    } finally {
      if (revocation) await restoreUser(people.admin, revocation)
    }
  })
})

test('a token is refused where the cache knows that whoever impersonates is banned, without a webhook about it', async () => {
  const { id } = services.clerk.createUser({ emails: ['support@example.com'] })
  const allowed = { impersonator: id, whileImpersonated: 'allow' } as const
  expect(await getCachedOAuthToken(people.member, 'google', allowed)).toMatchObject({ status: 'ok' })
  services.clerk.updateUser(id, { banned: true })
  await getCachedUserById(id)
  expect(await getCachedOAuthToken(people.member, 'google', allowed)).toEqual({ status: 'revoked' })
})

test('whoever impersonates an admin is not recorded as in a session of the user whose token they refresh', async () => {
  const events: AuditEvent[] = []
  const stop = onAudit('test', (event) => events.push(event))
  const options = { impersonator: people.admin, actor: people.admin, whileImpersonated: 'allow' } as const
  await getCachedOAuthToken(people.member, 'google', options)
  stop()
  const read = events.find(({ action }) => action === 'token.read')
  expect(read).toMatchObject({ actor: people.admin, subject: people.member })
  expect(read).not.toHaveProperty('impersonating')
})

describe('a value in grace', () => {
  test('is shown, and decides no right', async () => {
    await getCachedUserById(people.admin)
    const hard = (await redis().run('keys', (client) => client.keys(`ck:h:user.*:${people.admin}`)))[0] ?? ''
    const state = hard.replace(':h:', ':s:')
    await redis().run('unlink', (client) => client.unlink(hard, state))
    services.clerk.faults.add({ status: 500, times: 9 })
    expect((await getCachedUserById(people.admin))?.id).toBe(people.admin)
    await expect(userOfSession({ userId: people.admin, sessionId: 'sess_2' })).rejects.toMatchObject({
      code: 'clerk_unavailable',
    })
    services.clerk.faults.clear()
  })
})

// docs/security.md says so. Whoever makes this better changes the page.
describe('nothing stops', () => {
  const unlink = (key: string) => redis().run('unlink', (client) => client.unlink(key))
  const revocation = `ck:g:user:${people.member}`

  test('whoever has the token of Redis from reading users', async () => {
    await getCachedUserById(people.expert)
    const text = await redis().run('keys and get', async (client) => {
      const [key = ''] = await client.keys(`ck:e:user.*:${people.expert}`)
      return client.get(key)
    })
    const expert = services.clerk.users().find(({ id }) => id === people.expert)
    expect(text).toContain(`"lastName":${JSON.stringify(expert?.lastName)}`)
  })

  test('whoever has the token of Redis from adding to the trail', async () => {
    const record = { id: 'made-up', at: 1, action: 'role.update', actor: 'x', subject: 'x', outcome: 'ok' }
    const key = auditKey()
    await redis().run('xadd', (client) => client.xadd(key, '*', { records: JSON.stringify(record) }))
    const { records } = await readAudit({ redis: redis(), key })
    expect(records).toContainEqual(record)
    await unlink(key)
  })

  test('whoever has the token of Redis from ending a revocation', async () => {
    await blockUser(people.member)
    expect(await statusOfToken()).toBe('revoked')
    await unlink(revocation)
    expect(await statusOfToken()).toBe('ok')
  })

  test('a forged user.deleted from locking a user out, until its marker ends after 48 hours', async () => {
    await handleClerkEvent({ type: 'user.deleted', data: { id: people.member, deleted: true } })
    expect(await statusOfToken()).toBe('revoked')
    expect(await userOfSession(mia)).toBeNull()
    const left = await redis().run('pttl', (client) => client.pttl(revocation))
    expect(left / 3_600_000).toBeGreaterThan(47)
    expect(left / 3_600_000).toBeLessThanOrEqual(48)
    await unlink(revocation)
    expect(await statusOfToken()).toBe('ok')
  })
})
