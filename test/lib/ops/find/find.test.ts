import { describe, expect, test } from 'vitest'
import { findIn, said } from './fixture'

const SERVER = "import { clerkClient, currentUser } from '@clerk/nextjs/server'\n"
const kit = (...names: string[]) => `import { ${names.join(', ')} } from './cache'\n`
const found = (code: string) => findIn({ 'app.ts': SERVER + code }).findings.map(said)

const GET_USER = 'user-read: getCachedUserById(userId)'
const WRITE_USER = 'user-write: writeUser(userId, () => …)'

test('a function that returns itself ends the search for what it returns', () => {
  const code = 'function chain() { return chain }\nchain().users.getUser(id)\n'
  expect(found(`${code}async () => (await clerkClient()).users.getUser(id)`)).toEqual([GET_USER])
})

describe('replacements', () => {
  test.each([
    ['users.updateUser(id, { firstName, username })', 'user-write: updateUserProfile(userId, …)'],
    ['users.updateUser(id, { firstName, password })', WRITE_USER],
    ['users.updateUser(id, { ...names })', WRITE_USER],
    ['users.updateUser(id, params)', WRITE_USER],
    [
      'users.updateUserMetadata(id, { unsafeMetadata })',
      'user-write: updateUserMetadata(userId, …) of the part user-writes',
    ],
    ['users.updateUserMetadata(id, { privateMetadata })', WRITE_USER],
    ['users.disableUserMFA(id)', WRITE_USER],
    ['users.setPasswordCompromised(id)', WRITE_USER],
    ['emailAddresses.updateEmailAddress(id, {})', WRITE_USER],
    ['users.getUserList({ phoneNumber: [number] })', 'user-read: keep'],
    ['users.getUserList({ userId: ids, query })', 'user-read: keep'],
    ['users.getUserList()', 'user-read: keep'],
    ['organizations.getOrganizationInvitationList({ organizationId })', 'organization: keep'],
    [
      'organizations.getOrganization({ organizationId })',
      'organization: getCachedOrganization(id) or getCachedOrganization({ slug })',
    ],
    [
      'organizations.getOrganizationMembershipList({ organizationId, limit: 500 })',
      'organization: getCachedMembersOfOrganization(organizationId)',
    ],
    [
      'organizations.getOrganizationMembershipList({ organizationId, userId: [id] })',
      'organization: findMembership(of) or getCachedMembersOfOrganization(organizationId)',
    ],
    ['organizations.getOrganizationMembershipList({ organizationId, query })', 'organization: keep'],
    [
      'organizations.getOrganizationList({ organizationId: ids, limit: 100 })',
      'organization: getCachedOrganizationsByIds(ids)',
    ],
    ['organizations.getOrganizationList({ organizationId: ids, includeMembersCount })', 'organization: keep'],
    ['organizations.getOrganizationList({ query })', 'organization: keep'],
    ['organizations.getOrganizationList()', 'organization: keep'],
    ['users.getOrganizationMembershipList({ userId })', 'organization: getCachedMembershipsOfUser(userId)'],
  ])('%s', (call, expected) => {
    expect(found(`async () => (await clerkClient()).${call}`)).toEqual([expected])
  })

  test.each([
    'users.verifyPassword({ userId, password })',
    'users.verifyTOTP({ userId, code })',
    'organizations.createOrganization({ name })',
    'organizations.createOrganizationMembership({ organizationId, userId, role })',
    'organizations.updateOrganizationMembership({ organizationId, userId, role })',
    'organizations.deleteOrganizationMembership({ organizationId, userId })',
    'sessions.revokeSession(id)',
    'sessions.getToken(id, "jwt")',
    'invitations.getInvitationList()',
    'authenticateRequest(request)',
  ])('%s may stay', (call) => {
    expect(found(`async () => (await clerkClient()).${call}`)).toEqual([])
  })
})

