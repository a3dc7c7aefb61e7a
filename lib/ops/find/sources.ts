import type { Node } from 'oxc-parser'
import type { AppFiles } from './app-files'
import { mayMentionClerk } from './clerk-packages'
import { parseSource, type SourceFile } from './syntax'
import { createValues } from './values'

const MOCKS = /\b(vi|jest)\s*\.\s*(doM|m)ock\(/
const IMPORTED = /(?:\bfrom|\bimport|\brequire\()\s*\(?\s*['"]([^'"\n]+)['"]/g

/** Parses the files of an app that mention Clerk, and those that get something of Clerk from them. */
export function readSources(app: AppFiles) {
  const unparsed: { file: string; message: string }[] = []
  const parsed = new Map<string, SourceFile | undefined>()
  const byProgram = new Map<Node, SourceFile>()

  const open = (path: string): SourceFile | undefined => {
    if (parsed.has(path)) return parsed.get(path)
    parsed.set(path, undefined)
    try {
      const file = parseSource(path, app.textOf(path))
      parsed.set(path, file)
      byProgram.set(file.program, file)
      return file
    } catch (error) {
      // The stack ends in an expression that is nested thousands of times.
      if (!(error instanceof Error && /^(Syntax|Range)Error$/.test(error.name))) throw error
      unparsed.push({
        file: path,
        message: error.name === 'RangeError' ? 'nested too deeply' : error.message,
      })
      return undefined
    }
  }
  const load = (from: string, specifier: string) => {
    const path = app.resolve(from, specifier)
    return path === undefined ? undefined : open(path)
  }
  const fileOf = (node: Node): SourceFile => {
    let one = node
    while (one.parent) one = one.parent
    const file = byProgram.get(one)
    if (!file) throw new Error('a node of no file')
    return file
  }
  const values = createValues({ load, fileOf })

  const importers = importersIn(app)
  const scanned = new Map<string, SourceFile>()
  const scan = (path: string) => {
    const file = scanned.has(path) || MOCKS.test(app.textOf(path)) ? undefined : open(path)
    if (file) scanned.set(path, file)
  }
  for (const path of app.paths) if (mayMentionClerk(app.textOf(path))) scan(path)
  // A file that mentions Clerk nowhere can get a client by an import or as an argument.
  for (let before = -1; before < scanned.size; ) {
    before = scanned.size
    values.collectSites(scanned.values())
    for (const file of [...scanned.values()]) {
      if (values.exportsClerk(file)) for (const path of importers(file.path)) scan(path)
      for (const call of file.calls) {
        const target = values.follow(call.callee)
        if (
          target?.is === 'function' &&
          call.arguments.some((one) => values.leadsToClerk(values.follow(one)))
        )
          scan(fileOf(target.node).path)
      }
    }
  }
  values.collectSites(scanned.values())
  return {
    scanned: [...scanned.values()],
    ...{ values, fileOf, open, importers, unparsed },
    parsed: () => byProgram.size,
  }
}

export const importsIn = (text: string) => [...text.matchAll(IMPORTED)].map(([, specifier = '']) => specifier)

/** Which files import a file. Read from the text, so that no file is parsed for it. */
function importersIn(app: AppFiles): (path: string) => readonly string[] {
  const index = new Map<string, string[]>()
  for (const path of app.paths)
    for (const specifier of new Set(importsIn(app.textOf(path)))) {
      const target = app.resolve(path, specifier)
      if (target !== undefined) index.set(target, [...(index.get(target) ?? []), path])
    }
  return (path) => index.get(path) ?? []
}
