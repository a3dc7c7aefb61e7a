import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Change } from './mutant'

const root = resolve(import.meta.dirname, '../..')

/** How often the change's text occurs in the file it would change. */
export const occurrences = ({ file, from }: Change) =>
  readFileSync(join(root, 'lib/lookup', file), 'utf8').split(from).length - 1

/**
 * A copy of `lib/lookup`, which imports nothing from outside, and of the alias that is built over it, with one change.
 */
export function copyWith({ file, from, to }: Change) {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'mutant-')))
  const lookup = join(home, 'lib/lookup')
  cpSync(join(root, 'lib/lookup'), lookup, { recursive: true })
  cpSync(join(root, 'lib/cache/alias.ts'), join(home, 'lib/cache/alias.ts'))
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'))
  const path = join(lookup, file)
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace(from, () => to),
  )
  return {
    /** Loads a module of the copy by its path without `.ts`. */
    load: async (name: string) => import(/* @vite-ignore */ join(lookup, `${name}.ts`)),
    remove: () => rmSync(home, { recursive: true }),
  }
}
