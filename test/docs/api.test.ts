import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { apiPage, publicNames } from '../../docs/api'

const names = publicNames()

test('every public name has a docstring', () => {
  expect(names.filter(({ doc }) => doc === '').map(({ file, name }) => `${file} ${name}`)).toEqual([])
})

test('docs/api.md is what the docstrings say; `npm run api` writes it anew', () => {
  expect(readFileSync(join(import.meta.dirname, '../../docs/api.md'), 'utf8')).toBe(apiPage(names))
})
