import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** Who may import from whom, by the first matching prefix. What is not listed may not be imported. */
const mayImport: [prefix: string, allowed: string[]][] = [
  ['lib/lookup/store-redis.ts', ['lib/lookup', 'lib/redis']],
  ['lib/lookup', ['lib/lookup', 'lib/listeners', 'lib/outside', 'lib/one-per-process']],
  ['lib/redis', ['lib/env', 'lib/errors', 'lib/listeners', 'lib/outside', 'lib/one-per-process']],
  ['lib/env', ['lib/errors']],
  ['lib/errors', []],
  ['lib/outside', []],
  ['lib/one-per-process', []],
  ['lib/listeners', []],
  ['lib/access', ['lib/listeners', 'lib/lookup/errors', 'lib/one-per-process']],
  ['lib/endings', ['lib/one-per-process']],
  ['lib/counts', ['lib/lookup/events', 'lib/lookup/process-state', 'lib/one-per-process']],
  [
    'lib/clerk',
    ['lib/env', 'lib/errors', 'lib/redis', 'lib/lookup/process-state', 'lib/outside', 'lib/one-per-process'],
  ],
  [
    'lib/cache',
    [
      'lib/cache',
      'lib/lookup',
      'lib/clerk',
      'lib/counts',
      'lib/endings',
      'lib/redis',
      'lib/env',
      'lib/errors',
      'lib/access',
      'lib/outside',
    ],
  ],
  [
    'lib/integrations',
    [
      'lib/integrations',
      'lib/cache',
      'lib/clerk',
      'lib/auth/caller.server',
      'lib/auth/roles.server',
      'lib/rate-limit',
      'lib/refusals',
      'lib/lookup/clock',
      'lib/lookup/errors',
      'lib/lookup/slot',
      'lib/env',
      'lib/outside',
      'lib/one-per-process',
      'lib/access',
    ],
  ],
  [
    'lib/auth',
    ['lib/auth', 'lib/cache', 'lib/lookup/errors', 'lib/env', 'lib/errors', 'lib/redis', 'lib/access'],
  ],
  [
    'lib/webhooks',
    [
      'lib/webhooks',
      'lib/cache',
      'lib/integrations',
      'lib/auth',
      'lib/lookup/errors',
      'lib/env',
      'lib/errors',
      'lib/redis',
    ],
  ],
  [
    'lib/telemetry',
    [
      'lib/telemetry',
      'lib/lookup',
      'lib/cache',
      'lib/clerk',
      'lib/counts',
      'lib/access',
      'lib/listeners',
      'lib/redis',
      'lib/env',
      'lib/errors',
      'lib/outside',
      'lib/one-per-process',
    ],
  ],
  [
    'lib/dashboard',
    [
      'lib/dashboard',
      'lib/auth/roles.server',
      'lib/cache',
      'lib/integrations',
      'lib/webhooks/delivery-log',
      'lib/telemetry',
      'lib/health',
      'lib/endings',
      'lib/env',
      'lib/redis',
      'lib/outside',
      'lib/one-per-process',
    ],
  ],
  ['lib/', ['lib/']],
  ['components', ['components', 'lib/']],
  ['app', ['app', 'components', 'lib/']],
  ['instrumentation.ts', ['lib/']],
  ['middleware.ts', []],
  ['local', ['local']],
]

const files = [
  ...['app', 'lib', 'components', 'local'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  ),
  'instrumentation.ts',
  'middleware.ts',
].filter((file) => /\.tsx?$/.test(file))
const textOf = (file: string) => readFileSync(join(root, file), 'utf8')
const importsOf = (file: string) =>
  [...textOf(file).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => name)

/** The path from the root of what an import leads to; undefined for a package. */
function target(file: string, name: string): string | undefined {
  if (name.startsWith('@/')) return name.slice(2)
  return name.startsWith('.') ? relative(root, join(root, dirname(file), name)) : undefined
}

describe('the arrows between folders', () => {
  test.each(files)('%s imports only what it may', (file) => {
    const rule = mayImport.find(([prefix]) => file.startsWith(prefix))
    if (!rule) throw new Error(`no rule for ${file}`)
    const strays = importsOf(file)
      .map((name) => target(file, name))
      .filter((path) => path !== undefined && !rule[1].some((allowed) => path.startsWith(allowed)))
    expect(strays).toEqual([])
  })

  test('the engine binds Next in one file, and React and Redis in none but the store', () => {
    const ofNext = files.filter(
      (file) =>
        file.startsWith('lib/lookup') &&
        importsOf(file).some((name) => /^(next|react|@clerk|@upstash)\b/.test(name)),
    )
    expect(ofNext).toEqual(['lib/lookup/host-next.ts'])
  })

  test('the environment is read in one file', () => {
    const readers = files.filter(
      (file) => /^(app|lib|components)\//.test(file) && textOf(file).includes('process.env'),
    )
    expect(readers).toEqual(['lib/env.ts'])
  })
})
