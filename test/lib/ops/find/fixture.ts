import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const FILE = /^### (\S+)\n\n```\w*\n([\s\S]*?)^```$/gm
const EXPECTED = /\/\/ FIND (.+)$/

/** Writes files into a new folder and returns the folder. */
export function writeApp(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'finder-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  return dir
}

/** An app of test/fixtures/finder, and what its comments expect, as `file:line kind: replacement`. */
export function readFixture(name: string) {
  const text = readFileSync(join(import.meta.dirname, `../../../fixtures/finder/${name}.md`), 'utf8')
  const files = Object.fromEntries([...text.matchAll(FILE)].map(([, path = '', code = '']) => [path, code]))
  const expected = Object.entries(files).flatMap(([path, code]) =>
    code.split('\n').flatMap((line, i) => {
      const [, said] = EXPECTED.exec(line) ?? []
      return said === undefined ? [] : said.split(' FIND ').map((one) => `${path}:${i + 1} ${one}`)
    }),
  )
  return { files, expected: expected.sort() }
}
