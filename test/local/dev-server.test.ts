import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runningDevServer } from '../../local/dev-server'

let folder: string
let file: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dev-server-test-'))
  file = join(folder, 'lock')
})

afterAll(() => rm(folder, { recursive: true }))

test('without a lock no dev server runs', () => {
  expect(runningDevServer(file)).toBeUndefined()
})

test('a lock of a running process names it and its address', async () => {
  const appUrl = 'http://localhost:3000'
  await writeFile(file, JSON.stringify({ pid: process.pid, port: 3000, appUrl, startedAt: 1 }))
  expect(runningDevServer(file)).toEqual({ pid: process.pid, appUrl })
})

test.each([
  ['of a process that has ended', '{"pid":2147483647,"appUrl":"http://localhost:3000"}'],
  ['that is not JSON', '{'],
  ['in another format', '{"process":1}'],
])('a lock %s is ignored', async (_, content) => {
  await writeFile(file, content)
  expect(runningDevServer(file)).toBeUndefined()
})
