import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPublicKeys, givenPublicKey } from '@/lib/http/public-keys'

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const [old, next] = [pair(), pair()]
const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString()
const jwk = (kid: string, { publicKey }: ReturnType<typeof pair>) => ({
  ...publicKey.export({ format: 'jwk' }),
  kid,
})

const encoded = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
function tokenOf(kid: string, { privateKey }: ReturnType<typeof pair>, alg = 'RS256'): string {
  const content = `${encoded({ alg, typ: 'JWT', kid })}.${encoded({ sub: 'user_1' })}`
  return `${content}.${sign(`RSA-SHA${alg.slice(2)}`, Buffer.from(content), privateKey).toString('base64url')}`
}

const OLD = jwk('ins_old', old)
const NEXT = jwk('ins_next', next)
const token = tokenOf('ins_old', old)
const renewed = tokenOf('ins_next', next)
const madeUp = tokenOf('ins_madeUp', next)

describe('the signature of a token', () => {
  const key = givenPublicKey(pemOf(old.publicKey))

  test.each(['RS256', 'RS384', 'RS512'])('is seen to be of the instance, by %s', async (alg) => {
    expect((await key([])).isSigned(tokenOf('ins_old', old, alg))).toBe(true)
  })

  test('is seen to be of the instance by a key whose lines are written as \\n, which Clerk’s SDK gets as lines', async () => {
    const keys = await givenPublicKey(pemOf(old.publicKey).replaceAll('\n', '\\n'))([])
    expect(keys.isSigned(token)).toBe(true)
    expect(keys.pemFor([])).toBe(pemOf(old.publicKey))
  })

  test('is seen not to be of the instance', async () => {
    const [head, , signature] = token.split('.')
    const keys = await key([])
    expect(keys.isSigned(`${head}.${encoded({ sub: 'user_2' })}.${signature}`)).toBe(false)
    expect(keys.isSigned(tokenOf('ins_old', next))).toBe(false)
    expect(keys.isSigned(`${head}.${encoded({ sub: 'user_1' })}.`)).toBe(false)
  })
})

