import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { readFixture, writeApp } from './fixture'

const root = join(import.meta.dirname, '../../../..')
const tsx = join(root, 'node_modules/tsx/dist/cli.mjs')

test('the folder runs alone, in a package of CommonJS with only the parser installed', async () => {
  const { files, expected } = readFixture('app-router')
  const dir = writeApp(files)
  const tool = writeApp({ 'package.json': '{}' })
  cpSync(join(root, 'lib/ops/find'), join(tool, 'find'), { recursive: true })
  mkdirSync(join(tool, 'node_modules'))
  symlinkSync(join(root, 'node_modules/oxc-parser'), join(tool, 'node_modules/oxc-parser'))

  const args = [tsx, 'find/main.ts', dir, '--check']
  const { code, stdout } = await promisify(execFile)(process.execPath, args, { cwd: tool }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => error,
  )
  expect(stdout).toContain(`${expected.length} calls in `)
  expect(code).toBe(1)
})

test('without the parser it says what is missing', async () => {
  const tool = writeApp({ 'package.json': '{}' })
  cpSync(join(root, 'lib/ops/find'), join(tool, 'find'), { recursive: true })
  writeFileSync(join(tool, 'a.ts'), '')
  const failed = promisify(execFile)(process.execPath, [tsx, 'find/main.ts', '.'], { cwd: tool })
  await expect(failed).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('npm install') })
})
