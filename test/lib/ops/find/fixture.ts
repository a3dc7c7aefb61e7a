import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Finding, findCalls } from '@/lib/ops/find/find'

const FILE = /^### (\S+)\n\n```\w*\n([\s\S]*?)^```$/gm
const EXPECTED = /\/\/ FIND (.+)$/

type Files = Record<string, string>

/** Writes files into a folder that is removed after the test. */
export function writeApp(files: Files): string {
  const dir = mkdtempSync(join(tmpdir(), 'finder-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  return dir
}

/** An app of test/fixtures/finder, and what its comments expect, as `file:line kind: replacement`. */
export function readFixture(name: string) {
  const text = readFileSync(join(import.meta.dirname, `../../../fixtures/finder/${name}.md`), 'utf8')
  const files: Files = Object.fromEntries(
    [...text.matchAll(FILE)].map(([, path = '', code = '']) => [path, code]),
  )
  const expected = Object.entries(files).flatMap(([path, code]) =>
    code.split('\n').flatMap((line, i) => {
      const [, said] = EXPECTED.exec(line) ?? []
      return said === undefined ? [] : said.split(' FIND ').map((one) => `${path}:${i + 1} ${one}`)
    }),
  )
  return { files, expected: expected.sort() }
}

/** Finds in files that are only in memory and import each other by relative paths with endings. */
export const findIn = (files: Files) =>
  findCalls({
    paths: Object.keys(files),
    textOf: (path) => files[path] ?? '',
    resolve(from, specifier) {
      const path = posix.join(posix.dirname(from), specifier)
      return specifier.startsWith('.') && path in files ? path : undefined
    },
  })

export const said = ({ kind, replacement }: Finding) => `${kind}: ${replacement ?? 'keep'}`
