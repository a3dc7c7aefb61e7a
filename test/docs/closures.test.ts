import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { closureOf, closureTable, type Part, parts, tablePath } from '../../docs/registry/closures'

const root = join(import.meta.dirname, '../..')
const closure = (part: Part) => closureOf(parts[part].entries)
const isOf = (folder: string) => (file: string) => file.startsWith(folder)
const HEAVY = ['svix', 'pino', 'prom-client', '@opentelemetry/api', 'oauth4webapi', '@upstash/ratelimit']

describe('what each part needs', () => {
  test('the table is what `npm run closures` writes', () => {
    expect(readFileSync(join(root, tablePath), 'utf8')).toBe(closureTable())
  })

  test('the engine needs nothing of the rest of lib', () => {
    expect(closure('lookup').files.filter((file) => !file.startsWith('lib/lookup/'))).toEqual([])
  })

  test('users need no package of another part, and no token, webhook, telemetry or integration', () => {
    const { files, packages } = closure('users')
    expect(packages.filter((name) => HEAVY.includes(name))).toEqual([])
    for (const folder of ['cache/tokens', 'webhooks', 'telemetry', 'integrations', 'http', 'process'])
      expect(files.filter(isOf(`lib/${folder}/`))).toEqual([])
  })

  test('reading users needs no SDK of Clerk', () => {
    const reads = closureOf(['lib/cache/clerk-cache.ts', 'lib/cache/clerk-cache-utils.ts'])
    expect(reads.packages.filter((name) => name.startsWith('@clerk/'))).toEqual([])
  })

  test('users with webhooks need no token and no integration', () => {
    const { files, packages } = closure('users + webhooks')
    expect(files.filter((file) => /token|integrations/.test(file))).toEqual([])
    expect(packages.filter((name) => HEAVY.includes(name))).toEqual(['svix'])
  })

  test('integrations need no declaration of another provider than Google, and tokens none', () => {
    const { files } = closure('integrations')
    expect(files).toContain('lib/integrations/providers.ts')
    expect(files.filter(isOf('lib/integrations/providers/'))).toEqual([])
    expect(closure('tokens').files.filter(isOf('lib/integrations/'))).toEqual([])
  })

  test('tokens need no SDK of Clerk', () => {
    for (const part of ['tokens', 'service tokens'] as const)
      expect(closure(part).packages.filter((name) => name.startsWith('@clerk/'))).toEqual([])
  })

  // The target is 2800. Lower it whenever the part shrinks.
  test('users are at most 6022 lines', () => {
    expect(closure('users').lines).toBeLessThanOrEqual(6022)
  })
})
