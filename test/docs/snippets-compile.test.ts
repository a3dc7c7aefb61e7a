import { join } from 'node:path'
import ts from 'typescript-5'
import { expect, test } from 'vitest'
import { type Fence, fences, root } from '../support/fences'

/** A block that shows several files names each in a comment of its own line. */
const filesOf = ({ text }: Fence) => text.split(/^(?=\/\/ src\/)/m).filter((part) => part.trim() !== '')

const snippets = fences
  .filter(({ language }) => language === 'ts' || language === 'tsx')
  .flatMap((fence) =>
    filesOf(fence).map((text, i) => ({
      file: join(root, `snippet-${fence.at.replaceAll(/\W/g, '-')}-${i}.${fence.language}`),
      at: fence.at,
      text: `${fence.given}\n${text}\nexport {}\n`,
    })),
  )
const byFile = new Map(snippets.map((snippet) => [snippet.file, snippet]))

/** `return` outside a function: a block may be the body of a handler. */
const RETURN_OUTSIDE = 1108

/** The problems of all blocks, compiled in one program with the project's settings. */
function problems(): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  const settings: ts.CompilerOptions = {
    ...options,
    ...{ incremental: false, noUnusedLocals: false, noUnusedParameters: false, noEmit: true },
    paths: { '@/*': [join(root, '*')], '~/lib/clerk-cache/*': [join(root, '*'), join(root, 'lib/*')] },
  }
  const host = ts.createCompilerHost(settings)
  const { readFile, fileExists } = host
  host.readFile = (file) => byFile.get(file)?.text ?? readFile(file)
  host.fileExists = (file) => byFile.has(file) || fileExists(file)
  const program = ts.createProgram(
    [...byFile.keys(), join(root, 'test/support/packages.d.ts')],
    settings,
    host,
  )
  return [...byFile].flatMap(([file, { at }]) => {
    const source = program.getSourceFile(file)
    if (!source) return [`${at}: not compiled`]
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
      .filter(({ code }) => code !== RETURN_OUTSIDE)
      .map(({ messageText }) => `${at}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`)
  })
}

test('every ts and tsx block of the guides compiles with the types of the kit', () => {
  expect(snippets.length).toBeGreaterThan(15)
  expect(problems()).toEqual([])
})
