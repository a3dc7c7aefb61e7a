import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { buildOnce } from './support/build-once'

let root: string
let builds = 0

beforeEach(() => {
  builds = 0
  root = mkdtempSync(join(tmpdir(), 'build-once-'))
  write('app/page.tsx', 'one')
  return () => rmSync(root, { recursive: true })
})

function write(path: string, text: string) {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}

const build = (settings: object = {}) =>
  buildOnce({
    ...{ into: join(root, '.next-it'), from: [root], settings },
    build: async () => {
      mkdirSync(join(root, '.next-it'))
      return { build: ++builds }
    },
  })

describe('a build', () => {
  test('is made once for all that need it at the same time, and returns the same to each', async () => {
    expect(await Promise.all([build(), build(), build()])).toEqual(Array(3).fill({ build: 1 }))
  })

  test.each([
    ['a file of the app', 'app/page.tsx'],
    ['a new file of the app', 'app/new/page.tsx'],
    ['a guide', 'docs/guides/redis.md'],
    ['a page of the docs', 'docs/tokens.md'],
    ['the lock file', 'package-lock.json'],
  ])('is made anew after a change of %s', async (_, path) => {
    await build()
    write(path, 'two')
    expect(await build()).toEqual({ build: 2 })
  })

  test.each([
    'test/e2e/home.test.ts',
    'docs/registry/users.json',
    'CHANGELOG.md',
    '.next-it/trace',
    'local/seed.ts',
  ])('is kept after a change of %s', async (path) => {
    await build()
    write(path, 'two')
    expect(await build()).toEqual({ build: 1 })
  })

  test('is made anew with other settings', async () => {
    await build({ url: 'a' })
    expect(await build({ url: 'b' })).toEqual({ build: 2 })
  })

  test('that failed is made anew', async () => {
    const failing = buildOnce({
      ...{ into: join(root, '.next-it'), from: [root], settings: {} },
      build: async () => Promise.reject(new Error('no')),
    })
    await expect(failing).rejects.toThrow('no')
    expect(await build()).toEqual({ build: 1 })
  })

  test('does not wait for a process that was killed while it built', async () => {
    // Above the highest that Linux gives by default.
    write('.next-it.lock', '99999999')
    expect(await build()).toEqual({ build: 1 })
  })
})
