import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const sources = ['app', 'lib'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => readFileSync(join(root, folder, file), 'utf8')),
)

/** Every action that the code can record: what looks like one in a file that has to do with audit events. */
const inCode = sources
  .filter((source) => /AuditEvent|audit-events'|admin-action'/.test(source))
  .flatMap((source) => [...source.matchAll(/'([a-z-]+\.[a-z-]+)'/g)].map(([, action = '']) => action))

test('the table of actions in docs/operations.md has each action of the code, and no other', () => {
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')
  const [, table = ''] = page.split('| action | is |\n|---|---|\n')
  const [rows = ''] = table.split('\n\n')
  const listed = rows.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)])
  const actions = listed.map(([, action = '']) => action)
  expect(actions.toSorted()).toEqual([...new Set(inCode)].sort())
})
