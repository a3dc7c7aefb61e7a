import { expect, test } from 'vitest'
import { clerkState, redisState } from '@/lib/dashboard/redis-state'

test.each([
  [{ status: 'up', latencyMs: 3 }, false, 'good', 'Up, ping now 3 ms'],
  [{ status: 'up', latencyMs: 180 }, false, 'warn', 'Slow, ping now 180 ms'],
  [{ status: 'up', latencyMs: 3 }, true, 'warn', 'Redis failed repeatedly'],
  [{ status: 'down', reason: 'quota' }, true, 'bad', 'The Redis plan’s limit is reached'],
  [{ status: 'down', reason: 'timeout' }, true, 'bad', 'Redis answers too slowly'],
  [{ status: 'down', reason: 'unreachable' }, true, 'bad', 'Redis is not reachable'],
] as const)('Redis as %o with a breaker open: %s is %s, "%s"', (health, breakerOpen, tone, title) => {
  expect(redisState(health, breakerOpen, 'rest')).toMatchObject({ tone, title })
})

test('the words are about the settings of the protocol in use', () => {
  const health = { status: 'down', reason: 'unauthorized' } as const
  expect(redisState(health, false, 'rest').advice).toContain('UPSTASH_REDIS_REST_TOKEN')
  const overTcp = redisState(health, false, 'tcp')
  expect(overTcp.title).toBe('Redis did not accept the user or the password')
  expect(overTcp.advice).toContain('REDIS_URL')
})

test('every state that is not good says what to do', () => {
  for (const reason of ['quota', 'timeout', 'unauthorized', 'unreachable', 'no_scripts'] as const)
    expect(redisState({ status: 'down', reason }, false, 'rest').advice).toBeTruthy()
  expect(clerkState({ status: 'down', reason: 'clerk_unavailable' }, 0).advice).toBeTruthy()
  expect(clerkState({ status: 'up', latencyMs: 3 }, 4200).title).toBe('Clerk asked to wait 5 s')
})

test('Clerk is slow from a second on', () => {
  expect(clerkState({ status: 'up', latencyMs: 300 }, 0)).toMatchObject({ tone: 'good' })
  const slow = { tone: 'warn', title: 'Slow, ping now 1200 ms' }
  expect(clerkState({ status: 'up', latencyMs: 1200 }, 0)).toMatchObject(slow)
})
