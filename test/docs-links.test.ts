import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const folders = [
  '',
  '.github',
  'docs',
  'docs/decisions',
  'docs/guides',
  'bench',
  'test/lib/lookup/simulation',
]
const files = folders
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
  .filter((file) => file.endsWith('.md'))

const textOf = (file: string) => readFileSync(file, 'utf8').replace(/```[\s\S]*?```/g, '')

/** The anchors that GitHub makes of the headings of a file. */
const anchorsOf = (file: string) =>
  [...textOf(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )

function brokenLinks(file: string): string[] {
  const targets = [...textOf(join(root, file)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false
    const [path = '', anchor] = target.split('#')
    const linked = path === '' ? join(root, file) : join(root, dirname(file), path)
    if (!existsSync(linked)) return true
    return anchor !== undefined && !anchorsOf(linked).includes(anchor)
  })
}

test.each(files)('every relative link in %s leads to a file and a heading', (file) => {
  expect(brokenLinks(file)).toEqual([])
})

/** Guides describe the code of today. Decisions and the changelog may name files that are gone. */
const guides = files.filter((file) => !/^(docs\/decisions|CHANGELOG)/.test(file))

test.each(guides)('every path that %s names exists', (file) => {
  const paths = [...textOf(join(root, file)).matchAll(/`((?:app|bench|docs|lib|local|test)\/[\w./[\]-]*)`/g)]
  expect(paths.map(([, path = '']) => path).filter((path) => !existsSync(join(root, path)))).toEqual([])
})

test('the index of the docs links every guide, and the index of decisions every record', () => {
  for (const [folder, index, prefix] of [
    ['docs', 'docs', ''],
    ['docs/guides', 'docs', 'guides/'],
    ['docs/decisions', 'docs/decisions', ''],
  ] as const) {
    const names = readdirSync(join(root, folder)).filter(
      (name) => name.endsWith('.md') && name !== 'README.md' && name !== 'template.md',
    )
    const page = readFileSync(join(root, index, 'README.md'), 'utf8')
    expect(names.filter((name) => !page.includes(`(${prefix}${name})`))).toEqual([])
  }
})

test('the glossary is in alphabetical order', () => {
  const terms = [...readFileSync(join(root, 'docs/glossary.md'), 'utf8').matchAll(/^\| (.+?) \|/gm)]
    .map(([, term = '']) => term.toLowerCase())
    .slice(1)
  expect(terms).toEqual(terms.toSorted())
})
