// Usage: node .ci/summary.mjs REPORT…  Reads vitest's JSON reports, prints the failed tests, and last the counts.
import { readFileSync } from 'node:fs'
import { basename, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

function reportOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

const firstLine = (message) => stripVTControlCharacters(message ?? '').split('\n', 1)[0]

let passed = 0
let failed = 0
for (const file of process.argv.slice(2)) {
  const report = reportOf(file)
  if (!report) {
    failed++
    console.log(`FAILED: there is no report ${basename(file)}: the tests did not end`)
    continue
  }
  passed += report.numPassedTests
  failed += report.numFailedTests + (report.success || report.numFailedTests > 0 ? 0 : 1)
  for (const { name, status, message, assertionResults } of report.testResults) {
    const tests = assertionResults.filter((test) => test.status === 'failed')
    const path = relative('.', name)
    for (const { fullName, failureMessages } of tests)
      console.log(`FAILED: ${path} > ${fullName}: ${firstLine(failureMessages[0])}`)
    // A file that cannot be loaded has no tests, and a hook that fails after them fails none.
    if (status === 'failed' && tests.length === 0) console.log(`FAILED: ${path}: ${firstLine(message)}`)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
