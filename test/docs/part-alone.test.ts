import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { closureOf, type Part, parts } from '../../docs/registry/closures'

const root = join(import.meta.dirname, '../..')

/** What create-next-app 16 writes, without the plugin for editors. */
const tsconfig = {
  compilerOptions: {
    target: 'ES2017',
    lib: ['dom', 'dom.iterable', 'esnext'],
    allowJs: true,
    skipLibCheck: true,
    strict: true,
    noEmit: true,
    esModuleInterop: true,
    module: 'esnext',
    moduleResolution: 'bundler',
    resolveJsonModule: true,
    isolatedModules: true,
    jsx: 'react-jsx',
    paths: { '@/*': ['./*'] },
  },
  include: ['**/*.ts', '**/*.tsx'],
  exclude: ['node_modules'],
}

let folder: string | undefined

afterEach(() => {
  if (folder) rmSync(folder, { recursive: true, force: true })
})

/** What TypeScript 5.9 reports in a new app that has these parts and nothing else. */
async function complaints(...names: Part[]): Promise<string> {
  folder = mkdtempSync(join(tmpdir(), 'parts-alone-'))
  for (const file of closureOf(names.flatMap((name) => parts[name].entries)).files)
    cpSync(join(root, file), join(folder, file))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
  const compiler = join(root, 'node_modules/typescript-5/bin/tsc')
  return promisify(execFile)(process.execPath, [compiler, '-p', folder, '--pretty', 'false']).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  )
}

// In one folder, to compile once. A part compiles alone if it does here: its closure has every file that it imports.
test('users, webhooks and tokens compile alone with TypeScript 5.9 and the settings of create-next-app', async () => {
  expect(await complaints('users', 'users + webhooks', 'tokens', 'service tokens')).toBe('')
}, 300_000)
