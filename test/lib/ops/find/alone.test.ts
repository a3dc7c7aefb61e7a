import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readFixture, writeApp } from './fixture'

const root = join(import.meta.dirname, '../../../..')
const tsx = join(root, 'node_modules/tsx/dist/cli.mjs')

/** Runs a copy of the finder's folder in a package of CommonJS. */
function runCopy(dir: string, { parser }: { parser: boolean }) {
  const tool = writeApp({ 'package.json': '{}' })
  cpSync(join(root, 'lib/ops/find'), join(tool, 'find'), { recursive: true })
  mkdirSync(join(tool, 'node_modules'))
  if (parser) symlinkSync(join(root, 'node_modules/oxc-parser'), join(tool, 'node_modules/oxc-parser'))
  return new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [tsx, 'find/main.ts', dir, '--check'], { cwd: tool }, (error, out, err) =>
      resolve({ code: error ? error.code : 0, out, err }),
    )
  })
}

test('the folder runs alone, in a package of CommonJS with only the parser installed', async () => {
  const { files, expected } = readFixture('app-router')
  const { code, out } = await runCopy(writeApp(files), { parser: true })
  expect(out).toContain(`${expected.length} calls in `)
  expect(code).toBe(1)
})

test('without the parser it says what is missing', async () => {
  const { code, err } = await runCopy('.', { parser: false })
  expect(err).toContain('npm install --no-save oxc-parser')
  expect(code).toBe(2)
})