describe('private metadata', () => {
  const ONLY = 'user-read: getCachedPrivateMetadata(userId)'
  const TOO = `${GET_USER}, getCachedPrivateMetadata(userId) for privateMetadata`
  const inAction = (code: string) =>
    found(`export async function f(id: string) { const client = await clerkClient(); ${code} }`)

  test.each([
    ['of the result', 'return (await client.users.getUser(id)).privateMetadata', ONLY],
    [
      'by its name alone',
      'const { privateMetadata } = await client.users.getUser(id); return privateMetadata',
      ONLY,
    ],
    ['beside another field', 'const { id: a, privateMetadata: b } = await client.users.getUser(id)', TOO],
    ['of a variable', 'const user = await client.users.getUser(id); return user?.privateMetadata.plan', TOO],
    [
      'out of a variable',
      'const user = await client.users.getUser(id); const { privateMetadata } = user',
      TOO,
    ],
  ])('that is read %s has its own replacement', (_, code, expected) => {
    expect(inAction(code)).toEqual([expected])
  })

  test.each([
    ['another field', 'return (await client.users.getUser(id)).publicMetadata'],
    ['the whole user', 'return client.users.getUser(id)'],
    ['another variable', 'const user = await client.users.getUser(id); return other.privateMetadata'],
  ])('is not in the advice about %s', (_, code) => {
    expect(inAction(code)).toEqual([GET_USER])
  })
})

describe('names', () => {
  test('a name of an inner scope hides the import', () => {
    expect(found('const f = (currentUser: () => object) => currentUser()')).toEqual([])
    expect(
      found('{ const clerkClient = () => ({ users: { getUser() {} } }); clerkClient().users.getUser() }'),
    ).toEqual([])
  })

  test('an import of types only is no call', () => {
    expect(
      findIn({
        'a.ts': "import type { ClerkClient } from '@clerk/backend'\nexport type A = ClerkClient['users']",
      }).findings,
    ).toEqual([])
  })

  test("a client that cannot be followed is Clerk's if it is called so", () => {
    expect(found('export const f = (ctx: any) => ctx.clerk.users.getUser(ctx.id)')).toEqual([GET_USER])
    expect(found('export const f = (ctx: any) => ctx.octokit.users.getUser(ctx.id)')).toEqual([])
  })

  test('modules that import each other in a circle are followed once', () => {
    const { findings } = findIn({
      'a.ts': "export * from './b.ts'\nexport { get } from './b.ts'\nexport const own = () => get() // clerk",
      'b.ts': `${SERVER}export * from './a.ts'\nexport const get = () => (true ? get() : clerkClient())`,
      'c.ts':
        "import { get, missing } from './a.ts'\nmissing()\nexport const f = async () => (await get()).users.getUser('1')",
    })
    expect(findings.map(({ file }) => file)).toEqual(['c.ts'])
  })
})

describe('values', () => {
  test.each([
    ['what is caught', 'const client = await clerkClient().catch(() => null)\nclient.users.getUser(id)'],
    [
      'a promise of a module',
      "const api = import('@clerk/nextjs/server').then((m) => m.clerkClient())\n;(await api).users.getUser(id)",
    ],
    ['var', 'if (id) { var client = await clerkClient() }\nclient.users.getUser(id)'],
    [
      'a type of a part',
      "export const f = (api: import('@clerk/backend').ClerkClient['users']) => api.getUser(id)",
    ],
    [
      'a type of a result',
      'export const f = (api: Awaited<ReturnType<typeof clerkClient>>) => api.users.getUser(id)',
    ],
    [
      'a type that is narrowed',
      "type Api = Pick<import('@clerk/backend').ClerkClient, 'users'> | null\nexport const f = (api: Api) => api?.users.getUser(id)",
    ],
    [
      'a function in a parameter',
      'const run = (get) => get(id)\nrun((one) => clerkClient().users.getUser(one))',
    ],
    ['a method that is handed over', 'const run = (get) => get(id)\nrun(clerkClient().users.getUser)'],
    ['a method for code that is unknown', 'await limit(clerkClient().users.getUser, id)'],
  ])('%s is followed, and found once', (_, code) => {
    expect(found(code)).toEqual([GET_USER])
  })
})

