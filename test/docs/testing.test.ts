import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { items } from '../../docs/registry/items'
import { registryItem } from '../../docs/registry/registry'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const guide = read('docs/testing.md')
const folder = 'docs/examples/testing'
const examples = readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)

describe('the guide to testing', () => {
  test('there are a Vitest, a Playwright and a lookup example', () => {
    expect(examples.map((path) => path.slice(folder.length + 1)).sort()).toEqual([
      ...['browser.test.ts', 'lookup.test.ts', 'users.test.ts'],
    ])
  })

  test.each(examples)('shows the text of %s, which CI runs', (path) => {
    expect(guide).toContain(`<!-- ${path} -->\n\`\`\`ts\n${read(path)}\`\`\``)
  })

  test.each(examples)('%s imports only files that the parts install', (path) => {
    const installed = Object.keys(items).flatMap((name) =>
      registryItem(name).files.map(({ target }) => target),
    )
    const imported = [...read(path).matchAll(/from '~\/(lib\/clerk-cache\/[^']+)'/g)].map(
      ([, file]) => `${file}.ts`,
    )
    expect(imported).not.toEqual([])
    expect(imported.filter((file) => !installed.includes(file))).toEqual([])
  })

  test('the part has no clerk-js, which only a browser needs', () => {
    const { dependencies, devDependencies } = registryItem('stand-ins')
    expect([...dependencies, ...devDependencies].filter((name) => name.includes('clerk-js'))).toEqual([])
  })
})
