import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { revocationMarkersOf } from '@/lib/cache/revocation-markers'
import { tagOfTokens } from '@/lib/cache/tags'
import { tokenDeclaration } from '@/lib/cache/tokens/lookup'
import type { OAuthToken } from '@/lib/cache/tokens/oauth-token'
import { createTokenReader } from '@/lib/cache/tokens/reader'
import { drive } from '../../../lib/lookup/testing/virtual-clock'
import { fullOr } from '../../support/full'
import { useServices } from '../../support/services'
import { createFleet } from '../lookup/in-process-fleet'

/** A token lives for an hour; here, with a virtual clock, only its requests take time. */
const SECOND = 1000
const MINUTE = 60 * SECOND
const SCOPE = 'https://www.googleapis.com/auth/calendar.readonly'

const services = useServices({ now: () => now, performanceClock: true, keep: true })
let now = Date.now()

/** Three instances over one cache, with clocks a minute apart, and real requests to Clerk. */
function startWorld() {
  const { clock, join } = createFleet()
  now = clock.now()
  const { id: userId } = services.clerk.createUser({
    emails: [`u${services.clerk.users().length}@example.com`],
  })
  services.clerk.connect(userId, { scopes: [SCOPE] })
  services.clerk.resetRequests()
  const instances = [-MINUTE, 0, MINUTE].map((skew) => {
    const lookups = join({ clock: { now: () => clock.now() + skew, timer: clock.timer } })
    return {
      ...lookups,
      // The cache knows nothing of the user.
      reader: createTokenReader(
        lookups.defineLookup(tokenDeclaration),
        { peek: async () => undefined, fresh: async () => null },
        { fresh: async () => null },
      ),
    }
  })
  const key = { userId, provider: 'google' as const }
  const asked = { scopes: [] as string[], actor: 'system' }
  const at = (i: number) => {
    const instance = instances[i % instances.length]
    if (!instance) throw new Error('no such instance')
    return instance
  }
  let reads = 0

  async function pass(ms: number) {
    await clock.advance(ms)
    now = clock.now()
  }
  const wait = <T>(work: Promise<T>) => drive(work, pass)
  const isValid = (token: OAuthToken) => {
    const known = services.clerk.tokenInfo(token.reveal())
    return known !== undefined && known.userId === userId && known.expiresAt > now
  }
  async function read(scopes: string[] = []) {
    const result = await wait(at(reads++).reader.get(key, { ...asked, scopes }))
    await Promise.all(instances.map(({ runtime }) => wait(runtime.settled())))
    return result
  }
  async function readValid(): Promise<OAuthToken> {
    const result = await read()
    if (result.status !== 'ok') throw new Error(`expected a token, got ${result.status}`)
    expect(isValid(result.token)).toBe(true)
    return result.token
  }
  return {
    ...{ userId, pass, read, readValid, isValid },
    asked: () => services.clerk.requests().total,
    /** Uses the token at the provider, which knows whether it is valid. */
    use: () =>
      wait(
        at(reads++).reader.withToken(key, asked, async (token) => ({ status: isValid(token) ? 200 : 401 })),
      ),
    /** What the webhook of a change does, in one of the instances. */
    changed: () => wait(at(reads++).invalidateTags([tagOfTokens(userId)])),
    deleted: async () => {
      for (const marker of revocationMarkersOf(userId))
        await wait(at(reads++).revoke(marker, { seconds: 600, tags: [tagOfTokens(userId)] }))
    },
  }
}

