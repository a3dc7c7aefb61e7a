import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { writeApp } from './fixture'

const finder = join(import.meta.dirname, '../../../../lib/ops/find/main.ts')

test('a file whose code is nested too deeply is named, and the others are read', async () => {
  const dir = writeApp({
    'deep.ts': `import '@clerk/nextjs/server'\nexport const sum = ${"'a' + ".repeat(5_000)}'a'`,
    'good.ts': "import { currentUser } from '@clerk/nextjs/server'\nawait currentUser()",
  })
  // With a small stack, because the parser itself ends the process at some depth.
  const run = promisify(execFile)(process.execPath, ['--stack-size=300', '--import', 'tsx', finder, dir])
  const { stdout } = await run
  expect(stdout).toContain('Could not parse deep.ts: nested too deeply\n')
  expect(stdout).toContain('1 call in 1 file')
})
