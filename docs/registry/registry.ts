import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { originSettings } from '../../lib/auth/origins'
import { opsSettings } from '../../lib/auth/settings'
import { keySettings } from '../../lib/cache/key-ring'
import { tokenSettings } from '../../lib/cache/tokens/settings'
import { googleSettings } from '../../lib/calendar/settings'
import { limitSettings } from '../../lib/clerk/budget'
import { cacheSettings, clerkSettings, redisSettings } from '../../lib/config'
import { providerSettings } from '../../lib/integrations/settings'
import { appSettings } from '../../lib/process/settings'
import { logSettings } from '../../lib/telemetry/settings'
import { recordSettings, webhookSettings } from '../../lib/webhooks/settings'
import { closureOf, importsOf, resolveImport } from './closures'
import { items, type Part } from './items'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

/** The folder in which everything lands. `shadcn add` puts `src/` before it in an app that has `src`. */
export const FOLDER = 'lib/clerk-cache'

const GUIDE = 'docs/adopt.md'

/** Packages that the app has, in versions of its own. */
const OF_THE_APP = ['@clerk/nextjs', 'next', 'react', 'react-dom']

/** What a file of a part may read of the environment. */
const settings = [
  ['lib/config.ts', redisSettings],
  ['lib/config.ts', clerkSettings],
  ['lib/clerk/budget.ts', limitSettings],
  ['lib/config.ts', cacheSettings],
  ['lib/cache/tokens/settings.ts', tokenSettings],
  ['lib/process/settings.ts', appSettings],
  ['lib/webhooks/settings.ts', webhookSettings],
  ['lib/webhooks/settings.ts', recordSettings],
  ['lib/cache/key-ring.ts', keySettings],
  ['lib/auth/settings.ts', opsSettings],
  ['lib/auth/origins.ts', originSettings],
  ['lib/calendar/settings.ts', googleSettings],
  ['lib/integrations/settings.ts', providerSettings],
  ['lib/telemetry/settings.ts', logSettings],
] as const

/** Where a file of this repository lands in the app. */
const targetOf = (file: string) => join(FOLDER, file.replace(/^lib\//, ''))

/** The file as it works at its target: imports of files by their path from there. */
function contentOf(file: string): string {
  let text = read(file)
  for (const name of importsOf(text)) {
    const path = resolveImport(file, name)
    if (!path) continue
    const target = /\.(tsx?|css)$/.test(name) ? targetOf(path) : targetOf(path).replace(/\.tsx?$/, '')
    // By its folder: a file and a folder may have the same name.
    const moved = join(relative(dirname(targetOf(file)), dirname(target)), basename(target))
    text = text.replaceAll(`'${name}'`, `'${moved.startsWith('.') ? moved : `./${moved}`}'`)
  }
  // The rules that create-next-app sets up allow no require.
  return text.replace(
    /^( *)(?=.* = require\()/m,
    '$1// eslint-disable-next-line @typescript-eslint/no-require-imports\n$1',
  )
}

const fileItem = (path: string, content: string) => ({
  path,
  type: 'registry:file',
  target: targetOf(path),
  content,
})

function versions(packages: readonly string[], of: 'dependencies' | 'devDependencies'): string[] {
  const pinned: Record<string, string> = JSON.parse(read('package.json'))[of]
  return packages
    .filter((name) => name in pinned && !OF_THE_APP.includes(name))
    .map((name) => `${name}@^${pinned[name]}`)
}

function docsOf({ next }: Part, names: ReadonlyMap<string, string>): string {
  const environment = [...names].map(([name, line]) => `  ${name}: ${line}`)
  return [
    next,
    ...(environment.length > 0 ? ['', 'Environment:', ...environment] : []),
    '',
    `All steps, and how to take it out again: ${GUIDE} of clerk-cache-kit.`,
  ].join('\n')
}

/** A file for `shadcn add`: https://ui.shadcn.com/docs/registry/registry-item-json */
export function registryItem(name: string) {
  const part = items[name]
  if (!part) throw new Error(`There is no part ${name}`)
  const { files, packages: imported } = closureOf(part.entries)
  const packages = [...imported, ...(part.loads ?? [])]
  const shapes = settings.filter(([file]) => files.includes(file)).map(([, { shape }]) => shape)
  const names = new Map(
    shapes.flatMap(Object.entries).map(([variable, type]) => {
      const { purpose, example } = type.meta()
      return [variable, `${purpose}. Example: ${example}`]
    }),
  )
  // An app of Clerk has the others, or they have a default. An empty value counts as missing.
  const required = ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN', ...(part.needs ?? [])]
  return {
    $schema: 'https://ui.shadcn.com/schema/registry-item.json',
    name,
    type: 'registry:item',
    title: part.title,
    description: part.description,
    dependencies: versions(packages, 'dependencies'),
    devDependencies: versions(packages, 'devDependencies'),
    files: [
      fileItem('LICENSE', read('LICENSE')),
      ...files.map((file) => fileItem(file, contentOf(file))),
      ...(part.theme ? [fileItem('theme.css', read('app/theme.css'))] : []),
    ],
    envVars: Object.fromEntries(
      required.filter((variable) => names.has(variable)).map((variable) => [variable, '']),
    ),
    docs: docsOf(part, names),
  }
}

export const registryPath = (name: string) => `docs/registry/${name}.json`

/** What the file of each part has to be, by its path. */
const registryFiles = (): Map<string, string> =>
  new Map(
    Object.keys(items).map((name) => [
      registryPath(name),
      `${JSON.stringify(registryItem(name), undefined, 1)}\n`,
    ]),
  )

/** The files that are not what they have to be. */
export function outOfDate(): string[] {
  const isStale = ([path, text]: [string, string]) => {
    try {
      return read(path) !== text
    } catch {
      return true
    }
  }
  return [...registryFiles()].filter(isStale).map(([path]) => path)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stale = outOfDate()
  if (process.argv.includes('--check')) {
    for (const path of stale) process.stderr.write(`${path} is out of date: npm run registry\n`)
    process.exitCode = stale.length > 0 ? 1 : 0
  } else {
    mkdirSync(join(root, 'docs/registry'), { recursive: true })
    for (const [path, text] of registryFiles())
      if (stale.includes(path)) writeFileSync(join(root, path), text)
    process.stdout.write(`${stale.length} of ${Object.keys(items).length} parts written\n`)
  }
}
