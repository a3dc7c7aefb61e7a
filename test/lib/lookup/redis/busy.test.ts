import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createLookups } from '@/lib/lookup/create-lookups'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisStore } from '@/lib/lookup/redis/store'
import { createPlainRuntime } from '@/lib/lookup/runtime/plain'
import { useUpstash } from '../../../support/upstash'
import { user } from '../in-process-fleet'

const server = useUpstash()
const { token } = server

describe('a busy process', () => {
  // The first is longer than the deadline, which is 250 ms; the second is a process that hardly ever turns.
  it.each([300, 450])('whose turns take %i ms takes no answer of Redis for a failure', async (turnMs) => {
    await server.engine.restart()
    const path = fileURLToPath(new URL('busy-process.ts', import.meta.url))
    const child = fork(path, [server.upstash.url, token, String(turnMs)], { execArgv: ['--import', 'tsx'] })
    const [message] = await once(child, 'message')
    expect(message).toEqual({
      late: [null],
      values: ['a, load 1', 'a, load 1', 'a, load 1', 'b, load 2', 'c, load 3', 'a, load 1', 'a, load 4'],
      events: [],
    })
  })
})

describe('a Redis that hangs', () => {
  it('is noticed by a process that is not busy', async () => {
    const state = createProcessState()
    const store = createRedisStore({ url: server.upstash.url, token, state })
    server.upstash.faults.set({ hang: 'before' })
    await expect(store.read(['k'])).rejects.toMatchObject({ reason: 'timeout' })
    server.upstash.faults.clear()
  })

  it('does not keep a process alive that has its values', async () => {
    const state = createProcessState()
    const store = createRedisStore({ url: server.upstash.url, token, timeoutMs: 50, state })
    const lookups = createLookups({ store, runtime: createPlainRuntime(), namespace: 'hangs', state })
    const lookup = lookups.defineLookup(user(async () => 'x'))
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout')
    const before = timers().length
    server.upstash.resetCounts()
    server.upstash.faults.set({ only: ['eval', 'evalsha'], hang: 'after' })
    expect(await lookup('a')).toBe('x')
    // Both acquires are lost. What follows are attempts to return the lease, with pauses of up to 5.4 s in between.
    await expect.poll(() => server.upstash.counts().http).toBeGreaterThan(4)
    await expect.poll(() => timers().length).toBeLessThanOrEqual(before)
    server.upstash.faults.clear()
  })
})
