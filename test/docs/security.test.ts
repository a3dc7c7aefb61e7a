import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const page = join(import.meta.dirname, '../../docs/security.md')
const text = readFileSync(page, 'utf8')
/** `[title](../test/…)`: a test that docs/security.md names. */
const named = [...text.matchAll(/\[([^\]]+)\]\((\.\.\/test\/[^)]+)\)/g)].map(([, title = '', path = '']) => ({
  title,
  path,
}))

describe('docs/security.md', () => {
  test.each(named)('names a test that exists: $title', ({ title, path }) => {
    const file = join(page, '..', path)
    expect(existsSync(file), path).toBe(true)
    expect(readFileSync(file, 'utf8')).toContain(title)
  })

  test('names a test in each line of an attacker, or says that nothing stops them or what else does', () => {
    const lines = text.split('\n').filter((line) => /^\| to /.test(line))
    expect(lines.length).toBeGreaterThan(30)
    const without = lines
      .filter((line) => !line.includes('](../test/'))
      .map((line) => line.split('|')[1]?.trim())
    expect(without).toEqual([
      'to read users, to change the trail, or to end a revocation',
      'to lock users out with forged `user.deleted` or `session.revoked`',
      'to stay unnoticed once it is known',
    ])
  })
})

test('no page or component writes HTML itself', () => {
  const root = join(import.meta.dirname, '../..')
  const files = ['app', 'components'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(root, folder, file),
    ),
  )
  const sources = files.filter((file) => /\.tsx?$/.test(file))
  expect(sources.length).toBeGreaterThan(20)
  const writes = /dangerouslySetInnerHTML|innerHTML|insertAdjacentHTML|document\.write|srcDoc/
  expect(sources.filter((file) => writes.test(readFileSync(file, 'utf8')))).toEqual([])
})
