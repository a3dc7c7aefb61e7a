import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { userOfSession } from '@/lib/auth/session-user'
import { getCachedOAuthToken } from '@/lib/cache/token-cache'
import { redis } from '@/lib/config'
import { handleClerkEvent } from '@/lib/webhooks/handle-clerk-event'
import { CALENDAR_SCOPE } from '../../../lib/integrations/providers'
import { webhookUserJson } from '../../../local/clerk/json'
import { type Between, startBetween } from '../../support/clerk-in-between'
import { useServices } from '../../support/services'
import { eventOf, webhookRequest } from '../../support/signed-webhook'
import { createReceiver } from '../../support/webhook-receiver'

let between: Between
const services = useServices({
  keep: true,
  async env() {
    between = await startBetween(() => services.env.CLERK_API_URL ?? '')
    return { CLERK_API_URL: between.url }
  },
})
afterAll(() => between.close())

let userId = ''
beforeEach(() => {
  between.alter()
  userId = services.clerk.createUser({ emails: [`u${services.clerk.users().length}@example.com`] }).id
  services.clerk.connect(userId, { scopes: [CALENDAR_SCOPE] })
})

const setBanned = (banned: boolean) => services.clerk.updateUser(userId, { banned })

/** A `user.updated` that Clerk would send now. */
function update() {
  const user = services.clerk.users().find(({ id }) => id === userId)
  if (!user) throw new Error(`There is no ${userId}`)
  return { type: 'user.updated', data: webhookUserJson(user, services.clerk.url) }
}

/** What Clerk answers about the user now. */
async function answerOfClerk(): Promise<string> {
  const address = `${services.env.CLERK_API_URL}/v1/users?user_id=${userId}&limit=1`
  const authorization = `Bearer ${services.env.CLERK_SECRET_KEY}`
  return (await fetch(address, { headers: { authorization } })).text()
}

/** Holds back the next answer about users: what it says is from when it was asked. */
function holdNextAnswer() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const asked = new Promise<void>((resolve) => {
    between.alter(async ({ path }) => {
      if (!path.startsWith('/v1/users?')) return undefined
      between.alter()
      resolve()
      await opened
      return undefined
    })
  })
  return { asked, open: () => open() }
}

