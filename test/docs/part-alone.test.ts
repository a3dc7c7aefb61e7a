import { execFile } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { items } from '../../docs/registry/items'
import { createHostApp } from '../support/host-app'

const root = join(import.meta.dirname, '../..')
const app = createHostApp(join(root, '.next-parts-alone'))

afterEach(app.remove)

/** What TypeScript 5.9 reports of these parts, with the settings of create-next-app. */
async function complaints(...names: string[]): Promise<string> {
  app.add(...names)
  // Its own pages need types that Next generates.
  rmSync(join(app.folder, 'src/app'), { recursive: true })
  const settings = { extends: './tsconfig.json', include: ['src/lib/clerk-cache'] }
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
test('every part compiles with TypeScript 5.9 and the settings of create-next-app', async () => {
  expect(await complaints(...Object.keys(items))).toBe('')
}, 300_000)
