import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Kit } from '../lib/lookup/simulation/kit'
import type { Mutant } from './mutants'

const root = resolve(import.meta.dirname, '../..')

/** How often the mutant's text occurs in the file it would change. */
export const occurrences = ({ file, from }: Mutant) =>
  readFileSync(join(root, 'lib/lookup', file), 'utf8').split(from).length - 1

/** A copy of the engine with one change; `remove` deletes it. */
export async function copyWith({ file, from, to }: Mutant): Promise<{ kit: Kit; remove(): void }> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'mutant-')))
  const lookup = join(home, 'lib/lookup')
  cpSync(join(root, 'lib/lookup'), lookup, { recursive: true })
  // What the engine shares with the rest of lib.
  for (const name of ['outside.ts', 'one-per-process.ts', 'listeners.ts'])
    cpSync(join(root, 'lib', name), join(home, 'lib', name))
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'))
  const path = join(lookup, file)
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace(from, () => to),
  )
  const load = async (name: string) => import(/* @vite-ignore */ join(lookup, `${name}.ts`))
  const { createLookups } = await load('create-lookups')
  const { createMemoryStore } = await load('testing/memory-store')
  const { createProcessState } = await load('process-state')
  const { LookupError } = await load('errors')
  const kit: Kit = { createLookups, createMemoryStore, createProcessState, LookupError }
  return { kit, remove: () => rmSync(home, { recursive: true }) }
}
