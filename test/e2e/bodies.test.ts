import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { beforeAll, describe, expect, test } from 'vitest'
import { people } from '../../local/seed'
import { formOf } from '../support/forms'
import { postInPieces } from '../support/pieces'
import { useStage } from '../support/stage'

const stage = useStage()

/** Bytes: `proxyClientMaxBodySize` and `serverActions.bodySizeLimit` in next.config.mjs, and the middleware. */
const LIMIT = 64 * 1024

let cookie: string
beforeAll(async () => {
  const { cookies } = await stage.standIns.clerk.issueSession(people.member)
  cookie = Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
})

/** Posts bytes of a type, with their length in the header or in chunks. */
function post(
  path: string,
  { type, bytes, chunked = false }: { type: string; bytes: Uint8Array; chunked?: boolean },
) {
  const length = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(bytes.length) }
  const headers = { cookie, origin: stage.app.url, 'content-type': type, ...length }
  return new Promise<number | undefined>((resolve, reject) => {
    const sent = request(stage.app.url + path, { method: 'POST', headers }, (response) => {
      response.on('error', reject).on('end', () => resolve(response.statusCode))
      response.resume()
    })
    sent.on('error', reject).end(bytes)
  })
}

/** The form of the profile page with a first name, and a field that makes its body as long as said. */
async function profileForm(firstName: string, length: number) {
  const page = await (await fetch(`${stage.app.url}/profile`, { headers: { cookie } })).text()
  const fields = { firstName, lastName: 'Moreau', setup: 'complete', filler: '' }
  const encode = async (filler: string) => {
    const encoded = new Response(formOf(page, { ...fields, filler }))
    return {
      type: encoded.headers.get('content-type') ?? '',
      bytes: new Uint8Array(await encoded.arrayBuffer()),
    }
  }
  const { bytes } = await encode('')
  return encode('x'.repeat(Math.max(0, length - bytes.length)))
}

const firstName = () => stage.standIns.clerk.users().find(({ id }) => id === people.member)?.firstName

describe('a form', () => {
  test.each([
    ['short', 0],
    ['as long as the limit', LIMIT],
  ])('that is %s is saved', async (name, length) => {
    const form = await profileForm(name, length)
    expect(form.bytes.length).toBeLessThanOrEqual(LIMIT)
    expect(await post('/profile', form)).toBe(200)
    expect(firstName()).toBe(name)
  })

  test.each([LIMIT + 1, 100 * LIMIT])(
    'of %i bytes is refused with 413, and nothing is saved',
    async (length) => {
      const form = await profileForm('Too long', length)
      expect(form.bytes.length).toBe(length)
      expect(await post('/profile', form)).toBe(413)
      expect(firstName()).not.toBe('Too long')
    },
  )

  test('that is too long and does not say so is cut off by Next, and nothing is saved', async () => {
    const form = await profileForm('Too long', 2 * LIMIT)
    expect(await post('/profile', { ...form, chunked: true })).toBeGreaterThanOrEqual(400)
    expect(firstName()).not.toBe('Too long')
  })
})

test.each([
  '/',
  '/experts',
  '/experts/amara-okafor',
  '/no-such-page',
  '/_next/no-such',
  '/api/calendar/token',
])('%s refuses with 413 whatever is too long', async (path) => {
  const bytes = new Uint8Array(LIMIT + 1)
  for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=x'])
    expect(await post(path, { type, bytes })).toBe(413)
})

test('a body that was refused is no error in the log', () => {
  expect(stage.app.logs().filter(({ level }) => level === 'error')).toEqual([])
})

describe('a body', () => {
  test('to a page in a few small pieces is read, and the page answers', async () => {
    expect(await postInPieces(`${stage.app.url}/experts`, 200, 1)).toMatch(/^HTTP\/1\.1 \d/)
  })

  test.each(['/', '/experts', '/api/calendar/events', '/no-such-page'])(
    'to %s in very many small pieces is not read to its end',
    async (path) => {
      expect(await postInPieces(stage.app.url + path, 10_000, 1)).toBe('')
    },
  )
})

test('very many requests that do not wait for an answer are not answered, and the server goes on', async () => {
  const { hostname, port, host } = new URL(stage.app.url)
  const socket = connect(Number(port), hostname).on('error', () => {})
  socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(1000))
  let answers = ''
  for await (const data of socket) answers += data
  expect(answers.split('HTTP/1.1 200').length - 1).toBeLessThanOrEqual(4)
  expect((await fetch(`${stage.app.url}/api/health`)).status).toBe(200)
})

