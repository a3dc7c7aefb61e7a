import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisStore } from '@/lib/lookup/redis/store'
import type { Protocol } from '@/lib/lookup/redis/transport'
import { fullOr } from '../../../support/full'
import { redisServer } from '../../../support/missing'
import { useUpstash } from '../../../support/upstash'

describe('over REST', () => ofProtocol('rest'))
describe.skipIf(!redisServer())('over TCP', () => ofProtocol('tcp'))

function ofProtocol(protocol: Protocol) {
  const server = useUpstash(protocol)
  const { token } = server

  describe('a busy process', () => {
    // Longer than the deadline, which is four fifths of it. A real server has to answer within it, on a busy machine too.
    it.each(protocol === 'tcp' ? [1000] : fullOr([300, 450], [300]))(
      'whose turns take %i ms takes no answer of Redis for a failure',
      async (turnMs) => {
        await server.engine.restart()
        const path = fileURLToPath(new URL('busy-process.ts', import.meta.url))
        const child = fork(path, [server.upstash.url, token, String(turnMs)], {
          execArgv: ['--import', 'tsx'],
        })
        const [message] = await once(child, 'message')
        expect(message).toEqual({
          late: [null],
          values: ['a, load 1', 'a, load 1', 'a, load 1', 'b, load 2', 'c, load 3', 'a, load 1', 'a, load 4'],
          events: [],
        })
      },
    )
  })

  describe('a Redis that hangs', () => {
    it('is noticed by a process that is not busy', async () => {
      const state = createProcessState()
      const store = createRedisStore({ ...server.upstash.address, state })
      server.upstash.faults.set({ hang: 'before' })
      await expect(store.read(['k'])).rejects.toMatchObject({ reason: 'timeout' })
      server.upstash.faults.clear()
    })

    it('does not keep a process alive that has its values', async () => {
      server.upstash.faults.set({ only: ['eval', 'evalsha'], hang: 'after' })
      const path = fileURLToPath(new URL('hanging-process.ts', import.meta.url))
      const child = spawn(process.execPath, ['--import', 'tsx', path, server.upstash.url, token], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let text = ''
      child.stdout.on('data', (part) => (text += part))
      await once(child, 'close')
      server.upstash.faults.clear()
      expect(text).toBe('x')
      // A read, two acquires whose answers are lost, and one attempt to return the lease. Three more would follow after pauses.
      expect(server.upstash.counts().http).toBe(4)
    })
  })
}
