import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parse } from 'yaml'

const folder = mkdtempSync(join(tmpdir(), 'dependencies-'))
afterAll(() => rmSync(folder, { recursive: true }))

function check(...args: string[]) {
  const { stdout, status } = spawnSync(process.execPath, ['.ci/dependencies.mjs', ...args], {
    encoding: 'utf8',
  })
  return { lines: stdout.split('\n').filter(Boolean), status }
}

/** The check of a lock file with one package in it. */
function checkOne(name: string, fields: Record<string, unknown>) {
  const path = join(folder, 'lock.json')
  const one = { version: '1.0.0', integrity: 'sha512-x', license: 'MIT', ...fields }
  writeFileSync(
    path,
    JSON.stringify({ packages: { '': { license: 'none' }, [`node_modules/${name}`]: one } }),
  )
  return check(path)
}

test('the dependencies of the kit pass', () => {
  expect(check()).toEqual({ lines: [], status: 0 })
})

test.each([
  ['left-pad', 'MIT'],
  ['left-pad', 'GPL-3.0-only OR MIT'],
  ['left-pad', '(Apache-2.0 AND ISC)'],
  ['@img/sharp-libvips-linux-x64', 'LGPL-3.0-or-later'],
])('%s with %s passes', (name, license) => {
  expect(checkOne(name, { license })).toEqual({ lines: [], status: 0 })
})

test.each([
  ['left-pad', 'GPL-3.0-only'],
  ['left-pad', 'MIT AND AGPL-3.0-only'],
  ['left-pad', 'LGPL-3.0-or-later'],
  ['left-pad', 'SEE LICENSE IN LICENSE'],
  ['@clerk/left-pad', undefined],
])('%s with %s is named', (name, license) => {
  const { lines, status } = checkOne(name, { license })
  expect([lines[0]?.startsWith(`${name}@1.0.0 has the license ${license ?? 'none'}`), status]).toEqual([
    true,
    1,
  ])
})

test('a package that is used only for development may have any license', () => {
  expect(checkOne('left-pad', { license: 'GPL-3.0-only', dev: true }).status).toBe(0)
})

test('a package that runs code when it is installed is named', () => {
  expect(checkOne('left-pad', { hasInstallScript: true })).toEqual({
    lines: ['left-pad@1.0.0 runs code when it is installed'],
    status: 1,
  })
  expect(checkOne('left-pad', { hasInstallScript: true, dev: true }).status).toBe(0)
})

test('a package without a hash, or with the address of a registry, is named', () => {
  const fields = { integrity: undefined, resolved: 'https://registry.example/left-pad.tgz' }
  const { lines, status } = checkOne('left-pad', fields)
  expect([lines.map((line) => line.split(' ', 3).join(' ')), status]).toEqual([
    ['left-pad@1.0.0 has no', 'left-pad@1.0.0 names a'],
    1,
  ])
})

test('advisories are asked for at each push and every night, and stop what runs in production', () => {
  const workflow = parse(readFileSync('.github/workflows/ci.yml', 'utf8'))
  expect(workflow.on.push.branches).toEqual(['main'])
  expect(workflow.on.schedule).toEqual([{ cron: expect.stringMatching(/^\d+ \d+ \* \* \*$/) }])
  const commands = workflow.jobs.advisories.steps.map(({ run }: { run?: string }) => run)
  expect(commands).toContain('npm audit --omit=dev --audit-level=moderate')
})
