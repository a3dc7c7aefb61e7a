import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { runFinder } from '../../lib/ops/find/run'
import { type LocalStack, startLocalStack } from '../../local/stack'
import { portsBeside } from '../../local/stand-ins'
import { fullOr, isNightly } from '../support/full'
import { createHostApp } from '../support/host-app'
import { buildNext, type NextProcess, startNext } from '../support/next'
import { HOST_PORT } from '../support/ports'

const root = join(import.meta.dirname, '../..')
const BUILD_TIMEOUT = 1_200_000
const PATIENT = { CACHE_REDIS_TIMEOUT_MS: '10000' }

const NEXT_15 = {
  ...{ next: '~15.5.29', 'eslint-config-next': '~15.5.29', '@clerk/nextjs': '^6.39.8' },
  // What Clerk 6 accepts of the React that create-next-app 15 installs.
  ...{ react: '~19.1.4', 'react-dom': '~19.1.4' },
}

// An installation by npm and a build with a type check each. Without FULL_TESTS=1 only the files are tested, and how
// many lines the guide changes: in test/docs/registry.test.ts.
describe.each([
  { name: 'Next 16 and Clerk 7', runs: fullOr(true, false) || isNightly, versions: {}, lints: true },
  // The settings of ESLint that the app has are those of create-next-app 16.
  { name: 'Next 15.5 and Clerk 6', runs: isNightly, versions: NEXT_15, lints: false },
])(
  'an app with $name that takes users, tokens and webhooks from the registry',
  ({ runs, versions, lints }) => {
    if (!runs) return test.skip('runs with FULL_TESTS=1 or NIGHTLY_TESTS=1')
    // Outside the repository, so that it finds no package there.
    const host = createHostApp(mkdtempSync(join(tmpdir(), 'host-app-')), versions)
    const url = `http://localhost:${HOST_PORT}`
    let stack: LocalStack
    let server: NextProcess
    let ada: string
    let jwt: string

    /** Signs Ada in. The token lives long enough for all tests. */
    async function signIn(): Promise<string> {
      const { sessionId } = await stack.clerk.issueSession(ada)
      const { CLERK_API_URL, CLERK_SECRET_KEY } = stack.env
      const response = await fetch(`${CLERK_API_URL}/v1/sessions/${sessionId}/tokens`, {
        method: 'POST',
        headers: { authorization: `Bearer ${CLERK_SECRET_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ expires_in_seconds: 7200 }),
      })
      return z.object({ jwt: z.string() }).parse(await response.json()).jwt
    }

    /** What `npm run ops -- find … --check` says of the app. */
    function find() {
      let text = ''
      const out = (part: string) => {
        text += part
      }
      return { exitCode: runFinder([host.folder, '--check'], { out, err: out }), text }
    }

    /** What a page or route of the app shows to Ada. */
    async function show(path: string): Promise<string> {
      const response = await fetch(url + path, { headers: { authorization: `Bearer ${jwt}` } })
      const text = await response.text()
      if (!response.ok) throw new Error(`${path}: ${response.status} ${text.slice(0, 500)}\n${server.text()}`)
      // React separates two texts by an empty comment.
      return text.replaceAll('<!-- -->', '')
    }

    const paths = () => [
      ...[`/members?id=${ada}`, `/people/${ada}`, '/ada_of_acme', '/settings'],
      ...['/api/me', '/api/calendar-token'],
    ]
    const showAll = async () => Promise.all(paths().map(show))

    let before: ReturnType<typeof find>

    beforeAll(async () => {
      stack = await startLocalStack({
        ...{ appUrl: url, ports: portsBeside(HOST_PORT), webhookPath: '/api/clerk-events' },
        users: [
          {
            ...{ username: 'ada_of_acme', firstName: 'Ada', lastName: 'Byron', emails: ['ada@acme.example'] },
            publicMetadata: { role: 'admin' },
          },
        ],
      })
      ada = stack.clerk.users()[0]?.id ?? ''
      before = find()
      host.add('users', 'tokens', 'webhooks')
      await host.npm('install')
      host.adopt()
      const env = { ...stack.env, ...PATIENT }
      await buildNext(env, host.folder)
      server = await startNext(HOST_PORT, env, host.folder)
      if (server.child.exitCode !== null) throw new Error(`The app ended:\n${server.text()}`)
      stack.clerk.connect(ada, { scopes: ['openid'] })
      jwt = await signIn()
      await stack.clerk.webhooks.flush()
    }, BUILD_TIMEOUT)

    afterAll(async () => {
      await server?.stop()
      await stack?.stop()
      host.remove()
    })

    test('called Clerk in eight files and its webhook route, and calls it nowhere any more', () => {
      expect(before.exitCode).toBe(1)
      expect(before.text).toMatch(/^9 calls in 9 files, 9 to replace/m)
      const after = find()
      expect(after.text).toMatch(/^0 calls in 0 files/m)
      expect(after.exitCode).toBe(0)
    })

    test(`has TypeScript 5.9${lints ? ', and ESLint finds nothing in it with the rules of create-next-app' : ''}`, async () => {
      expect(await host.run('tsc', '--version')).toMatch(/^Version 5\.9\./)
      if (lints) expect(await host.run('eslint', '--max-warnings', '0', '.')).toBe('')
    })

    test('shows what it showed before', async () => {
      const [members, person, profile, settings, me, token] = await showAll()
      expect(members).toContain('Ada Byron (ada@acme.example)')
      for (const page of [person, profile]) expect(page).toContain('>Ada Byron</h1>')
      expect(settings).toContain('ada@acme.example')
      expect(JSON.parse(me ?? '')).toMatchObject({ name: 'Ada Byron', admin: true })
      expect(JSON.parse(token ?? '')).toEqual({ connected: true })
    })

    test('asks Clerk nothing once it is warm', async () => {
      await showAll()
      stack.clerk.resetRequests()
      await showAll()
      expect(stack.clerk.requests().byRoute).toEqual({})
    })

    test("shows a new name at the next page, by the app's own webhook route", async () => {
      await showAll()
      stack.clerk.updateUser(ada, { lastName: 'Lovelace' })
      await stack.clerk.webhooks.flush()
      const [members, person, profile, , me] = await showAll()
      for (const shown of [members, person, profile, me]) expect(shown).toContain('Ada Lovelace')
    })

    test('a disconnected account gives no token any more at the next request', async () => {
      expect(await show('/api/calendar-token')).toBe('{"connected":true}')
      const account = stack.clerk.users()[0]?.accounts[0]?.id ?? ''
      stack.clerk.disconnect(ada, account)
      await stack.clerk.webhooks.flush()
      expect(await show('/api/calendar-token')).toBe('{"connected":false}')
    })

    test(
      'is what it was when it is taken out again, and type-checks',
      async () => {
        await server.stop()
        host.takeOut()
        const guide = readFileSync(join(root, 'docs/adopt.md'), 'utf8')
        const packages = /`npm uninstall ([^`]+)`/.exec(guide)?.[1]?.split(' ') ?? []
        await host.npm('uninstall', ...packages)
        // Next 15 writes its own settings into this file.
        const ignored = lints ? {} : { 'tsconfig.json': undefined }
        expect({ ...host.files(), ...ignored }).toEqual({ ...host.before, ...ignored })
        expect(await host.run('tsc', '--noEmit')).toBe('')
        expect(find()).toEqual(before)
      },
      BUILD_TIMEOUT,
    )
  },
)
