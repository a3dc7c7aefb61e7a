import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8')
const page = read('docs/versions.md')
const row = (start: string) => page.split('\n').find((line) => line.startsWith(`| ${start}`)) ?? ''

test('docs/versions.md names the versions of Next that are installed and tested', () => {
  const { dependencies } = JSON.parse(read('package.json'))
  expect(row('The app of this repository')).toContain(`Next ${dependencies.next},`)
  const older = /next: '~(\d+\.\d+)\.\d+'.*'@clerk\/nextjs': '\^(\d+)\./.exec(
    read('test/e2e/host-app.test.ts'),
  )
  expect(row('Users, tokens and webhooks')).toContain(`Next ${older?.[1]} with Clerk ${older?.[2]}`)
})

test('docs/versions.md names every Node of .ci/run, and that of .nvmrc', () => {
  const nightly = /other_nodes=\((\d+(?: \d+)+)\)/.exec(read('.ci/run'))?.[1]?.split(' ') ?? []
  expect(
    row('Node,')
      .match(/\b\d{2}\b/g)
      ?.sort(),
  ).toEqual(nightly.sort())
  expect(page).toContain(`${read('.nvmrc').trim()} is what \`.nvmrc\` names`)
})

test('docs/versions.md names every compiler option that parts are compiled with', () => {
  const strict = /const STRICT = \{([^}]*)\}/.exec(read('test/docs/part-alone.test.ts'))?.[1] ?? ''
  const options = [...strict.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name)
  expect(options.length).toBeGreaterThan(5)
  expect(options.filter((name) => !page.includes(`\`${name}`))).toEqual([])
})
