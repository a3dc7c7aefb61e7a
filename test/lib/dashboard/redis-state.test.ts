import { expect, test } from 'vitest'
import { clerkState, redisState } from '@/lib/dashboard/redis-state'

test.each([
  [{ status: 'up', latencyMs: 3 }, false, 'good', 'Up, 3 ms'],
  [{ status: 'up', latencyMs: 180 }, false, 'warn', 'Slow: 180 ms'],
  [{ status: 'up', latencyMs: 3 }, true, 'warn', 'Breaker open'],
  [{ status: 'down', reason: 'quota' }, true, 'bad', 'Quota used up'],
  [{ status: 'down', reason: 'timeout' }, true, 'bad', 'Too slow to answer'],
  [{ status: 'down', reason: 'unreachable' }, true, 'bad', 'Not reachable'],
] as const)('Redis as %o with a breaker open: %s is %s, "%s"', (health, breakerOpen, tone, words) => {
  expect(redisState(health, breakerOpen)).toMatchObject({ tone, words })
})

test('whatever is not well comes with what helps', () => {
  for (const reason of ['quota', 'timeout', 'unauthorized', 'unreachable', 'no_scripts'])
    expect(redisState({ status: 'down', reason }, false).advice).toBeTruthy()
  expect(clerkState({ status: 'down', reason: 'clerk_unavailable' }, 0).advice).toBeTruthy()
  expect(clerkState({ status: 'up', latencyMs: 3 }, 4200).words).toBe('Told us to wait 5 s')
})
