import { Redis } from '@upstash/redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Engine, startEngine } from '../../../local/upstash/engine'
import { badGateway, noScripts, quotaExceeded, wrongPass } from '../../../local/upstash/faults'
import { startUpstash, type Upstash } from '../../../local/upstash/server'
import { readText } from './contract'

const token = 't'
let engine: Engine
let upstash: Upstash
let redis: Redis

beforeAll(async () => {
  engine = await startEngine({ prefer: 'wasm' })
  upstash = await startUpstash({ token, engine })
})
afterAll(async () => {
  await upstash.close()
  await engine.close()
})
beforeEach(async () => {
  redis = new Redis({ url: upstash.url, token, retry: { retries: 0 }, enableAutoPipelining: false })
  await redis.flushall()
})
afterEach(() => upstash.faults.clear())

const control = async (path: string, body: unknown, bearer = token) => {
  const response = await fetch(`${upstash.url}/_local/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}` },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}
function signal(): [Promise<void>, () => void] {
  let give = () => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return [given, give]
}
const subscribe = (channel: string) =>
  fetch(`${upstash.url}/subscribe/${channel}`, { headers: { authorization: `Bearer ${token}` } })

describe('a fault of the stand-in', () => {
  it.each([
    ['the quota', quotaExceeded, /ERR max requests limit exceeded/],
    ['a gateway', badGateway, /Unable to parse response body: <html>/],
    ['a wrong password', wrongPass, /WRONGPASS/],
    ['a reset connection', { reset: 'before' }, /fetch failed/],
  ] as const)('answers for %s without executing', async (_, fault, message) => {
    upstash.faults.next(fault)
    await expect(redis.incr('n')).rejects.toThrow(message)
    expect(await redis.get('n')).toBeNull()
  })

  it.each([
    ['loses the answer', { reset: 'after' }, /fetch failed/],
    ['breaks off in the answer', { reset: 'during' }, /terminated/],
    ['cuts the JSON', { truncate: true }, /Unable to parse response body/],
  ] as const)('%s after the request was executed', async (_, fault, message) => {
    upstash.faults.next(fault)
    await expect(redis.incr('n')).rejects.toThrow(message)
    expect(await redis.get('n')).toBe(1)
  })

  it('leaves items out of a pipeline that was executed', async () => {
    upstash.faults.next({ short: 1 })
    const results = await redis.pipeline().incr('n').incr('n').exec()
    expect(results).toEqual([1])
    expect(await redis.get('n')).toBe(2)
  })

  it('executes a request twice and answers once', async () => {
    upstash.faults.next({ repeat: 1 })
    expect(await redis.incr('n')).toBe(1)
    await expect.poll(() => redis.get('n')).toBe(2)
  })

  it.each(['before', 'after'] as const)('hangs %s executing until the client gives up', async (hang) => {
    const [arrived, arrive] = signal()
    upstash.faults.next({ hang, before: arrive })
    const patience = new AbortController()
    const impatient = new Redis({ url: upstash.url, token, signal: () => patience.signal })
    const given = expect(impatient.incr('n')).rejects.toThrow(/gave up/)
    await arrived
    if (hang === 'after') await expect.poll(() => redis.get('n')).toBe(1)
    patience.abort(new Error('gave up'))
    await given
    expect(await redis.get('n')).toBe(hang === 'after' ? 1 : null)
  })

  it('delays the request or its answer', async () => {
    upstash.faults.next({ delay: 20 }, { delayReply: 20 })
    const started = performance.now()
    await redis.incr('n')
    await redis.incr('n')
    expect(performance.now() - started).toBeGreaterThan(35)
  })

  it('holds a request at a point that the test chooses', async () => {
    const [arrived, arrive] = signal()
    const [released, release] = signal()
    const before = () => {
      arrive()
      return released
    }
    upstash.faults.next({ only: ['INCR'], before })
    const held = redis.incr('n')
    await arrived
    expect(await redis.get('n')).toBeNull()
    release()
    expect(await held).toBe(1)
  })

  it('refuses only scripts, in a pipeline too, like Redis for a user without the permission', async () => {
    upstash.faults.set(noScripts)
    await expect(redis.eval('return 1', [], [])).rejects.toThrow(/NOPERM/)
    const results = await redis
      .pipeline()
      .set('a', 1)
      .eval('return 1', [], [])
      .get('a')
      .exec({ keepErrors: true })
    expect(results.map(({ error }) => error?.split(' ')[0])).toEqual([undefined, 'NOPERM', undefined])
    upstash.faults.set()
    expect(await redis.eval('return 1', [], [])).toBe(1)
  })

  it('affects only the requests it names, after those it skips, as often as it is set', async () => {
    upstash.faults.next(
      { only: ['set'], skip: 1, ...quotaExceeded },
      { only: ['/pipeline'], ...quotaExceeded },
    )
    await redis.get('a')
    await redis.set('a', 1)
    await expect(redis.set('a', 2)).rejects.toThrow(/quota|limit/)
    await redis.set('a', 3)
    await expect(redis.pipeline().get('a').exec()).rejects.toThrow(/limit/)
    upstash.faults.set(quotaExceeded)
    for (let i = 0; i < 3; i++) await expect(redis.get('a')).rejects.toThrow(/limit/)
  })

  it('can be set from another process, with the token', async () => {
    expect(
      await control('faults', { next: [{ answer: { status: 503, body: '{"error":"down"}' } }] }),
    ).toMatchObject({
      status: 200,
    })
    await expect(redis.get('a')).rejects.toThrow('down')
    await control('faults', { set: [{ error: 'LOADING' }] })
    await expect(redis.get('a')).rejects.toThrow('LOADING')
    expect(await control('reset', {})).toMatchObject({ status: 200, body: { http: 0, commands: 0 } })
    expect(await redis.get('a')).toBeNull()
    expect(await control('faults', { next: [] }, 'wrong')).toMatchObject({ status: 401 })
    expect(await control('faults', { next: [{ explode: true }] })).toMatchObject({ status: 400 })
    expect(await control('nothing', {})).toMatchObject({ status: 404 })
  })

  it('refuses connections until it accepts them again', async () => {
    await upstash.refuse()
    await expect.poll(() => redis.get('a').catch((error) => error.cause.code)).toBe('ECONNREFUSED')
    await upstash.accept()
    expect(await redis.get('a')).toBeNull()
    await control('refuse', { ms: 20 })
    await expect.poll(() => redis.get('a').catch(() => 'refused')).toBeNull()
  })

  it('makes open subscriptions silent, or ends them', async () => {
    const silent = await subscribe('news')
    upstash.faults.next({ hang: 'after' })
    const muted = await subscribe('news')
    const hello = 'data: subscribe,news,1\n\n'
    await redis.publish('news', 'heard')
    upstash.streams.stall()
    await redis.publish('news', 'unheard')
    upstash.streams.end()
    expect(await silent.text()).toBe(`${hello}data: message,news,heard\n\n`)
    expect(await muted.text()).toBe(hello)

    const ending = await subscribe('news')
    await control('streams', { action: 'end' })
    expect(await readText(ending, Number.POSITIVE_INFINITY)).toBe(hello)
    expect(upstash.streams.count()).toBe(0)
  })
})
