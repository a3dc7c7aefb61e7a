import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { descriptions, type ErrorCode, problemWithCode } from '@/lib/errors'

const root = join(import.meta.dirname, '../..')

/** The file of each error class, and when the class is thrown. */
const sources: Record<keyof typeof descriptions, { file: string; from: string }> = {
  LookupError: {
    file: 'lib/lookup/errors.ts',
    from: 'Thrown by the lookup engine: by every cached read, every invalidation and every revocation. Its subclass `RedisError` is thrown by every Redis command, with a `reason`.',
  },
  ClerkError: {
    file: 'lib/clerk/error.ts',
    from: 'Thrown by a read that Clerk has to answer, and by a write to Clerk.',
  },
  AuthError: {
    file: 'lib/auth/auth-error.ts',
    from: 'Thrown by `requireUser`, `requireAdmin` and what needs them.',
  },
  ConfigurationError: {
    file: 'lib/env.ts',
    from: 'Thrown by the feature that needs a setting, and at the start for the settings that all need.',
  },
  SavedButStaleError: {
    file: 'lib/cache/user-writes.ts',
    from: 'Thrown by `updateUserProfile`, `updateUserMetadata` and `updateUserRole`.',
  },
  SealError: {
    file: 'lib/cache/seal.ts',
    from: 'Thrown while a token or private metadata is decrypted. The engine catches it and loads it again.',
  },
  ServiceTokenError: { file: 'lib/cache/service-token-cache.ts', from: 'Thrown by a service token.' },
  RefusedBatchError: {
    file: 'lib/telemetry/batch-writer.ts',
    from: 'Thrown by a sink. The batch writer catches it.',
  },
  CursorError: { file: 'lib/telemetry/read-audit.ts', from: 'Thrown by `readAudit` and `exportAudit`.' },
  InputError: {
    file: 'lib/ops/id-list.ts',
    from: 'Thrown by the commands of `npm run ops`, which end with 2.',
  },
  NothingKeptError: { file: 'lib/ops/warm-users.ts', from: 'Thrown by `npm run ops -- warm`.' },
  WebhookError: { file: 'lib/webhooks/payload.ts', from: 'Thrown by `handleClerkEvent`.' },
  routes: {
    file: 'lib/errors.ts',
    from: 'Outcomes without an error object. Routes answer them, pages show them.',
  },
}

/** The codes that each route can answer. */
const routes: Record<string, ErrorCode[]> = {
  'GET /api/calendar/token': [
    ...(['unauthenticated', 'cross_origin', 'bad_request', 'not_connected', 'scope_missing'] as const),
    ...([
      'reconnect_required',
      'account_ambiguous',
      'rate_limited',
      'unavailable',
      'not_configured',
    ] as const),
  ],
  'GET /api/calendar/events': [
    ...(['calendar_off', 'calendar_not_allowed'] as const),
    ...(['unauthenticated', 'cross_origin', 'bad_request', 'not_connected', 'scope_missing'] as const),
    ...([
      'reconnect_required',
      'account_ambiguous',
      'rate_limited',
      'unavailable',
      'not_configured',
    ] as const),
  ],
  'POST /api/webhooks/clerk': [
    ...(['bad_signature', 'bad_payload', 'too_large', 'too_slow'] as const),
    ...(['invalidation_unconfirmed', 'not_configured'] as const),
  ],
  'GET /api/admin/cache/stats': [
    'unauthenticated',
    'forbidden',
    'bad_request',
    'rate_limited',
    'unavailable',
  ],
  'GET /api/admin/dashboard': ['unauthenticated', 'forbidden', 'cross_origin', 'rate_limited', 'unavailable'],
  'GET /api/admin/dashboard/export': [
    ...(['unauthenticated', 'forbidden', 'cross_origin', 'bad_request'] as const),
    ...(['rate_limited', 'unavailable', 'revocation_unknown'] as const),
  ],
  'GET /api/metrics': ['unauthenticated', 'not_configured'],
}

const anchor = (code: string) => `[\`${code}\`](#${code})`

function section(code: ErrorCode, meaning: string): string {
  const { title, advice, fix, status, answeredAs } = problemWithCode(code, { provider: 'Google' })
  return [
    `### \`${code}\`\n`,
    `${meaning}\n`,
    `- Shown: **${title}.** ${advice}`,
    ...(fix ? [`- To fix it: ${fix}`] : []),
    `- HTTP status: ${status}${answeredAs ? `, answered by routes as ${anchor(answeredAs)}` : ''}`,
  ].join('\n')
}

function page(): string {
  const parts = Object.entries(descriptions).map(([source, words]) => {
    const { file, from } = sources[source as keyof typeof sources]
    const name = source === 'routes' ? 'Answers of routes' : `\`${source}\``
    const codes = Object.entries(words).map(([code, { meaning }]) => section(code as ErrorCode, meaning))
    return [`## ${name}\n`, `${from} [${file}](../${file})\n`, codes.join('\n\n')].join('\n')
  })
  const table = Object.entries(routes).map(([route, codes]) => {
    const answers = codes.map((code) => `${problemWithCode(code).status} ${anchor(code)}`)
    return `| \`${route}\` | ${answers.join(', ')} |`
  })
  return `# Errors

<!-- Generated from lib/errors.ts: npx vitest run test/docs/errors.test.ts -u -->

Every error that the kit throws is a \`KitError\` with a stable \`code\`. \`problemOf(error)\` in
[lib/errors.ts](../lib/errors.ts) says what happened, what to do, which HTTP status to answer and how long to wait.
Routes, pages, actions, commands and the dashboard show what it says.

Routes answer \`{ "error": { "code", "message", "action"? } }\`. A 429 has the header \`Retry-After\` in seconds.
Errors with status 500 are mistakes in the app's code. They are logged, and trying again does not help.

| route | answers besides 200 |
|---|---|
${table.join('\n')}

\`POST /api/webhooks/clerk\` answers \`not_configured\` with 500. \`GET /api/health\` has no error codes: it answers 503
when Redis and Clerk are both down.

${parts.join('\n\n')}
`
}

test('docs/errors.md has every code, as lib/errors.ts describes it', async () => {
  await expect(page()).toMatchFileSnapshot(join(root, 'docs/errors.md'))
})

test('every exported error class of lib is in it', () => {
  const files = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const classes = files.flatMap((file) =>
    [...readFileSync(join(root, 'lib', file), 'utf8').matchAll(/export class (\w+) extends KitError\b/g)].map(
      ([, name]) => name,
    ),
  )
  expect([...classes, 'routes'].sort()).toEqual(Object.keys(sources).sort())
})

test.each(Object.entries(sources))('%s is declared in %o', (name, { file }) => {
  const declared = name === 'routes' ? 'type RouteCode' : `class ${name} extends KitError<`
  expect(readFileSync(join(root, file), 'utf8')).toContain(declared)
})
