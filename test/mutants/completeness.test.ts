import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { mutants as promise1 } from './lists/promise-1'
import { mutants as promises2To4 } from './lists/promises-2-to-4'
import { mutants as promises5To9 } from './lists/promises-5-to-9'
import { mutants as rules } from './lists/rules'

const lists = [promise1, promises2To4, promises5To9, rules]
const mutants = lists.flat()

it('knows every list', () => {
  expect(lists).toHaveLength(readdirSync(new URL('lists', import.meta.url)).length)
})

it('has a mutant for each of the nine promises', () => {
  const broken = new Set(mutants.flatMap(({ breaks }) => breaks))
  for (let promise = 1; promise <= 9; promise++) expect(broken).toContain(`promise ${promise}`)
})

it('names every mutant once', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
})
