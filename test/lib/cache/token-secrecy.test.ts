import { inspect } from 'node:util'
import { expect, test, vi } from 'vitest'
import { onAudit } from '@/lib/cache/audit-events'
import { lookups } from '@/lib/cache/lookups'
import {
  getCachedOAuthToken,
  invalidateOAuthToken,
  type OAuthToken,
  withOAuthToken,
} from '@/lib/cache/token-cache'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

// For the Redis that hangs.
const services = useServices({ env: { CACHE_REDIS_TIMEOUT_MS: '250' } })
const userId = people.member

const events = (token: OAuthToken) =>
  fetch(`${services.google.url}/calendar/v3/calendars/primary/events`, {
    headers: { authorization: `Bearer ${token.reveal()}` },
  })

async function cached(): Promise<OAuthToken> {
  const result = await getCachedOAuthToken(userId, 'google')
  if (result.status !== 'ok') throw new Error(`expected a token, got ${result.status}`)
  return result.token
}

test('no event and no error contains a token, with any fault', async () => {
  const emitted: unknown[] = []
  const ends = [onAudit('test', (event) => emitted.push(event)), lookups().on((event) => emitted.push(event))]
  const attempt = async () => {
    await withOAuthToken(userId, 'google', events).catch((error: unknown) => emitted.push(error))
    await getCachedOAuthToken(userId, 'google').catch((error: unknown) => emitted.push(error))
    await invalidateOAuthToken(userId, 'google').catch((error: unknown) => emitted.push(error))
    await withOAuthToken(userId, 'google', () => Promise.reject(new Error('mine'))).catch(() => {})
  }
  const { faults } = services.upstash
  await attempt()
  for (const fault of [
    { reset: 'before' },
    { reset: 'after' },
    { hang: 'after' },
    { truncate: true },
    { short: 1 },
  ] as const) {
    faults.set(fault)
    await attempt()
    faults.clear()
    services.google.revokeToken((await vi.waitFor(cached, { timeout: 60_000, interval: 100 })).reveal())
    services.clerk.expireToken(userId)
    await attempt()
  }
  for (const end of ends) end()
  expect(emitted.length).toBeGreaterThan(50)
  expect(emitted.some((one) => one instanceof Error)).toBe(true)
  const text = emitted.map((one) => inspect(one, { depth: 20, showHidden: true })).join(' ')
  const canaries = services.clerk.issuedTokens()
  expect(canaries.length).toBeGreaterThan(3)
  const isIn = (whole: string) => (token: string) =>
    whole.includes(token.slice(5, 25)) || whole.includes(token.slice(-20))
  expect(canaries.filter(isIn(text))).toEqual([])
  // The search can find one.
  expect(canaries.some(isIn(inspect(new Error((await cached()).reveal()))))).toBe(true)
})
