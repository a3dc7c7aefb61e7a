import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { organizationHandlers } from '@/lib/organizations/organization-handlers'
import { handleWebhook } from '@/lib/webhooks/handle-webhook'
import { addWebhookHandlers } from '@/lib/webhooks/handlers'
import { createVirtualClock } from '../../../lib/lookup/testing/virtual-clock'
import { webhookUserJson } from '../../../local/clerk/json'
import { type Between, startBetween } from '../../support/clerk-in-between'
import { useServices } from '../../support/services'
import { eventOf, webhookRequest } from '../../support/signed-webhook'

let between: Between
const services = useServices({
  async env() {
    between = await startBetween(() => services.clerk.url)
    return { CLERK_API_URL: between.url }
  },
})
afterAll(() => between.close())
addWebhookHandlers('organizations', organizationHandlers)

const receive = async (body: string, clock = createVirtualClock()) =>
  handleWebhook(
    webhookRequest(body, { secret: services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? '' }),
    () => undefined,
    clock,
  )

let userId: string
beforeEach(() => {
  userId = services.clerk.createUser({ emails: [`slow${services.clerk.users().length}@example.com`] }).id
})
afterEach(() => {
  services.upstash.faults.clear()
  between.alter()
})

const updated = (change: object) => {
  services.clerk.updateUser(userId, change)
  const user = services.clerk.users().find(({ id }) => id === userId)
  return user ? eventOf('user.updated', webhookUserJson(user, services.clerk.url)) : ''
}

describe('a webhook', () => {
  test.each([
    ['of a ban', () => updated({ banned: true })],
    ['of the end of a ban', () => updated({ banned: false })],
    ['of a change', () => updated({ firstName: 'Mia' })],
    ['of a deletion', () => eventOf('user.deleted', { id: userId, deleted: true })],
    ['of a revoked session', () => eventOf('session.revoked', { id: 'sess_slow', user_id: userId })],
  ])(
    '%s is confirmed by a Redis that takes 450 ms for each request, and a Clerk that takes 350',
    async (_, event) => {
      await receive(updated({ banned: true }))
      const body = event()
      const clock = createVirtualClock()
      services.upstash.faults.set({ before: () => clock.advance(450) })
      between.alter(async () => void (await clock.advance(350)))
      expect(await receive(body, clock)).toBe('ok')
    },
  )

  test('is answered while Redis hangs, before Clerk gives up, which it does after 15 s', async () => {
    const clock = createVirtualClock()
    const arrived = new Promise<void>((resolve) => {
      services.upstash.faults.set({ before: resolve, hang: 'before' })
    })
    const answer = receive(updated({ firstName: 'Mia' }), clock)
    await arrived
    await clock.advance(10_000)
    expect(await answer).toBe('invalidation_unconfirmed')
  })
})
