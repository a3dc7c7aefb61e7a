import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runFinder } from '@/lib/ops/find/run'
import { writeApp } from './fixture'

const root = join(import.meta.dirname, '../../../..')

const PAGE = `import { clerkClient, currentUser } from '@clerk/nextjs/server'
export const page = async () => {
  const client = await clerkClient()
  return [await currentUser(), await client.organizations.getOrganizationInvitationList({ organizationId: 'org_1' })]
}
`
const ORG = PAGE.replace('await currentUser(), ', '')

function run(...argv: string[]) {
  const said = { out: '', err: '' }
  const code = runFinder(argv, { out: (text) => (said.out += text), err: (text) => (said.err += text) })
  return { code, ...said }
}

test('prints the calls by file, with a summary', () => {
  const { code, out, err } = run(writeApp({ 'app/page.ts': PAGE, 'broken.ts': 'clerk = = 1' }))
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out.replace(/parse broken.ts: .*/, 'parse broken.ts: …')).toMatchInlineSnapshot(`
    "app/page.ts
      4:17  user-read     currentUser                                  getCurrentUser() of the part roles
      4:59  organization  organizations.getOrganizationInvitationList  no replacement yet, keep

    Could not parse broken.ts: …
    2 calls in 1 file, 1 to replace, 1 without a replacement yet, 0 kept by a comment (2 files read)
    "
  `)
})

test.each(['', '--json'])('prints nothing of the app that steers a terminal or begins a line: %j', (flag) => {
  const address = String.raw`'https://api.clerk.com/v1/users/\x1b]0;title\x07\n0 calls\x9b2J\u202e'`
  const dir = writeApp({
    'a\u001b[2J\n/page.ts': `fetch(${address})\n`,
    'b\u009b2J.ts': 'clerk = = 1',
  })
  const { out } = run(dir, ...(flag ? [flag] : []))
  expect(out).toContain('title')
  expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
  expect(out).not.toMatch(/^0 calls|^\/page/m)
})

test('the sample in docs/finder.md is what the finder prints', () => {
  const dir = writeApp({
    'app/admin/actions.ts': `'use server'
import { clerkClient } from '@clerk/nextjs/server'

export async function ban(userId: string) {
  // The session stays: the webhook ends it.
  await (await clerkClient()).users.banUser(userId)
}
`,
    'app/api/webhooks/clerk/route.ts': `import { verifyWebhook } from '@clerk/nextjs/webhooks'

export const POST = async (request: Request) => {
  const event = await verifyWebhook(request)
  return Response.json(event.type)
}
`,
    'app/team/page.tsx': `import { clerkClient, currentUser } from '@clerk/nextjs/server'

export default async function Team() {
  const client = await clerkClient()
  const user = await currentUser()
  const { data } = await client.users.getUserList({ userId: members })
  await client.sessions.getSession(user.lastSession)
  return data.length
}
`,
  })
  expect(readFileSync(join(root, 'docs/finder.md'), 'utf8')).toContain(run(dir).out)
})

test('--json prints the same as data', () => {
  const dir = writeApp({ 'app/page.ts': PAGE })
  expect(JSON.parse(run(dir, '--json').out)).toEqual({
    dir,
    findings: [
      {
        file: 'app/page.ts',
        line: 4,
        column: 17,
        kind: 'user-read',
        call: 'currentUser',
        replacement: 'getCurrentUser() of the part roles',
      },
      {
        file: 'app/page.ts',
        line: 4,
        column: 59,
        kind: 'organization',
        call: 'organizations.getOrganizationInvitationList',
        replacement: null,
      },
    ],
    kept: 0,
    files: { read: 1, parsed: 1 },
    unparsed: [],
  })
})

test('--check fails while there is a call that has a replacement', () => {
  expect(run(writeApp({ 'page.ts': PAGE }), '--check').code).toBe(1)
  expect(run(writeApp({ 'page.ts': ORG }), '--check').code).toBe(0)
  expect(run(writeApp({ 'page.ts': 'export {}' }), '--check').code).toBe(0)
})

test.each([
  [[]],
  [['a', 'b']],
  [['/does/not/exist']],
  [['package.json']],
  [['.', '--chekc']],
  [['.', '--json=1']],
])('arguments %j are refused with 2, and say what to do', (argv) => {
  const { code, out, err } = run(...argv)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain('Use: find DIR')
})

test('changes nothing', () => {
  const dir = writeApp({ 'app/page.ts': PAGE })
  run(dir, '--check')
  expect(readdirSync(dir, { recursive: true }).sort()).toEqual(['app', 'app/page.ts'])
  expect(readFileSync(join(dir, 'app/page.ts'), 'utf8')).toBe(PAGE)
})

test('tests, builds, generated files and declarations are left out, but a route with such a name is not', () => {
  const { out } = run(
    writeApp({
      ...{
        'package.json': '{}',
        'node_modules/a/i.js': PAGE,
        '.next/a.js': PAGE,
        'dist/a.js': PAGE,
        'test/a.ts': PAGE,
      },
      ...{ 'a.test.ts': PAGE, 'a.d.ts': PAGE, '__mocks__/a.ts': PAGE, 'lib/generated/a.ts': PAGE },
      'app/build/page.ts': PAGE,
    }),
  )
  expect(out.match(/^\S+\.\w+$/gm)).toEqual(['app/build/page.ts'])
})

test('the kit has no direct call of Clerk', () => {
  const { findings } = JSON.parse(run(root, '--json').out)
  const files: string[] = findings.map(({ file }: { file: string }) => file)
  expect(files.filter((file) => /^(app|components|lib)\//.test(file))).toEqual([])
})