describe('the public keys that Clerk says', () => {
  let server: ReturnType<typeof createServer>
  let requests = 0
  let answer: RequestListener
  const say =
    (...keys: object[]): RequestListener =>
    (_, response) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
  const refuse: RequestListener = (_, response) => response.writeHead(503).end()

  // The settings are read once.
  beforeAll(async () => {
    server = createServer((request, response) => {
      requests++
      answer(request, response)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    vi.stubEnv('CLERK_API_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    vi.stubEnv('CLERK_SECRET_KEY', 'sk_test_0123456789')
  })
  afterAll(() => {
    vi.unstubAllEnvs()
    server.closeAllConnections()
    server.close()
  })
  beforeEach(() => {
    requests = 0
    answer = say(OLD)
  })

  /** With a clock that is set by hand. */
  function create() {
    const clock = { at: 0, now: () => clock.at }
    return { clock, find: createPublicKeys(clock) }
  }
  /** Until the request behind the last one has ended. */
  const asked = (count: number) => expect.poll(() => requests).toBe(count)

  test('are asked for once by all who come at once, and not for the next five minutes', async () => {
    const { find, clock } = create()
    const all = await Promise.all(Array.from({ length: 700 }, () => find([token])))
    expect(all.every((keys) => keys.isSigned(token) && keys.count === 1)).toBe(true)
    clock.at = 5 * 60_000 - 1
    expect((await find([token])).pemFor([token])).toBe(pemOf(old.publicKey))
    expect(requests).toBe(1)
  })

  test('are asked for again after five minutes, for which nobody waits', async () => {
    const { find, clock } = create()
    await find([token])
    let end = () => {}
    answer = (request, response) => {
      end = () => say(NEXT)(request, response)
    }
    clock.at = 5 * 60_000
    for (let i = 0; i < 10; i++) expect((await find([token])).isSigned(token)).toBe(true)
    await asked(2)
    end()
    await expect.poll(async () => (await find([token])).isSigned(token)).toBe(false)
    expect((await find([token])).isSigned(renewed)).toBe(true)
  })

  test('are asked for before the first request after long', async () => {
    const { find, clock } = create()
    await find([token])
    answer = say(NEXT)
    clock.at = 10 * 60_000
    expect((await find([token])).isSigned(token)).toBe(false)
  })

  test('are asked for at once for a token that names another one, and then not for a second, whatever else is made up', async () => {
    const { find, clock } = create()
    await find([token])
    clock.at = 1_000
    answer = say(OLD, NEXT)
    const keys = await find([renewed])
    expect(keys.count).toBe(2)
    for (const one of [token, renewed]) expect(keys.isSigned(one)).toBe(true)
    expect(keys.pemFor([madeUp, renewed, token])).toBe(pemOf(next.publicKey))
    expect(keys.pemFor([token, renewed])).toBe(pemOf(old.publicKey))
    for (let i = 0; i < 100; i++) {
      clock.at = 1_000 + 9 * i
      await find([tokenOf(`ins_${i}`, old)])
    }
    expect(requests).toBe(2)
    clock.at = 2_000
    await Promise.all([find([madeUp]), find([madeUp])])
    expect(requests).toBe(3)
  })

  test('say nothing of a token that names another one while Clerk does not answer', async () => {
    const { find, clock } = create()
    await find([token])
    clock.at = 1_000
    answer = refuse
    for (let i = 0; i < 3; i++)
      await expect(find([renewed])).rejects.toMatchObject({ code: 'clerk_unavailable' })
    expect(requests).toBe(2)
    // A session that is known, beside an old one.
    for (const tokens of [[token], [token, renewed], []])
      expect((await find(tokens)).isSigned(token)).toBe(true)
    answer = say(OLD, NEXT)
    clock.at = 2_000
    expect((await find([renewed])).isSigned(renewed)).toBe(true)
  })

  test('go on while Clerk does not answer, and are asked for every 10 s', async () => {
    const { find, clock } = create()
    await find([token])
    answer = refuse
    clock.at = 30 * 60_000
    expect((await find([token])).isSigned(token)).toBe(true)
    expect(requests).toBe(2)
    clock.at += 9_999
    await find([token])
    expect(requests).toBe(2)
    answer = say(NEXT)
    clock.at += 1
    await find([token])
    await expect.poll(async () => (await find([token])).isSigned(renewed)).toBe(true)
    expect(requests).toBe(3)
  })

  test.each<[string, RequestListener]>([
    ['an error', refuse],
    ['no key', say()],
    ['no key that can be read', say({ kid: 'ins_old', kty: 'RSA' }, { ...OLD, kid: undefined })],
    ['another page', (_, response) => void response.end('<html>')],
  ])('are not known while Clerk answers %s, which it is asked about once a second', async (_, odd) => {
    answer = odd
    const { find, clock } = create()
    const failed = { name: 'ClerkError', code: 'clerk_unavailable' }
    const all = await Promise.allSettled([find([token]), find([token]), find([])])
    for (const one of all) expect(one).toMatchObject({ status: 'rejected', reason: failed })
    clock.at = 999
    await expect(find([token])).rejects.toMatchObject(failed)
    expect(requests).toBe(1)
    const { publicKey: other } = generateKeyPairSync('ed25519')
    answer = say(
      { kid: 'ins_odd', kty: 'RSA' },
      { ...other.export({ format: 'jwk' }), kid: 'ins_other' },
      OLD,
    )
    clock.at = 1_000
    const keys = await find([token])
    const short = token.replace(/[^.]+$/, 'c2')
    expect([keys.isSigned(token), keys.isSigned(short), keys.count]).toEqual([true, false, 1])
  })

  test('say with a secret key that is not accepted what to do', async () => {
    answer = (_, response) =>
      response.writeHead(401).end(JSON.stringify({ errors: [{ code: 'clerk_key_invalid' }] }))
    await expect(create().find([token])).rejects.toMatchObject({ code: 'clerk_unauthorized' })
  })
})
