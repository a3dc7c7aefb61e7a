import { expect, test, vi } from 'vitest'
import { type AuditEvent, onAudit } from '@/lib/cache/audit-events'
import {
  currentUserCalendarEvents,
  currentUserCalendarToken,
} from '@/lib/calendar/current-user-calendar.server'
import { CALENDAR_SCOPE } from '@/lib/integrations/providers'
import { useServices } from '../../support/services'
import { sessionOf } from '../../support/session'

const services = useServices({ keep: true })
let userId = ''

vi.mock('@clerk/nextjs/server', () => ({ auth: async () => sessionOf(userId) }))

test('account IDs that do not exist cost Clerk no more requests than the rate limit allows, on the page too', async () => {
  userId = services.clerk.createUser({ emails: ['loop@example.com'] }).id
  services.clerk.connect(userId, { scopes: [CALENDAR_SCOPE] })
  services.clerk.resetRequests()
  const audited: AuditEvent[] = []
  const off = onAudit('test', (event) => audited.push(event))
  const range = { from: new Date(), to: new Date(Date.now() + 1000), limit: 1 }
  const statuses: string[] = []
  for (let i = 0; i < 70; i++)
    statuses.push((await currentUserCalendarEvents(range, { account: `eac_${i}` })).status)
  off()
  expect(statuses.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => 'not_connected'))
  expect(statuses.at(-1)).toBe('rate_limited')
  // A new window of the rate limit may begin meanwhile.
  expect(services.clerk.requests().total).toBeLessThan(65)
  expect(await currentUserCalendarToken({})).toMatchObject({
    status: 'rate_limited',
    retryAfter: expect.any(Number),
  })
  expect(audited.at(-1)).toEqual({
    ...{ action: 'token.read', actor: userId, subject: userId, target: 'google', outcome: 'rate_limited' },
  })
})
