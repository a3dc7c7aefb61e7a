import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const docs = join(import.meta.dirname, '../../docs')
const text = readFileSync(join(docs, 'security.md'), 'utf8')
/** `[title](../test/…)`: a test that a page names. */
const named = ['security.md', 'reliability.md'].flatMap((page) =>
  [...readFileSync(join(docs, page), 'utf8').matchAll(/\[([^\]]+)\]\((\.\.\/test\/[^)]+)\)/g)].map(
    ([, title = '', path = '']) => ({ page, title, path }),
  ),
)

test.each(named)('$page names a test that exists: $title', ({ title, path }) => {
  const file = join(docs, path)
  expect(existsSync(file), path).toBe(true)
  expect(readFileSync(file, 'utf8')).toContain(title)
})

test('each promise in docs/reliability.md names a test', () => {
  const [, table = ''] = readFileSync(join(docs, 'reliability.md'), 'utf8').split(
    '| promise | tests |\n|---|---|\n',
  )
  const lines = table.split('\n').filter((line) => line.startsWith('| '))
  expect(lines.length).toBeGreaterThan(20)
  expect(lines.filter((line) => !line.includes('](../test/'))).toEqual([])
})

test('each line of an attacker in docs/security.md names a test, also where nothing stops them', () => {
  const lines = text.split('\n').filter((line) => /^\| to /.test(line))
  expect(lines.length).toBeGreaterThan(30)
  expect(lines.filter((line) => !line.includes('](../test/'))).toEqual([])
})

test('no page or component writes HTML itself, but for the constant script that sets the theme', () => {
  const root = join(import.meta.dirname, '../..')
  const files = ['app', 'components'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(root, folder, file),
    ),
  )
  const sources = files.filter((file) => /\.tsx?$/.test(file))
  expect(sources.length).toBeGreaterThan(20)
  const writes = /dangerouslySetInnerHTML|innerHTML|insertAdjacentHTML|document\.write|srcDoc/
  const script = '<script dangerouslySetInnerHTML={{ __html: THEME_SCRIPT }} />'
  const written = (file: string) => readFileSync(file, 'utf8').replace(script, '')
  expect(sources.filter((file) => writes.test(written(file)))).toEqual([])
})
