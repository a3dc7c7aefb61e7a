import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { importsOf } from '../../docs/registry/closures'
import { items } from '../../docs/registry/items'
import { FOLDER, outOfDate, registryItem, registryPath } from '../../docs/registry/registry'
import { createHostApp, filesOf, patch } from '../support/host-app'

const root = join(import.meta.dirname, '../..')
const names = Object.keys(items)
const OF_THE_APP = ['@clerk/nextjs', 'next', 'react', 'react-dom']
const nameOf = (dependency: string) => dependency.replace(/@\^.*$/, '')
const packageOf = (name: string) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name

describe('the files of the registry', () => {
  test('are what `npm run registry` writes, and no others', () => {
    expect(outOfDate()).toEqual([])
    const files = readdirSync(join(root, 'docs/registry')).filter((file) => file.endsWith('.json'))
    expect(files.sort()).toEqual(names.map((name) => `${name}.json`).sort())
  })

  test.each(names)('%s imports only its own files, its packages and what the app has', (name) => {
    const { files, dependencies, devDependencies } = registryItem(name)
    const packages = [...dependencies, ...devDependencies].map(nameOf)
    const targets = files.map(({ target }) => target)
    const strays = files
      .filter(({ target }) => /\.tsx?$/.test(target))
      .flatMap(({ target, content }) =>
        importsOf(content)
          .filter((imported) => {
            if (imported.startsWith('node:')) return false
            if (!imported.startsWith('.')) return ![...packages, ...OF_THE_APP].includes(packageOf(imported))
            const path = join(dirname(target), imported)
            return !['', '.ts', '.tsx'].some((end) => targets.includes(path + end))
          })
          .map((imported) => `${target} imports ${imported}`),
      )
    expect(strays).toEqual([])
  })

  test.each(names)('%s lands in one folder, with its license', (name) => {
    const targets = filesOf(name).map(({ target }) => target)
    expect(targets.filter((target) => !target.startsWith(`${FOLDER}/`))).toEqual([])
    expect(targets).toContain(`${FOLDER}/LICENSE`)
    expect(new Set(targets).size).toBe(targets.length)
  })

  test('a file that several parts have is the same in all of them, so that a second part adds to the first', () => {
    const contents = new Map<string, string>()
    const different = names.flatMap(filesOf).filter(({ target, content }) => {
      const first = contents.get(target) ?? content
      contents.set(target, first)
      return first !== content
    })
    expect(different).toEqual([])
  })

  test('a part that caches organizations has the handlers that keep them true, and its text says to add them', () => {
    const caching = names.filter(
      (name) =>
        name !== 'stand-ins' &&
        filesOf(name).some(({ target }) => target.endsWith('organization-lookups.ts')),
    )
    expect(caching).toEqual(['organizations', 'dashboard'])
    for (const name of caching) {
      expect(filesOf(name).map(({ target }) => target)).toContain(
        `${FOLDER}/organizations/organization-handlers.ts`,
      )
      expect(items[name]?.next).toContain("addWebhookHandlers('organizations', organizationHandlers)")
    }
    const guide = readFileSync(join(root, 'docs/adopt.md'), 'utf8')
    expect(guide).toContain("addWebhookHandlers('organizations', organizationHandlers)")
  })

  test('no file has a path or an alias of this repository', () => {
    const texts = names.map((name) => readFileSync(join(root, registryPath(name)), 'utf8'))
    expect(texts.filter((text) => text.includes(root) || /from '@\//.test(text))).toEqual([])
  })

  test('the one require is allowed to the linter of the app', () => {
    const requiring = names.flatMap(filesOf).filter(({ content }) => /= require\(/.test(content))
    expect(new Set(requiring.map(({ target }) => target))).toEqual(new Set([`${FOLDER}/cache/lookups.ts`]))
    for (const { content } of requiring) expect(content).toMatch(/no-require-imports\n.*= require\(/)
  })

  test('an empty line of the environment is added only for a setting that has no default and that is new to the app', () => {
    const added = Object.fromEntries(names.map((name) => [name, Object.keys(registryItem(name).envVars)]))
    const redis = ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN']
    expect(added).toMatchObject({
      lookup: [],
      users: redis,
      tokens: [...redis, 'CACHE_ENCRYPTION_KEYS'],
      // An app with a webhook route has its secret, perhaps in a file that an empty line would hide.
      webhooks: redis,
      'stand-ins': [],
    })
  })

  test('every setting that a part reads is explained with its example', () => {
    const { docs } = registryItem('tokens')
    expect(docs).toContain('CACHE_ENCRYPTION_KEYS: encrypts OAuth tokens and private metadata in Redis')
    expect(docs).toContain('UPSTASH_REDIS_REST_URL: the REST address of the Upstash database')
    expect(docs).not.toContain('CLERK_WEBHOOK_SIGNING_SECRET')
  })
})

describe('the guide', () => {
  const guide = readFileSync(join(root, 'docs/adopt.md'), 'utf8')
  const changed = patch.split('\n').filter((line) => /^[+-](?![+-]{2} )/.test(line))
  const app = createHostApp(join(root, '.next-host-app-files'))
  afterAll(app.remove)

  test('shows every change of the example app', () => {
    expect(guide).toContain(`\`\`\`diff\n${patch}\`\`\``)
  })

  test('changes at most 40 lines of the app', () => {
    expect(changed.length).toBeLessThanOrEqual(40)
  })

  test('names every part', () => {
    expect(names.filter((name) => !guide.includes(`docs/registry/${name}.json`))).toEqual([])
  })

  test('names every package to uninstall', () => {
    const out = guide.slice(guide.indexOf('## Remove it'))
    const installed = ['users', 'tokens', 'webhooks', 'dashboard', 'stand-ins'].flatMap((name) => {
      const { dependencies, devDependencies } = registryItem(name)
      return [...dependencies, ...devDependencies].map((one) => one.replace(/(?<=.)@.*/, ''))
    })
    const missing = installed.filter((name) => !out.match(/[\w@/.-]+/g)?.includes(name))
    expect([...new Set(missing)]).toEqual([])
  })

  test('leads in and out again: the app is what it was', () => {
    const path = 'src/lib/author.ts'
    const before = app.read(path)
    app.add('users', 'tokens', 'webhooks')
    app.adopt()
    expect(app.read(path)).toContain('getCachedUserById')
    expect(app.has('src/lib/clerk-cache/cache/token-cache.ts')).toBe(true)
    app.takeOut()
    expect(app.read(path)).toBe(before)
    expect(app.has('src/lib/clerk-cache')).toBe(false)
  })
})
