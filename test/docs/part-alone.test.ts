import { execFile } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { items } from '../../docs/registry/items'
import { fullOr } from '../support/full'
import { createHostApp } from '../support/host-app'

const root = join(import.meta.dirname, '../..')
const app = createHostApp(join(root, '.next-parts-alone'))
app.add(...Object.keys(items))
// Its own pages need types that Next generates.
rmSync(join(app.folder, 'src/app'), { recursive: true })

afterAll(app.remove)

/**
 * What @tsconfig/strictest sets, and more, but for noPropertyAccessFromIndexSignature: JSON of Clerk is read by property
 * names, which the linter here wants as they are.
 */
const STRICT = {
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  noUncheckedSideEffectImports: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  allowUnreachableCode: false,
}

/** What TypeScript 5.9 reports of all parts, with the settings of create-next-app and more. */
async function complaints(more: object): Promise<string> {
  const settings = { extends: './tsconfig.json', include: ['src/lib/clerk-cache'], compilerOptions: more }
  writeFileSync(join(app.folder, 'tsconfig.parts.json'), JSON.stringify(settings))
  const compiler = join(root, 'node_modules/typescript-5/bin/tsc')
  const options = ['-p', 'tsconfig.parts.json', '--incremental', 'false', '--pretty', 'false']
  return promisify(execFile)(process.execPath, [compiler, ...options], { cwd: app.folder }).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  )
}

// In one folder, to compile once. A part compiles alone if it does here: test/docs/registry.test.ts says that it has
// every file and every package that it imports.
// What compiles with strict settings does so with the others too, but for a mistake of the compiler's.
test.each([
  ['strict settings', STRICT],
  ...fullOr<[string, object][]>([['the settings of create-next-app', {}]], []),
])(
  'every part compiles with TypeScript 5.9 and %s',
  async (_, more) => {
    expect(await complaints(more)).toBe('')
  },
  300_000,
)
