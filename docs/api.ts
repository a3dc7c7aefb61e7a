import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript-5'

const root = join(import.meta.dirname, '..')

/** The files that an app imports, in the order of the page, and of some only the names that are for apps. */
const PUBLIC: Record<string, readonly string[] | 'all'> = {
  'lib/config.ts': ['configure', 'Config'],
  'lib/cache/clerk-cache.ts': 'all',
  'lib/cache/private-metadata.ts': 'all',
  'lib/cache/clerk-cache-utils.ts': 'all',
  'lib/cache/organization-cache.ts': 'all',
  'lib/cache/user-writes.ts': 'all',
  'lib/auth/roles.server.ts': 'all',
  'lib/auth/caller.server.ts': 'all',
  'lib/organizations/roles.server.ts': 'all',
  'lib/cache/token-cache.ts': 'all',
  'lib/cache/service-token-cache.ts': 'all',
  'lib/cache/lookups.ts': ['defineLookup', 'defineMemo', 'invalidateTags'],
  'lib/cache/audit-events.ts': 'all',
  'lib/webhooks/handle-clerk-event.ts': 'all',
  'lib/webhooks/handlers.ts': ['addWebhookHandlers', 'WebhookHandler', 'WebhookHandlers', 'HandlerResult'],
}

const docOf = (symbol: ts.Symbol, checker: ts.TypeChecker): string => {
  const tags = symbol
    .getJsDocTags(checker)
    .map(({ name, text }) => `${name === 'throws' ? 'Throws' : `@${name}`} ${ts.displayPartsToString(text)}`)
  return [ts.displayPartsToString(symbol.getDocumentationComment(checker)), ...tags].join('\n\n').trim()
}

/** A declaration without its body: what a caller has to know. */
function signatureOf(declaration: ts.Declaration, symbol: ts.Symbol, checker: ts.TypeChecker): string {
  if (ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration))
    return declaration.getText().replace(/^export /, '')
  if (ts.isClassDeclaration(declaration)) return `class ${symbol.name}`
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.WriteArrowStyleSignature
  const type = checker.getTypeOfSymbolAtLocation(symbol, declaration)
  // A type of a file that is not imported there is written with the path of the file.
  const text = checker.typeToString(type, declaration, flags).replaceAll(/import\("[^"]*"\)\./g, '')
  return `${symbol.name}: ${text}`
}

/** Every public name, with its docstring, which is empty if it has none. */
export function publicNames() {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  const program = ts.createProgram(
    Object.keys(PUBLIC).map((file) => join(root, file)),
    { ...options, incremental: false },
  )
  const checker = program.getTypeChecker()
  const seen = new Set<ts.Symbol>()
  return Object.entries(PUBLIC).flatMap(([file, wanted]) => {
    const source = program.getSourceFile(join(root, file))
    const module = source && checker.getSymbolAtLocation(source)
    if (!module) throw new Error(`${file} has no exports`)
    return checker.getExportsOfModule(module).flatMap((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      const declaration = symbol.declarations?.[0]
      if (!declaration || seen.has(symbol)) return []
      if (wanted !== 'all' && !wanted.includes(exported.name)) return []
      seen.add(symbol)
      return [
        {
          ...{ name: exported.name, file },
          signature: signatureOf(declaration, symbol, checker),
          doc: docOf(symbol, checker),
        },
      ]
    })
  })
}

/** docs/api.md. */
export function apiPage(names = publicNames()): string {
  const sections = Object.keys(PUBLIC).map((file) => {
    const entries = names
      .filter((name) => name.file === file)
      .map(({ name, doc, signature }) => `### \`${name}\`\n\n${doc}\n\n\`\`\`signature\n${signature}\n\`\`\``)
    return `## [${file}](../${file})\n\n${entries.join('\n\n')}`
  })
  return `# API

<!-- Generated from the docstrings by \`npm run api\`. Change those, not this page. -->

The names that an app imports. Import them from the files that [users](users.md), [tokens](tokens.md) and
[webhooks](webhooks.md) show. Every error has a \`code\`: see [errors](errors.md).

${sections.join('\n\n')}
`
}

if (process.argv[1] === import.meta.filename) writeFileSync(join(root, 'docs/api.md'), apiPage())
