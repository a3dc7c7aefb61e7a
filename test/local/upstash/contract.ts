import { createHash } from 'node:crypto'
import { Redis } from '@upstash/redis'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Engine, startEngine } from '../../../local/upstash/engine'
import { startUpstash, type Upstash } from '../../../local/upstash/server'

const token = 'a token'
const LIMIT = 10 * 1024 * 1024

/** The contract of every engine behind the stand-in, tested with the real SDK and with plain requests. */
export function upstashContract(prefer: 'server' | 'wasm') {
  let engine: Engine
  let upstash: Upstash
  let redis: Redis
  let plain: Redis

  beforeAll(async () => {
    engine = await startEngine({ prefer })
    upstash = await startUpstash({ token, engine })
    redis = new Redis({ url: upstash.url, token, retry: { retries: 0 } })
    plain = new Redis({ url: upstash.url, token, retry: { retries: 0 }, automaticDeserialization: false })
  })
  afterAll(async () => {
    await upstash.close()
    await engine.close()
  })
  beforeEach(async () => {
    await redis.flushall()
    upstash.resetCounts()
  })

  async function ask(path: string, body?: unknown, headers: Record<string, string> = {}, method = 'POST') {
    const raw =
      typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body)
    const response = await fetch(upstash.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      body: raw ?? null,
    })
    return { status: response.status, text: await response.text() }
  }
  const base64 = { 'upstash-encoding': 'base64' }

  describe('the SDK', () => {
    it('stores and reads strings, numbers, objects and null', async () => {
      expect(await redis.set('object', { a: [1, null, 'ß'] })).toBe('OK')
      expect(await redis.get('object')).toEqual({ a: [1, null, 'ß'] })
      expect(await redis.get('missing')).toBeNull()
      expect(await redis.incrby('number', 41)).toBe(41)
      expect(await redis.mget('number', 'missing', 'object')).toEqual([41, null, { a: [1, null, 'ß'] }])
      expect(await redis.hset('hash', { a: '1', b: 'two' })).toBe(2)
      expect(await redis.hgetall('hash')).toEqual({ a: 1, b: 'two' })
      expect(await redis.type('hash')).toBe('hash')
      expect(await redis.scan('0', { match: 'ob*', count: 1000 })).toEqual(['0', ['object']])
    })

    it('serves lists, sets, sorted sets and hash counters in the shapes of the SDK', async () => {
      expect(await redis.rpush<unknown>('list', 'a', { b: 1 })).toBe(2)
      expect(await redis.lrange('list', 0, -1)).toEqual(['a', { b: 1 }])
      expect(await redis.sadd('set', 1, 2, 2)).toBe(2)
      expect([...(await redis.smembers('set'))].sort()).toEqual([1, 2])
      expect(await redis.sismember('set', 3)).toBe(0)
      expect(await redis.zadd('sorted', { score: 2.5, member: 'b' }, { score: 1, member: 'a' })).toBe(2)
      expect(await redis.zrange('sorted', 0, -1, { withScores: true })).toEqual(['a', 1, 'b', 2.5])
      expect(await redis.zrange('sorted', 2, '+inf', { byScore: true })).toEqual(['b'])
      expect(await redis.zscore('sorted', 'none')).toBeNull()
      expect(await redis.hincrby('hash', 'n', 5)).toBe(5)
      expect(await redis.hmget('hash', 'n', 'none')).toEqual({ n: 5, none: null })
      expect(await redis.unlink('list', 'set', 'none')).toBe(2)
    })

    it('serves streams: adds, ranges in both directions, trims and counts', async () => {
      const first = await redis.xadd('stream', '*', { kind: 'a', n: 1 })
      const second = await redis.xadd('stream', '*', { kind: 'b', n: 2 })
      expect(await redis.xrange('stream', '-', '+')).toEqual({
        [first]: { kind: 'a', n: 1 },
        [second]: { kind: 'b', n: 2 },
      })
      expect(Object.keys(await redis.xrevrange('stream', '+', '-', 1))).toEqual([second])
      expect(await redis.xtrim('stream', { strategy: 'MAXLEN', exactness: '=', threshold: 1 })).toBe(1)
      expect(await redis.xlen('stream')).toBe(1)
    })

    it('fails as the SDK says: of a command, of a script, and of a pipeline by its position', async () => {
      await redis.set('text', 'x')
      await expect(redis.lpush('text', 'y')).rejects.toThrow('WRONGTYPE')
      await expect(redis.eval("return redis.call('INCR', KEYS[1])", ['text'], [])).rejects.toThrow(
        'not an integer',
      )
      await expect(redis.eval('return nothing(', [], [])).rejects.toThrow('Error compiling script')
      await expect(redis.pipeline().get('text').lpop('text').exec()).rejects.toThrow(
        /Command 2 \[ lpop \] failed/,
      )
      await expect(redis.multi().set('text', 'z').lpop('text').exec()).rejects.toThrow('WRONGTYPE')
      expect(await redis.get('text')).toBe('z')
    })

    it('reads a stored OK as OK, alone and in lists', async () => {
      await redis.set('ok', 'OK')
      expect(await redis.get('ok')).toBe('OK')
      expect(await redis.mget('ok', 'ok')).toEqual(['OK', 'OK'])
      expect(
        await redis.eval("return {redis.status_reply('OK'), {redis.status_reply('OK')}}", [], []),
      ).toEqual(['OK', ['OK']])
    })

    it('sets with conditions and TTLs', async () => {
      expect(await redis.set('lock', 'mine', { nx: true, px: 60_000 })).toBe('OK')
      expect(await redis.set('lock', 'yours', { nx: true, px: 60_000 })).toBeNull()
      expect(await redis.pttl('lock')).toBeGreaterThan(50_000)
      await redis.set('short', 1, { px: 5 })
      await expect.poll(() => redis.get('short')).toBeNull()
    })

    it('keeps the order of a pipeline, errors included', async () => {
      const results = await redis
        .pipeline()
        .set('list', 'text')
        .append('list', '!')
        .lpush('list', 'x')
        .get('list')
        .exec({ keepErrors: true })
      expect(results.map(({ result, error }) => error ?? result)).toEqual([
        'OK',
        5,
        'WRONGTYPE Operation against a key holding the wrong kind of value',
        'text!',
      ])
    })

    it('sends 200 parallel reads in a few requests over a few sockets', async () => {
      await Promise.all(Array.from({ length: 200 }, (_, i) => redis.get(`key ${i}`)))
      expect(upstash.counts()).toMatchObject({ commands: 200, byCommand: { get: 200 } })
      expect(upstash.counts().http).toBeLessThanOrEqual(2)
      expect(upstash.counts().peakSockets).toBeLessThanOrEqual(4)
    })

    it('runs a transaction without other commands in between', async () => {
      // Too long for one write to the engine, so that other connections could run commands in between.
      const padding = 'x'.repeat(1_000_000)
      const own = (id: string) => redis.multi().set('id', id).set('c', padding).get('id').exec()
      const ids = Array.from({ length: 16 }, (_, i) => `transaction ${i}`)
      expect(await Promise.all(ids.map(own))).toEqual(ids.map((id) => ['OK', 'OK', id]))
    })

    it('runs scripts by text and by hash, and reports an unknown hash', async () => {
      const script = 'return {KEYS[1], ARGV[1], {1, false}}'
      await expect(redis.evalsha('0'.repeat(40), [], [])).rejects.toThrow('NOSCRIPT')
      expect(await redis.eval(script, ['k'], ['v'])).toEqual(['k', 'v', [1, null]])
      expect(await redis.createScript(script).exec(['k'], ['v'])).toEqual(['k', 'v', [1, null]])
    })

    it.each([
      '#!lua flags=allow-key-locking\nreturn redis.call("incr", KEYS[1])',
      '#!lua flags=allow-key-locking,allow-stale\nreturn redis.call("incr", KEYS[1])',
    ])('takes the script flag allow-key-locking and names the script by its own hash: %j', async (script) => {
      const sha = createHash('sha1').update(script).digest('hex')
      await redis.scriptFlush()
      await expect(redis.evalsha(sha, ['n'], [])).rejects.toThrow('NOSCRIPT')
      expect(await redis.eval(script, ['n'], [])).toBe(1)
      expect(await redis.evalsha(sha, ['n'], [])).toBe(2)
      expect(await redis.evalsha(sha.toUpperCase(), ['n'], [])).toBe(3)
      await redis.scriptFlush()
      expect(await redis.scriptExists(sha)).toEqual([0])
      expect(await redis.scriptLoad(script)).toBe(sha)
      expect(await redis.scriptExists(sha)).toEqual([1])
      expect(await redis.evalsha(sha, ['n'], [])).toBe(4)
    })

    it('subscribes to channels and patterns until it unsubscribes', async () => {
      const channels = redis.subscribe<{ n: number }>('news')
      const patterns = redis.psubscribe<{ n: number }>('n*')
      await Promise.all([
        new Promise((resolve) => channels.on('subscribe', resolve)),
        new Promise((resolve) => patterns.on('psubscribe', resolve)),
      ])
      const received = Promise.all([
        new Promise((resolve) => channels.on('message', resolve)),
        new Promise((resolve) => patterns.on('pmessage', resolve)),
      ])
      expect(await redis.publish('news', { n: 1 })).toBe(2)
      expect(await received).toEqual([
        { channel: 'news', message: { n: 1 } },
        { pattern: 'n*', channel: 'news', message: { n: 1 } },
      ])
      await Promise.all([channels.unsubscribe(), patterns.unsubscribe()])
      await expect.poll(() => redis.publish('news', { n: 2 })).toBe(0)
      expect(upstash.streams.count()).toBe(0)
    })

    it('returns a sync token that changes', async () => {
      await redis.set('a', 1)
      const first = redis.readYourWritesSyncToken
      await redis.set('a', 2)
      expect(first).toBeTruthy()
      expect(redis.readYourWritesSyncToken).not.toBe(first)
    })

    it('round-trips any text as key and value', async () => {
      // The SDK's TextDecoder drops a leading byte order mark.
      const text = fc.string({ unit: 'binary' }).filter((value) => !value.startsWith('\uFEFF'))
      await fc.assert(
        fc.asyncProperty(text, text, async (key, value) => {
          await plain.set(key, value)
          expect(await plain.get(key)).toBe(value)
          expect(await plain.mget(key, key)).toEqual([value, value])
          expect(await plain.eval('return {KEYS[1], {ARGV[1]}}', [key], [value])).toEqual([key, [value]])
        }),
      )
    })

    it('round-trips any JSON', async () => {
      await fc.assert(
        fc.asyncProperty(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), async (value) => {
          await redis.set('json', value)
          expect(await redis.get('json')).toEqual(JSON.parse(JSON.stringify(value)))
        }),
      )
    })
  })

  describe('over plain HTTP', () => {
    it.each(['/', '/pipeline', '/multi-exec', '/get/a', '/subscribe/a', '/_local/counts', '/nothing'])(
      'requires the token on %s',
      async (path) => {
        for (const authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${token}`, token]) {
          const { status, text } = await ask(path, [['GET', 'a']], { authorization })
          expect([status, text]).toEqual([401, '{"error":"WRONGPASS invalid or missing auth token"}'])
        }
        expect(upstash.counts().commands).toBe(0)
      },
    )

    it('accepts the token in the URL too', async () => {
      const response = await fetch(`${upstash.url}/set/a/b?_token=${encodeURIComponent(token)}`)
      expect(await response.json()).toEqual({ result: 'OK' })
    })

    it('answers single commands with 200 or 400', async () => {
      expect(await ask('/', ['SET', 'a', 1, 'EX', 100])).toMatchObject({
        status: 200,
        text: '{"result":"OK"}',
      })
      expect(await ask('/', ['get', 'a'])).toMatchObject({ status: 200, text: '{"result":"1"}' })
      expect(await ask('/', ['GET', 'b'])).toMatchObject({ status: 200, text: '{"result":null}' })
      expect(await ask('/', ['LRANGE', 'b', 0, -1])).toMatchObject({ status: 200, text: '{"result":[]}' })
      expect(await ask('/', ['GET'])).toMatchObject({
        status: 400,
        text: '{"error":"ERR wrong number of arguments for \'get\' command"}',
      })
    })

    it('keeps all 64 bits of an integer', async () => {
      expect((await ask('/', ['INCRBY', 'n', '9223372036854775807'])).text).toBe(
        '{"result":9223372036854775807}',
      )
      expect((await ask('/', ['DECRBY', 'm', '9007199254740993'])).text).toBe('{"result":-9007199254740993}')
    })

    it('answers 200 with the errors of a pipeline in its items', async () => {
      const { status, text } = await ask('/pipeline', [
        ['SET', 'a', 'x'],
        ['INCR', 'a'],
        ['NOPE'],
        ['GET', 'a'],
      ])
      expect(status).toBe(200)
      expect(JSON.parse(text)).toEqual([
        { result: 'OK' },
        { error: 'ERR value is not an integer or out of range' },
        { error: expect.stringContaining('ERR unknown command') },
        { result: 'x' },
      ])
    })

    it('executes a transaction past a failing command, and nothing of a malformed transaction', async () => {
      const failing = await ask('/multi-exec', [
        ['SET', 'a', 'x'],
        ['INCR', 'a'],
        ['GET', 'a'],
      ])
      expect(failing.status).toBe(200)
      expect(JSON.parse(failing.text)).toEqual([
        { result: 'OK' },
        { error: 'ERR value is not an integer or out of range' },
        { result: 'x' },
      ])
      for (const bad of [['NOPE'], ['GET'], ['MULTI'], ['BLPOP', 'a', 0]]) {
        const { status, text } = await ask('/multi-exec', [['SET', 'a', 'y'], bad])
        expect(status).toBe(400)
        expect(text).toContain('EXECABORT')
      }
      expect(await redis.get('a')).toBe('x')
    })

    it.each([
      ['/', 'not json'],
      ['/', ''],
      ['/', '{}'],
      ['/', '[]'],
      ['/', '[null]'],
      ['/', '["SET","a",null]'],
      ['/', '["SET","a",{}]'],
      ['/pipeline', '[]'],
      ['/pipeline', '["GET","a"]'],
      ['/pipeline', '[[]]'],
      ['/multi-exec', '[["GET","a"],[]]'],
    ])('refuses %s with the body %s', async (path, body) => {
      const { status, text } = await ask(path, body)
      expect(status).toBe(400)
      expect(JSON.parse(text)).toEqual({ error: expect.stringMatching(/^ERR failed to parse/) })
    })

    it.each([
      ['SUBSCRIBE', 'a'],
      ['MULTI'],
      ['SELECT', 1],
      ['SHUTDOWN'],
      ['XREAD', 'BLOCK', 0, 'STREAMS', 'a', 0],
    ])('does not serve %s as a command', async (...command) => {
      const { status, text } = await ask('/', command)
      expect([status, text]).toEqual([400, expect.stringContaining('ERR Command is not available')])
    })

    it('accepts four methods', async () => {
      expect(await ask('/get/a', undefined, {}, 'GET')).toMatchObject({
        status: 200,
        text: '{"result":null}',
      })
      expect(await ask('/get/a', undefined, {}, 'HEAD')).toMatchObject({ status: 200, text: '' })
      expect(await ask('/set/a', 'x', {}, 'PUT')).toMatchObject({ status: 200 })
      expect(await ask('/get/a', undefined, {}, 'DELETE')).toMatchObject({ status: 405 })
    })

    it('takes the command from the path, its last value from the body, its options from the query', async () => {
      await ask('/set/a%20key%2Fx/%F0%9F%8D%8B', undefined, {}, 'GET')
      expect((await ask('/get/a%20key%2Fx', undefined, {}, 'GET')).text).toBe('{"result":"🍋"}')
      await ask('/set/b?EX=100', '["any", "body"]')
      expect(await plain.get('b')).toBe('["any", "body"]')
      expect(await redis.ttl('b')).toBeGreaterThan(90)
      expect((await ask('/set/b?NX', 'other')).text).toBe('{"result":null}')
      expect((await ask('/nope/x')).status).toBe(400)
    })

    it('with base64 encodes every string other than OK', async () => {
      const script = "return {'OK', {'é', 1, false}}"
      expect((await ask('/set/a/OK', undefined, base64)).text).toBe('{"result":"OK"}')
      expect((await ask('/get/a', undefined, base64)).text).toBe('{"result":"T0s="}')
      expect((await ask('/ping', undefined, base64)).text).toBe('{"result":"UE9ORw=="}')
      expect((await ask('/', ['EVAL', script, 0], base64)).text).toBe('{"result":["T0s=",["w6k=",1,null]]}')
      expect(
        (
          await ask(
            '/pipeline',
            [
              ['GET', 'a'],
              ['LPOP', 'a'],
            ],
            base64,
          )
        ).text,
      ).toBe(
        '[{"result":"T0s="},{"error":"WRONGTYPE Operation against a key holding the wrong kind of value"}]',
      )
    })

    it('round-trips any bytes through a body', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ minLength: 1 }), async (bytes) => {
          await ask('/set/bytes', bytes)
          const { text } = await ask('/get/bytes', undefined, base64)
          expect(JSON.parse(text).result).toBe(Buffer.from(bytes).toString('base64'))
        }),
      )
    })

    it('answers a pipeline like its commands one by one', async () => {
      const key = fc.constantFrom('a', 'b')
      const command = fc.oneof(
        fc.tuple(fc.constant('SET'), key, fc.constantFrom('1', 'x')),
        fc.tuple(fc.constantFrom('GET', 'INCR', 'DEL', 'LPOP', 'NOPE'), key),
        fc.tuple(fc.constant('LPUSH'), key, fc.string()),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 8 }), async (commands) => {
          await redis.flushall()
          const together = JSON.parse((await ask('/pipeline', commands)).text)
          await redis.flushall()
          const alone: unknown[] = []
          for (const each of commands) alone.push(JSON.parse((await ask('/', each)).text))
          expect(together).toEqual(alone)
        }),
        { numRuns: 40 },
      )
    })

    it('accepts a body of 10 MB and refuses one byte more', async () => {
      const body = (size: number) => `["SET","big","${'x'.repeat(size - '["SET","big",""]'.length)}"]`
      expect(await ask('/', body(LIMIT))).toMatchObject({ status: 200, text: '{"result":"OK"}' })
      expect(await redis.strlen('big')).toBe(LIMIT - 16)
      const { status, text } = await ask('/', body(LIMIT + 1))
      expect(status).toBe(413)
      expect(text).toContain(
        `ERR max request size exceeded. Limit: ${LIMIT} bytes, Actual: ${LIMIT + 1} bytes.`,
      )
    })

    it('streams a subscription as events and ends it when the client leaves', async () => {
      for (const method of ['POST', 'GET']) {
        const leave = new AbortController()
        const response = await fetch(`${upstash.url}/subscribe/news`, {
          method,
          headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...base64 },
          signal: leave.signal,
        })
        expect(response.headers.get('content-type')).toContain('text/event-stream')
        expect(await redis.publish('news', 'a, b\nc')).toBe(1)
        const expected = 'data: subscribe,news,1\n\ndata: message,news,a, b\ndata: c\n\n'
        expect(await readText(response, expected.length)).toBe(expected)
        leave.abort()
        await expect.poll(() => redis.publish('news', 'x')).toBe(0)
      }
    })

    it('counts requests, commands, bytes and sockets', async () => {
      const body = JSON.stringify([['GET', 'a'], ['GET', 'b'], ['MGET', 'a', 'b'], ['MULTI']])
      const { text } = await ask('/pipeline', body)
      expect(upstash.counts()).toMatchObject({
        http: 1,
        commands: 3,
        byCommand: { get: 2, mget: 1 },
        bytesIn: body.length,
        bytesOut: text.length,
      })
      await ask('/_local/counts', undefined, {}, 'GET')
      expect(upstash.counts().http).toBe(1)
    })
  })

  it('answers 500 while the engine is down, and works again with an empty one', async () => {
    await redis.set('a', 1)
    await engine.kill()
    expect(await ask('/get/a')).toMatchObject({ status: 500 })
    expect(await ask('/subscribe/a')).toMatchObject({ status: 500 })
    await engine.restart()
    expect(await redis.get('a')).toBeNull()
  })
}

/** Reads a stream until it has this many characters. */
export async function readText(response: Response, length: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length >= length) break
  }
  return text
}