describe('webhooks', () => {
  const WEBHOOK = 'webhook: await handleClerkEvent(event) after the verification'
  const hook = (secret: string, more = '', path = 'app/hooks/route.ts') =>
    findIn({
      [path]: `import { Webhook } from 'svix'
const secret = ${secret}
const hook = new Webhook(secret)
export const POST = async (request) => { const event = hook.verify(await request.text(), {}); ${more} }`,
    }).findings.map(said)

  test("a webhook that svix verifies is Clerk's by its secret, its path, its type or its events", () => {
    expect(hook('process.env.CLERK_SECRET')).toEqual([WEBHOOK])
    expect(hook('process.env.SECRET', '', 'app/clerk/route.ts')).toEqual([WEBHOOK])
    expect(hook('process.env.SECRET', "if (event.type === 'user.created') save(event)")).toEqual([WEBHOOK])
    expect(hook("process.env.SECRET\nimport type { WebhookEvent } from '@clerk/backend'")).toEqual([WEBHOOK])
  })

  test('a webhook of another service is not found, even where a comment mentions Clerk', () => {
    expect(hook('process.env.RESEND_SECRET', "// as Clerk does for 'user.created'\n")).toEqual([])
  })

  test('a string with the marks of a comment hides no event', () => {
    const more = "save('api/*', event.type === 'user.created', 'https://a', '*/')"
    expect(hook('process.env.SECRET', more)).toEqual([WEBHOOK])
  })

  test.each(['/* ', 'WebhookEvent '])(
    'a very long text is read in a time that grows with its length: %s',
    (text) => {
      expect(hook('process.env.RESEND_SECRET', `save('${text.repeat(1_000_000 / text.length)}')`)).toEqual([])
    },
  )

  test('handleWebhook counts only if it is the one of the kit', () => {
    const route = (source: string) =>
      findIn({
        'app/route.ts': `import { verifyWebhook } from '@clerk/nextjs/webhooks'
import { handleWebhook } from '${source}'
export const POST = async (request) => handleWebhook(await verifyWebhook(request))`,
      }).findings.map(said)
    expect(route('./kit/webhooks/handle-webhook')).toEqual([])
    expect(route('./stripe')).toEqual([WEBHOOK])
  })
})

describe('writes', () => {
  const ban = 'const client = await clerkClient()\n await client.users.banUser(id)\n'
  const withKit = (code: string) => found(`${kit('invalidateUserCache', 'writeUser')}${code}`)

  test('a write that is followed by an invalidation in its function is left out', () => {
    expect(withKit(`async function f(id) { ${ban} await invalidateUserCache(id) }`)).toEqual([])
    expect(
      withKit(`async function f(id) { try { ${ban} } finally { await invalidateUserCache(id) } }`),
    ).toEqual([])
    expect(withKit(`async function f(id) { ${ban} after(() => invalidateUserCache(id)) }`)).toEqual([])
    expect(
      withKit(
        `async function f(id) { const client = await clerkClient(); await client.users.banUser(id).finally(() => invalidateUserCache(id)) }`,
      ),
    ).toEqual([])
    expect(
      withKit(
        `async function f(id) { const client = await clerkClient(); return client.users.banUser(id).then(() => invalidateUserCache(id)) }`,
      ),
    ).toEqual([])
    expect(
      withKit(
        `async function f(ids) { const client = await clerkClient(); await Promise.all(ids.map((id) => client.users.banUser(id))); await invalidateUserCache(ids[0]) }`,
      ),
    ).toEqual([])
  })

  test('an invalidation before the write, or in another function, does not count', () => {
    expect(withKit(`async function f(id) { await invalidateUserCache(id); ${ban} }`)).toEqual([WRITE_USER])
    expect(
      withKit(`async function f(id) { ${ban} }\nasync function g(id) { await invalidateUserCache(id) }`),
    ).toEqual([WRITE_USER])
    expect(
      withKit(
        `const list = () => router({ a: act(async (id) => { ${ban} }), b: act(async (id) => invalidateUserCache(id)) })`,
      ),
    ).toEqual([WRITE_USER])
    expect(
      withKit(
        `const a = act(async (id) => { ${ban} })\nconst b = act(async (id) => invalidateUserCache(id))`,
      ),
    ).toEqual([WRITE_USER])
  })

  test('an invalidation in a function that may never run does not count', () => {
    expect(
      withKit(`async function f(id) { ${ban} const later = () => invalidateUserCache(id)\n return later }`),
    ).toEqual([WRITE_USER])
    expect(
      withKit(`const of = () => ({ async a(id) { ${ban} }, async b(id) { await invalidateUserCache(id) } })`),
    ).toEqual([WRITE_USER])
  })

  test('a write inside writeUser is left out, under any name', () => {
    expect(withKit(`const f = (id) => writeUser(id, async () => { ${ban} })`)).toEqual([])
    expect(
      found(`import { writeUser as save } from './kit'\nconst f = (id) => save(id, async () => { ${ban} })`),
    ).toEqual([])
  })

  test('a function that invalidates counts as an invalidation', () => {
    const helper = 'const refresh = async (id) => { log(id); await invalidateUserCache(id) }\n'
    expect(withKit(`${helper}async function f(id) { ${ban} await refresh(id) }`)).toEqual([])
  })
})

