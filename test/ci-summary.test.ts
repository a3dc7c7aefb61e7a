import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'ci-summary-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A report as vitest writes it, with one file for each list of failure messages. */
function report(name: string, files: Record<string, string[]>, { message = '', success = false } = {}) {
  const testResults = Object.entries(files).map(([file, failures]) => ({
    ...{ name: join(process.cwd(), file), status: success ? 'passed' : 'failed', message },
    assertionResults: [
      { fullName: 'a test that passes', status: 'passed', failureMessages: [] },
      ...failures.map((text) => ({
        fullName: 'a test that fails',
        status: 'failed',
        failureMessages: [text],
      })),
    ],
  }))
  const numFailedTests = Object.values(files).flat().length
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify({ numPassedTests: 10, numFailedTests, success, testResults }))
  return path
}

function summary(...paths: string[]) {
  const { stdout, status } = spawnSync(process.execPath, ['.ci/summary.mjs', ...paths], { encoding: 'utf8' })
  return { lines: stdout.trimEnd().split('\n'), status }
}

test('the summary of runs without a failure is their count', () => {
  const good = [1, 2].map((n) => report(`good${n}.json`, { 'test/a.test.ts': [] }, { success: true }))
  expect(summary(...good)).toEqual({ lines: ['20 passed, 0 failed'], status: 0 })
})

test('each failed test is named with the first line of its message, and the count is last', () => {
  const bad = report('bad.json', {
    'test/a.test.ts': ['\u001b[31mError: one\u001b[0m\n  at x', 'Error: two'],
  })
  expect(summary(bad)).toEqual({
    lines: [
      'FAILED: test/a.test.ts > a test that fails: Error: one',
      'FAILED: test/a.test.ts > a test that fails: Error: two',
      '10 passed, 2 failed',
    ],
    status: 1,
  })
})

test('a file that failed without a failed test is named, and counts as one', () => {
  const broken = report('broken.json', { 'test/a.test.ts': [] }, { message: 'Cannot find module x\nmore' })
  expect(summary(broken)).toEqual({
    lines: ['FAILED: test/a.test.ts: Cannot find module x', '10 passed, 1 failed'],
    status: 1,
  })
})

test('a report that is missing or cut off counts as a failure', () => {
  const cut = join(folder, 'cut.json')
  writeFileSync(cut, '{"numPassedTests": 1')
  const { lines, status } = summary(cut, join(folder, 'none.json'))
  expect([lines.at(-1), lines.length, status]).toEqual(['0 passed, 2 failed', 3, 1])
})