describe('a token’s life', () => {
  test('fresh: one request to Clerk, and valid in every instance in spite of its clock', async () => {
    const { readValid, pass, asked } = startWorld()
    for (let i = 0; i < 12; i++) {
      await readValid()
      await pass(4 * MINUTE)
    }
    expect(asked()).toBe(1)
  })

  test('in its last five minutes: served, and one attempt to renew it in 30 s over the fleet', async () => {
    const { readValid, pass, asked } = startWorld()
    const token = await readValid()
    // Up to a tenth earlier, so that tokens of one hour do not all renew in the same second.
    await pass((token.expiresAt ?? 0) - now - 5 * MINUTE)
    expect(asked()).toBe(1)
    let attemptedAt = Number.NEGATIVE_INFINITY
    // By the virtual clock, which moves while requests are on their way: on a busy machine a read takes seconds of it.
    while ((token.expiresAt ?? 0) - now > 40 * SECOND) {
      const [before, at] = [asked(), now]
      expect((await readValid()).reveal()).toBe(token.reveal())
      expect(asked() - before).toBeLessThanOrEqual(1)
      if (asked() > before) {
        expect(now - attemptedAt).toBeGreaterThanOrEqual(30 * SECOND)
        attemptedAt = at
      }
      await pass(2 * SECOND)
    }
    expect(asked()).toBeGreaterThan(5)
  })

  test('in its last 30 s: callers get what Clerk returns, once a second', async () => {
    const { readValid, pass, asked } = startWorld()
    const token = await readValid()
    await pass((token.expiresAt ?? 0) - now - 20 * SECOND)
    const [before, from] = [asked(), now]
    let askedAt = Number.NEGATIVE_INFINITY
    while (now < from + 15 * SECOND) {
      const [count, at] = [asked(), now]
      const served = await readValid()
      expect(served.reveal()).toBe(token.reveal())
      expect(served.expiresAt).toBe(token.expiresAt)
      if (asked() > count) askedAt = now
      else expect(at - askedAt).toBeLessThanOrEqual(SECOND)
      await pass(100)
    }
    // More than ten, where requests are quick: virtual time passes while they are on their way.
    expect(asked() - before).toBeGreaterThan(5)
    expect(asked() - before).toBeLessThanOrEqual(16)
  })

  test('expired: never served again; the next one is, which costs one request', async () => {
    const { readValid, pass, asked } = startWorld()
    const token = await readValid()
    await pass((token.expiresAt ?? 0) - now)
    const before = asked()
    const next = await readValid()
    expect(next.reveal()).not.toBe(token.reveal())
    for (let i = 0; i < 6; i++) expect((await readValid()).reveal()).toBe(next.reveal())
    expect(asked() - before).toBe(1)
  })

  test('revoked at the provider, reconnected, with fewer scopes, disconnected, and its user deleted', async () => {
    const { userId, use, read, readValid, changed, deleted } = startWorld()
    await readValid()
    services.clerk.revokeAtProvider(userId)
    expect(await use()).toMatchObject({ status: 'reconnect_required' })
    expect(await use()).toMatchObject({ status: 'reconnect_required' })

    const account = services.clerk.connect(userId, { scopes: [SCOPE] })
    await changed()
    await readValid()
    expect(await use()).toMatchObject({ status: 'ok' })

    services.clerk.setScopes(userId, [])
    await changed()
    expect(await read([SCOPE])).toMatchObject({ status: 'scope_missing', missing: [SCOPE] })
    await readValid()

    services.clerk.disconnect(userId, account.id)
    await changed()
    expect(await read()).toMatchObject({ status: 'not_connected' })

    services.clerk.connect(userId, { scopes: [SCOPE] })
    await changed()
    await readValid()
    services.clerk.deleteUser(userId)
    await deleted()
    expect(await read()).toEqual({ status: 'revoked' })
  })
})

describe('no stale token', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ type: fc.constant('read' as const) }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('use' as const) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('pass' as const),
        ms: fc.oneof(
          fc.integer({ min: 1, max: 2 * SECOND }),
          fc.integer({ min: 1, max: 40 * SECOND }),
          fc.integer({ min: 1, max: 61 * MINUTE }),
        ),
      }),
    },
    // To the limits of the windows.
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('near' as const),
        left: fc.constantFrom(331_000, 300_000, 299_999, 31_000, 30_000, 29_999, 1000, 10, 1, 0),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constantFrom('connect' as const, 'disconnect' as const, 'expire' as const, 'fewer' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('revoke' as const) }) },
  )

  test('is served by any instance, after any events in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
        const { userId, pass, read, use, changed, isValid } = startWorld()
        /** Only a use of the token shows that the provider has withdrawn the grant. */
        let withdrawn = false
        let connected = true
        let latest: OAuthToken | undefined
        for (const one of steps) {
          if (one.type === 'pass') await pass(one.ms)
          else if (one.type === 'near') {
            const left = (latest?.expiresAt ?? now) - now - one.left
            if (left > 0) await pass(left)
          } else if (one.type === 'read') {
            const result = await read()
            if (result.status === 'ok') latest = result.token
            if (!connected) expect(result.status).toBe('not_connected')
            else if (withdrawn) expect(['ok', 'reconnect_required']).toContain(result.status)
            else expect(result.status).toBe('ok')
            if (result.status === 'ok' && !withdrawn) expect(isValid(result.token)).toBe(true)
          } else if (one.type === 'use') {
            const result = await use()
            const expected = connected ? (withdrawn ? 'reconnect_required' : 'ok') : 'not_connected'
            expect(result.status).toBe(expected)
          } else if (one.type === 'revoke') {
            // The stand-in issues a token when it is first asked for one; Clerk has had it since the consent.
            await read()
            services.clerk.revokeAtProvider(userId)
            withdrawn = connected
          } else if (one.type === 'expire') {
            services.clerk.expireToken(userId)
            // As Clerk does when a token that it returned is no longer valid.
            await changed()
          } else {
            if (one.type === 'disconnect') {
              for (const { id } of [
                ...(services.clerk.users().find((user) => user.id === userId)?.accounts ?? []),
              ])
                services.clerk.disconnect(userId, id)
              connected = false
            } else if (one.type === 'connect' || connected) {
              services.clerk.connect(userId, { scopes: one.type === 'fewer' ? [] : [SCOPE] })
              connected = true
            }
            withdrawn = false
            await changed()
          }
        }
      }),
      { numRuns: fullOr(300, 75) },
    )
  }, 120_000)
})