describe('keep', () => {
  const call = "export const f = async () => (await clerkClient()).users.getUser('1')"

  test('a comment with a reason, on the line or the line above, leaves a call out and is counted', () => {
    for (const code of [
      `${call} // clerk-cache: keep the job needs it fresh`,
      `/* clerk-cache: keep it is a job */\n${call}`,
    ]) {
      const { findings, kept } = findIn({ 'app.ts': SERVER + code })
      expect({ findings, kept }).toEqual({ findings: [], kept: 1 })
    }
  })

  test('a comment behind a call is about this call only', () => {
    const { findings, kept } = findIn({
      'app.ts': `${SERVER}await currentUser() // clerk-cache: keep it is a job\nawait currentUser()`,
    })
    expect({ lines: findings.map(({ line }) => line), kept }).toEqual({ lines: [3], kept: 1 })
  })

  test('a comment without a reason, or further away, does nothing', () => {
    expect(found(`// clerk-cache: keep\n${call}`)).toEqual([GET_USER])
    expect(found(`// clerk-cache: keep it is a job\n\n${call}`)).toEqual([GET_USER])
    expect(found(`const text = '// clerk-cache: keep it is a job'\n${call}`)).toEqual([GET_USER])
  })
})

describe('files', () => {
  test('a file that cannot be parsed is named with its line, and the others are read', () => {
    const { findings, unparsed } = findIn({
      'bad.ts': 'const clerk = 1\nconst = 2\n',
      'good.ts': `${SERVER}await currentUser()`,
    })
    expect(findings).toHaveLength(1)
    expect(unparsed).toEqual([{ file: 'bad.ts', message: expect.stringContaining('(line 2)') }])
  })

  test('only files that mention Clerk, or lead to it, are parsed', () => {
    const { files } = findIn({
      'a.ts': `${SERVER}await currentUser()`,
      'b.ts': 'const = 1',
      'c.ts': 'export {}',
    })
    expect(files).toEqual({ read: 3, parsed: 1 })
  })

  test('JavaScript may have JSX, types or the syntax of scripts', () => {
    const code = "const { clerkClient } = require('@clerk/nextjs/server')\nif (!clerkClient) return\n"
    const get = (path: string, more: string) =>
      findIn({ [path]: `${code}${more}\nclerkClient.users.getUser('1')` }).findings
    expect(get('a.js', 'const a = <p>{1}</p>')).toHaveLength(1)
    expect(get('a.cjs', 'with (Math) { max(1) }')).toHaveLength(1)
    expect(findIn({ 'a.js': `${SERVER}const a: number = 1\nawait currentUser()` }).findings).toHaveLength(1)
  })
})
