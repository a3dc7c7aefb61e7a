import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))
/** Where `.ci/run` wants the results as JSON. */
const report = process.env.TEST_REPORT

/** Drives a browser, so it runs with those that do: alone. */
const withBrowser = ['test/local/clerk/browser.test.ts']

export default defineConfig({
  resolve: {
    alias: {
      '@': root,
      // Throws outside a React server build; the modules it guards are tested in plain Node.
      'server-only': `${root}test/support/server-only.ts`,
    },
  },
  test: {
    reporters: [
      'default',
      './test/support/missing-reporter.ts',
      ...(report ? [['json', { outputFile: report }] satisfies [string, object]] : []),
    ],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/mutants/**', ...withBrowser],
          setupFiles: ['test/support/setup.ts'],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: { name: 'mutants', include: ['test/mutants/*.test.ts'], sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', ...withBrowser],
          // A browser on a busy machine may be late once; never twice.
          retry: 1,
          sequence: { groupOrder: 2 },
          setupFiles: ['test/support/setup.ts'],
          globalSetup: ['test/e2e/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 240_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
