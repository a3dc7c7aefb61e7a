import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))
/** Where `.ci/run` wants the results as JSON. */
const report = process.env.TEST_REPORT

/** Needs a browser, so it runs with the end-to-end tests. */
const withBrowser = ['test/local/clerk/browser.test.ts']

/** Many runs, many processes or much data: what takes long. */
const proof = [
  'test/lib/lookup/simulation/*.test.ts',
  'test/lib/lookup/never-stale.test.ts',
  'test/lib/**/fleet/*.test.ts',
  'test/lib/telemetry/fleet.test.ts',
  'test/lib/webhooks/converge.test.ts',
  'test/mutants/*.test.ts',
  'test/workload/*.test.ts',
  // Compile with another version of TypeScript.
  'test/docs/api.test.ts',
  'test/docs/part-alone.test.ts',
  'test/docs/snippets-compile.test.ts',
]

/** They take seconds, with much to parse, to compute or to play through. They run with the services. */
const slow = [
  'test/dependencies.test.ts',
  'test/docs/registry.test.ts',
  'test/docs/testing.test.ts',
  'test/lib/dashboard/file-formats.test.ts',
  'test/lib/env.test.ts',
  'test/lib/http/redirect-addresses.test.ts',
  'test/lib/lookup/clock.test.ts',
  'test/lib/lookup/fleet-cost.test.ts',
  'test/lib/lookup/wall-clock.test.ts',
  'test/lib/ops/find/*.test.ts',
]

/** Builds of fixtures have test files of packages in them. */
const builds = ['test/fixtures/*/.next*/**']

/** What a test file that starts servers or processes calls. */
const STARTS =
  /\b(useServices|useUpstash|startServices|startRedis|startStandIns|startLocalStack|startEngine|startUpstash|startClerk|startGoogle|startProviders|createServer|spawn|fork|execFile|execFileSync)\(/

/** Tests with real servers or processes behind them: seconds each, where the others take milliseconds. */
const withServers = readdirSync(`${root}test`, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.startsWith('e2e/') && !file.includes('.next'))
  .filter(
    (file) =>
      file === 'local/upstash/contract.test.ts' || STARTS.test(readFileSync(`${root}test/${file}`, 'utf8')),
  )
  .map((file) => `test/${file}`)

// The projects run as one group, in the order of their names, so that no core waits for the last file of a project.
// A test must not depend on how busy the machine is: these limits only end what hangs.
const patient = {
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 60_000 } },
}

const standInKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
})

export default defineConfig({
  resolve: {
    alias: {
      '@': root,
      // The examples of docs/testing.md import as an app does that has taken the parts.
      '~/lib/clerk-cache/local': `${root}local`,
      '~/lib/clerk-cache': `${root}lib`,
      // Throws outside a React server build. The modules it guards are tested in plain Node.
      'server-only': `${root}test/support/server-only.ts`,
    },
  },
  test: {
    // The key of Clerk's stand-in, for all workers: generating one takes longer than many a test file.
    env: { LOCAL_CLERK_KEY: standInKey.toString() },
    // More than cores, because tests with servers and browsers often wait.
    maxWorkers: availableParallelism() + 1,
    reporters: [
      'default',
      './test/support/missing-reporter.ts',
      ...(report ? [['json', { outputFile: report }] satisfies [string, object]] : []),
    ],
    projects: [
      {
        extends: true,
        test: {
          ...patient,
          name: 'unit',
          // A thread costs less than a process, and none of these needs one of its own.
          pool: 'threads',
          include: ['test/**/*.test.ts', 'docs/examples/testing/lookup.test.ts'],
          exclude: ['test/e2e/**', ...builds, ...proof, ...slow, ...withServers, ...withBrowser],
          setupFiles: ['test/support/setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          ...patient,
          name: 'services',
          include: [...withServers, ...slow, 'docs/examples/testing/users.test.ts'],
          exclude: [...proof, ...withBrowser],
          setupFiles: ['test/support/setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          ...patient,
          name: 'proof',
          include: proof,
          setupFiles: ['test/support/setup.ts'],
          testTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: {
          ...patient,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', ...withBrowser],
          setupFiles: ['test/support/setup.ts'],
          globalSetup: ['test/e2e/global-setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
