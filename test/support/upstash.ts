import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type Engine, startEngine } from '../../local/upstash/engine'
import { startUpstash, type Upstash } from '../../local/upstash/server'

/**
 * The Upstash stand-in alone, from before the first test of a file until after the last. Every test begins with a server of
 * its own, so that what an earlier test still sends in the background meets no fault of this one and is not counted.
 */
export function useUpstash() {
  const token = 'a token'
  let engine: Engine | undefined
  let upstash: Upstash | undefined
  const running = <T>(one: T | undefined): T => {
    if (!one) throw new Error('Upstash is not there: useUpstash() starts it before the first test')
    return one
  }
  beforeAll(async () => {
    engine = await startEngine()
  })
  afterAll(async () => {
    await upstash?.close()
    await engine?.close()
  })
  beforeEach(async () => {
    await upstash?.close()
    upstash = await startUpstash({ token, engine: running(engine) })
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