// Where the system shows which files a process has open.
test.skipIf(!existsSync('/proc/self/fd'))(
  'files that are asked for without waiting do not stay open',
  async () => {
    const page = await (await fetch(stage.app.url)).text()
    const file = /\/_next\/static\/[^"]+\.js/.exec(page)?.[0] ?? ''
    const sent = ['/nothing-here', file, file, file].map(
      (path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    )
    const folder = `/proc/${stage.app.pid}/fd`
    const isStatic = (name: string) => {
      try {
        return readlinkSync(`${folder}/${name}`).includes('/static/')
      } catch {
        return false
      }
    }
    const open = () => readdirSync(folder).filter(isStatic).length
    await expect.poll(open).toBe(0)
    for (let i = 0; i < 20; i++) {
      const socket = connect(Number(new URL(stage.app.url).port), 'localhost')
      socket.on('error', () => {})
      socket.write(sent.join(''))
      await new Promise((done) => socket.once('data', done).once('close', done))
      socket.destroy()
    }
    await expect.poll(open).toBe(0)
  },
)

test.each([
  { 'next-router-prefetch': '1' },
  { 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/nope' },
  { 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' },
])('a part of a page is not answered at the address of the page: %j', async (headers) => {
  for (const path of ['/', '/guides', '/sign-in']) {
    const answer = await fetch(stage.app.url + path, { headers: headers as Record<string, string> })
    expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
      path,
      200,
      'text/html; charset=utf-8',
    ])
    expect(answer.headers.get('cache-control')).not.toContain('s-maxage')
  }
})

test('a session beside very many cookies is none', async () => {
  const status = async (more: string) =>
    (await fetch(`${stage.app.url}/profile`, { headers: { cookie: cookie + more }, redirect: 'manual' }))
      .status
  expect(await status('; a=1')).toBe(200)
  expect(await status(Array.from({ length: 201 }, (_, i) => `; c${i}=`).join(''))).toBe(307)
})

/** Sends bytes as they are: `fetch` would not. Returns the first line of the answer. */
async function send(line: string, ...headers: string[]): Promise<string> {
  const { hostname, port, host } = new URL(stage.app.url)
  const socket = connect(Number(port), hostname)
  const head = [`${line} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...headers]
  socket.write(Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'))
  let answer = ''
  for await (const data of socket) answer += data
  return answer.slice(0, 12)
}

test('a form from another site is refused, also if its origin was taken away', async () => {
  const headers = [`Cookie: ${cookie}`, 'Content-Length: 0', 'Content-Type: text/plain']
  for (const site of ['cross-site', 'same-site'])
    expect(await send('POST /profile', ...headers, `Sec-Fetch-Site: ${site}`)).toBe('HTTP/1.1 403')
  // No action, so that Next refuses it, and not the middleware.
  expect(await send('POST /profile', ...headers, 'Sec-Fetch-Site: same-origin')).toBe('HTTP/1.1 405')
})

describe('what is printed of a request', () => {
  test.each([
    ['TRACE /', 405],
    ['TRACE /api/health', 405],
    ['OPTIONS *', 400],
    ['GET http://[::1/x', 400],
  ])('is nothing for %s', async (line, status) => {
    const before = stage.app.output()
    expect(await send(line)).toBe(`HTTP/1.1 ${status}`)
    expect(stage.app.output()).toEqual(before)
  })

  test.each(['kid', 'typ', 'alg'])('is nothing of a token whose %s was made up', async (name) => {
    const [output, logs] = [stage.app.output(), stage.app.logs()]
    const line = '\n{"level":"error","msg":"written by a stranger"}\n\u001b[31m'
    const token = [{ alg: 'RS256', typ: 'JWT', kid: 'ins_localStandIn', [name]: line }, { exp: 1 }, {}]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const answers = [
      await send(`GET /?__clerk_handshake=${token}`),
      await send('GET /', `Authorization: Bearer ${token}`),
      await send('GET /', `Authorization: ${token}`),
      await send('GET /', `Cookie: __clerk_handshake=${token}`),
      await send('GET /', `Cookie: __session=${token}; __client_uat=1`),
    ]
    expect(answers.map((answer) => answer.slice(9))).toEqual(['400', '401', '401', '200', '200'])
    expect([stage.app.output(), stage.app.logs()]).toEqual([output, logs])
  })

  // Clerk's SDK would print it, or that there is none.
  test('is no session token, whatever the header of Clerk’s SDK for that says', async () => {
    const before = stage.app.output()
    for (const path of ['/', '/profile', '/api/calendar/token'])
      for (const headers of [{}, { cookie }])
        await fetch(stage.app.url + path, {
          headers: { ...headers, 'X-Clerk-Debug': '1' },
          redirect: 'manual',
        })
    expect(stage.app.output()).toEqual(before)
  })

  test('by Next has no character that steers a terminal', async () => {
    const before = stage.app.output().length
    const action = ['Content-Length: 0', 'Content-Type: text/plain', `Origin: ${stage.app.url}`]
    await send('POST /', ...action, `Next-Action: ${'4'.repeat(42)}`, 'X-Forwarded-Host: one\x9b31m')
    await send('POST /', ...action, 'Next-Action: two\x9b31m')
    const printed = () => stage.app.output().slice(before).join('\n')
    for (const word of ['one', 'two']) await expect.poll(printed).toContain(`${word}\\u009b31m`)
    expect(printed()).not.toMatch(/[^\P{Cc}\n\t]/u)
  })
})

test('a request that asks for a WebSocket is answered as one that does not', async () => {
  const { hostname, port, host } = new URL(stage.app.url)
  const answers = await Promise.all(
    ['/', '/no-such-page', '/_next/webpack-hmr'].map(async (path) => {
      const socket = connect(Number(port), hostname)
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n`,
      )
      let answer = ''
      for await (const data of socket) answer += data
      return answer.slice(0, 12)
    }),
  )
  expect(answers).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 404'])
})
