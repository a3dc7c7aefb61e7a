import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toCachedUser } from '@/lib/cache/cached-user'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** The fields in the table of docs/migrate.md, and whether the cached user has them. */
const rows = [
  ...(read('docs/migrate.md')
    .split('## Fields of the user')[1]
    ?.matchAll(/^\| (`.+?) \| (same|no) \|/gm) ?? []),
]
const fields = (has: string) =>
  rows.flatMap(([, names = '', said]) =>
    said === has ? [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name) : [],
  )

test("the guide to migrate names every field of Clerk's user", () => {
  const declared = read('node_modules/@clerk/backend/dist/api/resources/User.d.ts')
  const names = [...declared.matchAll(/^ {4}(?:readonly|get) (\w+)/gm)].map(([, name = '']) => name)
  expect([...fields('same'), ...fields('no')].sort()).toEqual(names.sort())
})

test('the guide to migrate says of each field whether the cached user has it', () => {
  const cached = Object.keys(toCachedUser({ id: 'user_1' }))
  expect(fields('same').filter((name) => !cached.includes(name))).toEqual([])
  expect(fields('no').filter((name) => cached.includes(name))).toEqual([])
})
