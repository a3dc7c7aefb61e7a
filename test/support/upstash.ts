import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { Protocol } from '@/lib/lookup/redis/transport'
import { type Engine, startEngine } from '../../local/upstash/engine'
import { startOver } from './redis-tcp'

/**
 * The Upstash stand-in alone, or the same over TCP, from before the first test of a file until after the last. Every test begins with a server of
 * its own, so that what an earlier test still sends in the background meets no fault of this one and is not counted.
 */
export function useUpstash(protocol: Protocol = 'rest') {
  const token = 'a token'
  let engine: Engine | undefined
  let upstash: Awaited<ReturnType<typeof startOver>> | undefined
  const running = <T>(one: T | undefined): T => {
    if (!one) throw new Error('Upstash is not there: useUpstash() starts it before the first test')
    return one
  }
  beforeAll(async () => {
    engine = await startEngine(protocol === 'tcp' ? { prefer: 'server' } : {})
  })
  afterAll(async () => {
    await upstash?.close()
    await engine?.close()
  })
  beforeEach(async () => {
    await upstash?.close()
    upstash = await startOver(protocol, { token, engine: running(engine) })
  })
  return {
    token,
    get engine() {
      return running(engine)
    },
    get upstash() {
      return running(upstash)
    },
  }
}
