import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { closureOf, importsOf, resolveImport } from '../docs/registry/closures'

const root = join(import.meta.dirname, '..')

/** What each part imports, itself apart. Every allowance is used; what is not listed may not be imported. */
const mayImport: Record<string, readonly string[]> = {
  'lib/lookup': [],
  'lib/env': ['lib/lookup'],
  'lib/config': ['lib/env', 'lib/lookup'],
  'lib/instrumentation': ['lib/lookup', 'lib/process', 'lib/telemetry'],
  'lib/clerk': ['lib/config', 'lib/env', 'lib/lookup'],
  'lib/cache': ['lib/clerk', 'lib/config', 'lib/env', 'lib/lookup'],
  'lib/auth': ['lib/cache', 'lib/env', 'lib/lookup'],
  'lib/webhooks': ['lib/cache', 'lib/clerk', 'lib/config', 'lib/env', 'lib/lookup'],
  'lib/http': ['lib/clerk', 'lib/config', 'lib/errors', 'lib/lookup'],
  'lib/integrations': [
    ...['lib/auth', 'lib/cache', 'lib/clerk', 'lib/env', 'lib/http', 'lib/lookup', 'lib/webhooks'],
  ],
  'lib/organizations': ['lib/auth', 'lib/cache', 'lib/clerk', 'lib/http', 'lib/webhooks'],
  'lib/calendar': [
    'lib/auth',
    'lib/cache',
    'lib/clerk',
    'lib/env',
    'lib/http',
    'lib/integrations',
    'lib/lookup',
  ],
  'lib/telemetry': [
    'lib/cache',
    'lib/calendar',
    'lib/clerk',
    'lib/config',
    'lib/env',
    'lib/lookup',
    'lib/webhooks',
  ],
  'lib/process': [
    ...['lib/auth', 'lib/cache', 'lib/calendar', 'lib/clerk', 'lib/config', 'lib/env'],
    ...['lib/errors', 'lib/integrations', 'lib/lookup', 'lib/telemetry', 'lib/webhooks'],
  ],
  'lib/dashboard': [
    ...['lib/auth', 'lib/cache', 'lib/clerk', 'lib/config', 'lib/errors', 'lib/http', 'lib/integrations'],
    ...['lib/lookup', 'lib/process', 'lib/telemetry', 'lib/webhooks'],
  ],
  'lib/ops': [
    ...['lib/auth', 'lib/cache', 'lib/calendar', 'lib/clerk', 'lib/config', 'lib/env', 'lib/errors'],
    ...['lib/lookup', 'lib/integrations', 'lib/process', 'lib/telemetry', 'lib/webhooks'],
  ],
  // Of the parts it has only the types of their errors.
  'lib/errors': [
    ...['lib/auth', 'lib/cache', 'lib/clerk', 'lib/env', 'lib/lookup', 'lib/ops', 'lib/telemetry'],
    'lib/webhooks',
  ],
  components: ['lib/errors', 'lib/http', 'lib/process'],
  app: [
    // lib/clerk: only to count the requests of the comparison on the home page.
    ...['components', 'lib/auth', 'lib/cache', 'lib/calendar', 'lib/clerk', 'lib/dashboard', 'lib/env'],
    ...['lib/errors', 'lib/http', 'lib/integrations', 'lib/lookup', 'lib/organizations', 'lib/process'],
    ...['lib/telemetry', 'lib/webhooks'],
  ],
  // The app's own providers, what is started, and the client that REDIS_URL needs.
  instrumentation: [
    ...['app', 'lib/config', 'lib/instrumentation', 'lib/integrations', 'lib/lookup', 'lib/process'],
  ],
  middleware: ['lib/auth', 'lib/clerk', 'lib/http', 'lib/lookup'],
  local: [],
}

const files = [
  ...['app', 'lib', 'components', 'local'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  ),
  'instrumentation.ts',
  'middleware.ts',
].filter((file) => /\.tsx?$/.test(file))
const textOf = (file: string) => readFileSync(join(root, file), 'utf8')

/** The part a file belongs to: its folder, or its own name for a file at a root. */
function partOf(file: string): string {
  const [first = '', second = ''] = file.split('/')
  return (first === 'lib' ? `lib/${second}` : first).replace(/\.tsx?$/, '')
}

/** The parts that a file imports, its own apart. */
const partsOf = (file: string): string[] =>
  importsOf(textOf(file))
    .map((name) => resolveImport(file, name))
    .filter((path) => path !== undefined)
    .map(partOf)
    .filter((part) => part !== partOf(file))

