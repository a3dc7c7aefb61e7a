import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CallExpression, type Expression, parseSync, Visitor } from 'oxc-parser'
import { expect, test } from 'vitest'

const docs = join(import.meta.dirname, '../../docs')
const text = readFileSync(join(docs, 'security.md'), 'utf8')
/** `[title](../test/…)`: a test that a page names. */
const named = ['security.md', 'reliability.md'].flatMap((page) =>
  [...readFileSync(join(docs, page), 'utf8').matchAll(/\[([^\]]+)\]\((\.\.\/test\/[^)]+)\)/g)].map(
    ([, title = '', path = '']) => ({ page, title, path }),
  ),
)

/** What a call is of: `test` for `test.each(rows)` too. */
function rootOf(node: Expression): string {
  if (node.type === 'Identifier') return node.name
  if (node.type === 'CallExpression') return rootOf(node.callee)
  if (node.type === 'TaggedTemplateExpression') return rootOf(node.tag)
  return node.type === 'MemberExpression' ? rootOf(node.object) : ''
}

const titleOf = ({ arguments: [first] }: CallExpression): string | undefined =>
  first?.type === 'Literal' && typeof first.value === 'string' ? first.value : undefined

/** The titles of all tests of a file, as they are written, each alone and after the titles of what it is in. */
function titlesIn(source: string): string[] {
  const titles: string[] = []
  const outer: string[] = []
  const isGroup = (call: CallExpression) => rootOf(call.callee) === 'describe'
  new Visitor({
    CallExpression(call) {
      const title = titleOf(call)
      if (isGroup(call)) outer.push(title ?? '')
      else if (title !== undefined && /^(test|it)$/.test(rootOf(call.callee)))
        titles.push(title, [...outer, title].join(' '))
    },
    'CallExpression:exit'(call) {
      if (isGroup(call)) outer.pop()
    },
  }).visit(parseSync('a.test.ts', source).program)
  return titles
}

test.each([
  ['test("keeps %s out", () => {})', ['keeps %s out']],
  ['test.each(["a"])("keeps %s out", () => {})', ['keeps %s out']],
  ['test.skipIf(true)("keeps %s out", () => {})', ['keeps %s out']],
  ['describe("a guard", () => { it("keeps %s out", () => {}) })', ['keeps %s out', 'a guard keeps %s out']],
  ['// test("keeps %s out", () => {})', []],
  ['const text = "keeps %s out"', []],
  ['test("never keeps %s out of it", () => {})', ['never keeps %s out of it']],
])('the titles of %s are those of its tests alone', (source, titles) => {
  expect([...new Set(titlesIn(source))]).toEqual(titles)
})

const titlesOf = new Map<string, string[]>()

test.each(named)('$page names a test that exists: $title', ({ title, path }) => {
  const file = join(docs, path)
  expect(existsSync(file), path).toBe(true)
  const titles = titlesOf.get(file) ?? titlesIn(readFileSync(file, 'utf8'))
  titlesOf.set(file, titles)
  expect(titles).toContain(title)
})

test('each promise in docs/reliability.md names a test', () => {
  const [, table = ''] = readFileSync(join(docs, 'reliability.md'), 'utf8').split(
    '| promise | tests |\n|---|---|\n',
  )
  const lines = table.split('\n').filter((line) => line.startsWith('| '))
  expect(lines.length).toBeGreaterThan(20)
  expect(lines.filter((line) => !line.includes('](../test/'))).toEqual([])
})

test('each attack and each mistake in docs/security.md names a test, also where nothing stops it', () => {
  const tables = text.split(/^\| .* \| test \|\n\|---.*\n/m).slice(1)
  const lines = tables.flatMap((table) => table.split('\n\n')[0]?.split('\n') ?? [])
  expect(tables.length).toBeGreaterThan(8)
  expect(lines.length).toBeGreaterThan(70)
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
