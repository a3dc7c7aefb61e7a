import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLookups } from '@/lib/lookup/create-lookups'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisStore } from '@/lib/lookup/redis/store'
import { createPlainRuntime } from '@/lib/lookup/runtime/plain'
import { type Engine, startEngine } from '../../../../local/upstash/engine'
import { startUpstash, type Upstash } from '../../../../local/upstash/server'
import { user } from '../in-process-fleet'

const token = 'a token'
let engine: Engine
let upstash: Upstash

beforeAll(async () => {
  engine = await startEngine()
  upstash = await startUpstash({ token, engine })
})
afterAll(async () => {
  await upstash?.close()
  await engine?.close()
})

describe('a busy process', () => {
  // The first is longer than the deadline, which is 250 ms; the second is a process that hardly ever turns.
  it.each([300, 450])('whose turns take %i ms takes no answer of Redis for a failure', async (turnMs) => {
    await engine.restart()
    const path = fileURLToPath(new URL('busy-process.ts', import.meta.url))
    const child = fork(path, [upstash.url, token, String(turnMs)], { execArgv: ['--import', 'tsx'] })
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
    const store = createRedisStore({ url: upstash.url, token, state })
    upstash.faults.set({ hang: 'before' })
    await expect(store.read(['k'])).rejects.toMatchObject({ reason: 'timeout' })
    upstash.faults.clear()
  })

  it('does not keep a process alive that has its values', async () => {
    const state = createProcessState()
    const store = createRedisStore({ url: upstash.url, token, timeoutMs: 50, state })
    const lookups = createLookups({ store, runtime: createPlainRuntime(), namespace: 'hangs', state })
    const lookup = lookups.defineLookup(user(async () => 'x'))
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout')
    const before = timers().length
    upstash.resetCounts()
    upstash.faults.set({ only: ['eval', 'evalsha'], hang: 'after' })
    expect(await lookup('a')).toBe('x')
    // Both acquires are lost. What follows are attempts to return the lease, with pauses of up to 5.4 s in between.
    await expect.poll(() => upstash.counts().http).toBeGreaterThan(4)
    await expect.poll(() => timers().length).toBeLessThanOrEqual(before)
    upstash.faults.clear()
  })
})