describe('a ban', () => {
  test('that begins while the end of the last one is handled stays', async () => {
    setBanned(true)
    await handleClerkEvent(update())
    setBanned(false)
    const answer = holdNextAnswer()
    const unbanned = handleClerkEvent(update())
    await answer.asked
    setBanned(true)
    await handleClerkEvent(update())
    answer.open()
    await unbanned
    expect(await getCachedOAuthToken(userId, 'google')).toEqual({ status: 'revoked' })
    expect(await userOfSession({ userId, sessionId: 'sess_1' })).toBeNull()
  })

  test('that ends while Clerk confirms it is not kept', async () => {
    setBanned(true)
    const answer = holdNextAnswer()
    const banned = handleClerkEvent(update())
    await answer.asked
    // Clerk has answered "banned" by now, and its next webhook is handled before that answer arrives.
    setBanned(false)
    await handleClerkEvent(update())
    answer.open()
    await banned
    expect((await userOfSession({ userId, sessionId: 'sess_1' }))?.id).toBe(userId)
  })

  test.each([
    ['begins', true, 'revoked'],
    ['ends', false, 'ok'],
  ] as const)('that %s is not judged by an answer of Clerk from before it', async (_, banned, status) => {
    setBanned(!banned)
    await handleClerkEvent(update())
    const before = await answerOfClerk()
    setBanned(banned)
    between.alter(({ path }) => (path.startsWith('/v1/users?') ? { status: 200, body: before } : undefined))
    // Clerk delivers it again.
    await expect(handleClerkEvent(update())).rejects.toMatchObject({ code: 'clerk_unavailable' })
    expect(await getCachedOAuthToken(userId, 'google')).toEqual({ status: 'revoked' })
    between.alter()
    await handleClerkEvent(update())
    expect(await getCachedOAuthToken(userId, 'google')).toMatchObject({ status })
  })

  const answerWith = (body: string) =>
    between.alter(({ path }) => (path.startsWith('/v1/users?') ? { status: 200, body } : undefined))

  test.each([
    ['', false],
    [', though an older one of a lock came between', true],
  ])('is not ended by an older webhook and an older answer of Clerk%s', async (_, isLocked) => {
    services.clerk.updateUser(userId, { firstName: 'Edited', locked: isLocked })
    const [older, before] = [update(), await answerOfClerk()]
    services.clerk.updateUser(userId, { locked: false })
    const [late, later] = [update(), await answerOfClerk()]
    setBanned(true)
    await handleClerkEvent(update())
    if (isLocked) {
      answerWith(before)
      await expect(handleClerkEvent(older)).rejects.toMatchObject({ code: 'clerk_unavailable' })
    }
    answerWith(later)
    await expect(handleClerkEvent(late)).rejects.toMatchObject({ code: 'clerk_unavailable' })
    expect(await getCachedOAuthToken(userId, 'google')).toEqual({ status: 'revoked' })
    between.alter()
    await handleClerkEvent(late)
    expect(await getCachedOAuthToken(userId, 'google')).toEqual({ status: 'revoked' })
    setBanned(false)
    await handleClerkEvent(update())
    expect(await getCachedOAuthToken(userId, 'google')).toMatchObject({ status: 'ok' })
  })

  test.each([
    ['', false],
    [' and Redis does not answer a read', true],
  ])('is not shortened by an older webhook of a lock that comes while Clerk is down%s', async (_, fails) => {
    services.clerk.updateUser(userId, { locked: true })
    const late = update()
    const data = { ...late.data, lockout_expires_in_seconds: 2 }
    services.clerk.updateUser(userId, { locked: false })
    setBanned(true)
    await handleClerkEvent(update())
    between.alter(() => ({ status: 500 }))
    if (fails) services.upstash.faults.set({ only: ['mget'], reset: 'before' })
    await expect(handleClerkEvent({ ...late, data })).rejects.toThrow()
    services.upstash.faults.clear()
    const left = await redis().run('pttl', (client) => client.pttl(`ck:g:user:${userId}`))
    expect(left).toBeGreaterThan(364 * 24 * 60 * 60 * 1000)
  })

  test.each([
    ['says when the user was changed', (body: string) => body],
    ['does not', (body: string) => body.replace(/"updated_at":\d+/g, '"updated_at":null')],
  ])('of a deleted user is not ended by an answer of Clerk from before that %s', async (_, change) => {
    const [late, before] = [update(), await answerOfClerk()]
    services.clerk.deleteUser(userId)
    await handleClerkEvent({ type: 'user.deleted', data: { id: userId } })
    answerWith(change(before))
    await expect(handleClerkEvent(late)).rejects.toMatchObject({ code: 'clerk_unavailable' })
    between.alter()
    await handleClerkEvent(late)
    answerWith(change(before))
    await expect(handleClerkEvent(late)).rejects.toMatchObject({ code: 'clerk_unavailable' })
    expect(await getCachedOAuthToken(userId, 'google')).toEqual({ status: 'revoked' })
  })

  test('of which Redis did not confirm the marker is repeated also where that of an earlier lock is still there', async () => {
    services.clerk.updateUser(userId, { locked: true })
    const lock = update()
    await handleClerkEvent({ ...lock, data: { ...lock.data, lockout_expires_in_seconds: 3 } })
    services.clerk.updateUser(userId, { locked: false, banned: true })
    services.upstash.faults.set({ only: ['evalsha', 'eval'], reset: 'before' })
    await expect(handleClerkEvent(update())).rejects.toThrow()
    services.upstash.faults.clear()
    const left = () => redis().run('pttl', (client) => client.pttl(`ck:g:user:${userId}`))
    await expect.poll(left).toBeGreaterThan(9 * 60_000)
  })

  test('that is still handled does not hide a later one, nor a deletion', async () => {
    setBanned(true)
    const first = update()
    setBanned(false)
    const [ended, before] = [update(), await answerOfClerk()]
    setBanned(true)
    const answer = holdNextAnswer()
    const handled = handleClerkEvent(first)
    await answer.asked
    await handleClerkEvent(update())
    answer.open()
    await handled
    answerWith(before)
    await expect(handleClerkEvent(ended)).rejects.toMatchObject({ code: 'clerk_unavailable' })
    between.alter()
    services.clerk.deleteUser(userId)
    const gone = holdNextAnswer()
    const last = handleClerkEvent(first)
    await gone.asked
    await handleClerkEvent({ type: 'user.deleted', data: { id: userId } })
    gone.open()
    await last
    answerWith(before)
    await expect(handleClerkEvent(ended)).rejects.toMatchObject({ code: 'clerk_unavailable' })
    expect(await getCachedOAuthToken(userId, 'google')).toEqual({ status: 'revoked' })
  })

  test('is judged by an answer of Clerk that does not say when the user was changed', async () => {
    setBanned(true)
    const body = (await answerOfClerk()).replace(/"updated_at":\d+/g, '"updated_at":null')
    expect(body).toContain('"updated_at":null')
    between.alter(({ path }) => (path.startsWith('/v1/users?') ? { status: 200, body } : undefined))
    await handleClerkEvent(update())
    expect(await getCachedOAuthToken(userId, 'google')).toEqual({ status: 'revoked' })
  })

  test('whose webhook comes after the deletion of the user is kept no longer than that', async () => {
    setBanned(true)
    const late = update()
    services.clerk.deleteUser(userId)
    await handleClerkEvent({ type: 'user.deleted', data: { id: userId } })
    await handleClerkEvent(late)
    const left = await redis().run('pttl', (client) => client.pttl(`ck:g:user:${userId}`))
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(48 * 60 * 60 * 1000)
  })

  test('is refused, and its webhook comes again, while Clerk cannot be asked', async () => {
    const { receive, settled } = createReceiver()
    const deliver = async () => {
      const { type, data } = update()
      const secret = services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? ''
      const { status } = await receive(webhookRequest(eventOf(type, data), { secret }))
      await settled()
      return status
    }
    setBanned(true)
    between.alter(() => ({ status: 500 }))
    expect(await deliver()).toBe(503)
    expect(await getCachedOAuthToken(userId, 'google')).toEqual({ status: 'revoked' })
    between.alter()
    expect(await deliver()).toBe(200)
  })
})