const packagesOf = (file: string) => importsOf(textOf(file)).filter((name) => !/^(\.|@\/|node:)/.test(name))
const importersOf = (folder: string, packages: RegExp) =>
  files.filter((file) => file.startsWith(folder) && packagesOf(file).some((name) => packages.test(name)))

describe('the arrows between parts', () => {
  test.each([...new Set(files.map(partOf))])('%s imports what is listed, no more and no less', (part) => {
    const imported = files.filter((file) => partOf(file) === part).flatMap(partsOf)
    expect([...new Set(imported)].sort()).toEqual([...(mayImport[part] ?? ['not listed'])].sort())
  })

  test('no part is listed that does not exist', () => {
    expect(Object.keys(mayImport).sort()).toEqual([...new Set(files.map(partOf))].sort())
  })

  test('users, sessions and webhooks import no token', () => {
    const isUserFile = (file: string) =>
      /^lib\/(auth|clerk|webhooks)\//.test(file) || (/^lib\/cache\/[^/]+$/.test(file) && !/token/.test(file))
    const strays = files.filter(isUserFile).flatMap((file) =>
      importsOf(textOf(file))
        .map((name) => resolveImport(file, name))
        .filter((path) => path !== undefined && /^lib\/cache\/.*token/.test(path))
        .map((path) => `${file} imports ${path}`),
    )
    expect(strays).toEqual([])
  })
})

describe('vendors', () => {
  test('the engine imports Next and React in one file', () => {
    expect(importersOf('lib/lookup', /^(next|react)\b/)).toEqual(['lib/lookup/runtime/next.ts'])
  })

  test('only lib/lookup/redis imports the Redis client', () => {
    const elsewhere = importersOf('', /^@upstash\/redis/).filter(
      (file) => !/^(lib\/lookup\/redis|local)\//.test(file),
    )
    // A type, of the client that the limiter is given.
    expect(elsewhere).toEqual(['lib/http/rate-limit.ts'])
  })

  test('one file, which is only imported when it is used, imports the client for TCP', () => {
    expect(importersOf('', /^@redis\//)).toEqual(['lib/lookup/redis/tcp.ts'])
    const lookup = closureOf(['lib/instrumentation.ts', 'lib/lookup/redis/store.ts', 'lib/config.ts'])
    expect(lookup.packages).not.toContain('@redis/client')
    const mentions = files.filter((file) => /\/tcp'/.test(textOf(file)))
    expect(mentions.sort()).toEqual(['instrumentation.ts', 'lib/ops/main.ts'])
    for (const file of mentions) expect(textOf(file)).toMatch(/\(\) => import\('.*\/tcp'\)/)
  })

  test('nothing in lib imports the SDK of the Backend API', () => {
    expect(importersOf('lib', /^@clerk\/backend/)).toEqual([])
  })

  test('writes to Clerk go through user-writes.ts, which invalidates whatever happens', () => {
    const writers = files.filter((file) => /\bclerkWrite\b|\bclerkClient\b/.test(textOf(file)))
    expect(writers.sort()).toEqual([
      'lib/cache/user-writes.ts',
      'lib/clerk/request.ts',
      // The name of what the finder looks for.
      'lib/ops/find/clerk-packages.ts',
    ])
  })

  test('each service is reached from one file', () => {
    const fetching = files.filter(
      (file) =>
        file.startsWith('lib/') && /(?<![\w.])fetch\(/.test(textOf(file).replace(/^ *(\/\*)?\*.*$/gm, '')),
    )
    expect(fetching.sort()).toEqual([
      'lib/calendar/google-calendar.ts',
      'lib/clerk/request.ts',
      'lib/integrations/check-connection.ts',
      'lib/lookup/redis/rest.ts',
      // The doctor looks at Clerk itself, past the fleet's pause.
      'lib/ops/doctor-checks.ts',
      'lib/ops/doctor-clerk-keys.ts',
    ])
  })

  test('the environment is read in one file', () => {
    // NODE_ENV and NEXT_RUNTIME, which bundlers replace, and the command line, which loads .env.local into it.
    const text = (file: string) => textOf(file).replaceAll(/process\.env\.(NODE_ENV|NEXT_RUNTIME)/g, '')
    const readers = files.filter(
      (file) => /^(app|lib|components)\//.test(file) && text(file).includes('process.env'),
    )
    expect(readers.sort()).toEqual(['lib/env.ts', 'lib/ops/load-settings.ts'])
  })

  test('no module of lib waits while it is imported', () => {
    expect(
      files.filter((file) => file.startsWith('lib/') && /^(const .* = )?\(?await /m.test(textOf(file))),
    ).toEqual([])
  })
})
