import { appendFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { portsBeside, type StandIns, startStandIns } from '../../local/stand-ins'
import { type NextProcess, startNext } from '../support/next'
import { E2E_COPY, E2E_PORT } from '../support/ports'

/** A copy of the app that this test may edit. Git and TypeScript ignore it, as they ignore builds. */
const COPY = `${E2E_COPY}-dev`
const EXPERTS = 13

let standIns: StandIns
let server: NextProcess

beforeAll(async () => {
  await rm(COPY, { recursive: true, force: true })
  await mkdir(COPY)
  for (const name of ['app', 'components', 'lib', 'instrumentation.ts', 'middleware.ts'])
    await cp(name, join(COPY, name), { recursive: true })
  for (const name of ['next.config.mjs', 'package.json', 'postcss.config.mjs', 'tsconfig.json'])
    await cp(name, join(COPY, name))
  standIns = await startStandIns(E2E_PORT, { ports: portsBeside(E2E_PORT) })
  server = await startNext(E2E_PORT, { ...standIns.env, CACHE_REDIS_TIMEOUT_MS: '10000' }, COPY, 'dev')
})

afterAll(async () => {
  await server?.stop()
  await standIns?.close()
  await rm(COPY, { recursive: true, force: true })
})

async function experts(): Promise<number> {
  const html = await (await fetch(`http://localhost:${E2E_PORT}/experts`)).text()
  return new Set(html.match(/\/experts\/[a-z-]+/g)).size
}

let edits = 0

/** Requests the page until the server has evaluated the edited file, and then once more. */
async function readAfterEdit(file: string): Promise<number[]> {
  const mark = `evaluated ${++edits}`
  await appendFile(join(COPY, file), `\nprocess.stdout.write('${mark}\\n')\n`)
  const read: number[] = []
  await expect
    .poll(async () => {
      read.push(await experts())
      return server.text()
    })
    .toContain(mark)
  return [...read, await experts()]
}

async function replaceIn(file: string, from: string, to: string) {
  const path = join(COPY, file)
  const text = await readFile(path, 'utf8')
  expect(text).toContain(from)
  await writeFile(path, text.replace(from, to))
}

describe('next dev, with lookups that are declared already,', () => {
  test('reads users', async () => {
    expect(await experts()).toBe(EXPERTS)
  })

  test('reads them after an edit of a file that a declaration imports', async () => {
    expect(new Set(await readAfterEdit('lib/cache/cached-user.ts'))).toEqual(new Set([EXPERTS]))
  })

  test('reads them after an edit of a declaration, and after the edit is taken back', async () => {
    const file = 'lib/cache/user-lookup.ts'
    await replaceIn(file, 'grace: GRACE', 'grace: GRACE + 1')
    expect(new Set(await readAfterEdit(file))).toEqual(new Set([EXPERTS]))
    await replaceIn(file, 'grace: GRACE + 1', 'grace: GRACE')
    expect(new Set(await readAfterEdit(file))).toEqual(new Set([EXPERTS]))
  })
})
