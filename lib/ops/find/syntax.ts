import {
  type ArrowFunctionExpression,
  type AssignmentExpression,
  type BindingPattern,
  type BindingRestElement,
  type CallExpression,
  type Class,
  type Expression,
  type Function as FunctionSyntax,
  type ImportDeclarationSpecifier,
  type ModuleExportName,
  type NewExpression,
  type Node,
  type Program,
  parseSync,
  type TSType,
  visitorKeys,
} from 'oxc-parser'

export type FunctionNode = FunctionSyntax | ArrowFunctionExpression
export type Call = CallExpression | NewExpression

/** Where the value of a name comes from, and the properties that a pattern takes of it: `const { users } = …`. */
export type Origin = (
  | { from: 'import'; source: string; name: string }
  | { from: 'expression'; node: Expression }
  | { from: 'type'; node: TSType }
  | { from: 'parameter'; of: FunctionNode; index: number }
  | { from: 'declaration'; node: Node }
) & { path: readonly string[] }

export interface SourceFile {
  path: string
  text: string
  program: Program
  comments: readonly { value: string; start: number; end: number }[]
  calls: readonly Call[]
  assignments: readonly AssignmentExpression[]
  /** The values that a function returns. */
  returns: ReadonlyMap<Node, readonly Expression[]>
  /** Where a name in the file comes from. Undefined if the file does not declare it; empty if nothing is known. */
  originsOf(name: string, at: Node): readonly Origin[] | undefined
  lineOf(offset: number): number
  columnOf(offset: number): number
}

/** Parses a file. @throws SyntaxError with the parser's message and the line */
export function parseSource(path: string, text: string): SourceFile {
  const { program, comments } = parse(path, text)
  const scopes = new Map<Node, Map<string, Origin[]>>()
  const [calls, assignments]: [Call[], AssignmentExpression[]] = [[], []]
  const returns = new Map<Node, Expression[]>()

  const scopeOf = (node: Node): Map<string, Origin[]> => {
    const scope = scopes.get(node) ?? new Map<string, Origin[]>()
    scopes.set(node, scope)
    return scope
  }
  const declare = (name: string, at: Node, origins: readonly Origin[]) => {
    const scope = scopeOf(at)
    scope.set(name, [...(scope.get(name) ?? []), ...origins])
  }
  const originsOf = (name: string, at: Node): Origin[] | undefined => {
    for (let node: Node | undefined = at; node; node = node.parent ?? undefined) {
      const origins = scopes.get(node)?.get(name)
      if (origins) return origins
    }
    return undefined
  }
  const bind = (pattern: BindingPattern | BindingRestElement, at: Node, given: readonly Origin[]): void => {
    const type = 'typeAnnotation' in pattern ? pattern.typeAnnotation?.typeAnnotation : undefined
    const origins: readonly Origin[] = type ? [{ from: 'type', node: type, path: [] }, ...given] : given
    const below = (step: string) => origins.map((origin) => ({ ...origin, path: [...origin.path, step] }))
    if (pattern.type === 'Identifier') declare(pattern.name, at, origins)
    else if (pattern.type === 'RestElement') bind(pattern.argument, at, origins)
    else if (pattern.type === 'AssignmentPattern')
      bind(pattern.left, at, [...origins, { from: 'expression', node: pattern.right, path: [] }])
    else if (pattern.type === 'ObjectPattern')
      for (const part of pattern.properties)
        if (part.type === 'RestElement') bind(part.argument, at, origins)
        else bind(part.value, at, below(keyName(part.key, part.computed) ?? '?'))
    else
      pattern.elements.forEach((element, index) => {
        if (element) bind(element, at, below(String(index)))
      })
  }
  const enter = (node: Node): void => {
    const block = blockAround(node)
    switch (node.type) {
      case 'ImportDeclaration':
        for (const one of node.specifiers)
          declare(one.local.name, program, [
            { from: 'import', source: node.source.value, name: importedName(one), path: [] },
          ])
        break
      case 'TSImportEqualsDeclaration':
        if (node.moduleReference.type === 'TSExternalModuleReference')
          declare(node.id.name, program, [
            { from: 'import', source: node.moduleReference.expression.value, name: '*', path: [] },
          ])
        break
      case 'VariableDeclaration': {
        const at = node.kind === 'var' ? (functionAround(node) ?? program) : block
        for (const { id, init } of node.declarations)
          bind(id, at, init ? [{ from: 'expression', node: init, path: [] }] : [])
        break
      }
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
      case 'TSInterfaceDeclaration':
      case 'TSTypeAliasDeclaration':
      case 'TSEnumDeclaration':
        if (node.id) declare(node.id.name, block, [{ from: 'declaration', node, path: [] }])
        break
      case 'FunctionExpression':
      case 'ClassExpression':
        if (node.id) declare(node.id.name, node, [{ from: 'declaration', node, path: [] }])
        break
      case 'CatchClause':
        if (node.param) bind(node.param, node, [])
        break
      case 'AssignmentExpression':
        assignments.push(node)
        break
      case 'ReturnStatement': {
        const owner = functionAround(node)
        if (owner && node.argument) returns.set(owner, [...(returns.get(owner) ?? []), node.argument])
        break
      }
      case 'CallExpression':
      case 'NewExpression':
        calls.push(node)
    }
    if (isFunction(node))
      node.params.forEach((param, index) => {
        const given: Origin[] =
          param.type === 'RestElement' ? [] : [{ from: 'parameter', of: node, index, path: [] }]
        const pattern = param.type === 'TSParameterProperty' ? param.parameter : param
        bind(pattern.type === 'RestElement' ? pattern.argument : pattern, node, given)
      })
  }
  walk(program, enter)
  for (const { left, right } of assignments)
    if (left.type === 'Identifier')
      originsOf(left.name, left)?.push({ from: 'expression', node: right, path: [] })

  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
  const lineOf = (offset: number): number => {
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
  const columnOf = (offset: number) => offset - (starts[lineOf(offset) - 1] ?? 0) + 1
  return { path, text, program, comments, calls, assignments, returns, originsOf, lineOf, columnOf }
}

/** JavaScript may have JSX, Flow-free types, or the syntax of scripts: the first reading that works is taken. */
function parse(path: string, text: string) {
  const typed = /\.[cm]?ts$/.test(path) ? 'ts' : 'tsx'
  const readings = /tsx?$/.test(path.replace(/\.[cm]ts$/, '.ts'))
    ? [{ lang: typed } as const]
    : ([{ lang: 'jsx' }, { lang: 'jsx', sourceType: 'commonjs' }, { lang: 'tsx' }] as const)
  const results = readings.map((reading) => parseSync(path, text, { preserveParens: false, ...reading }))
  const good =
    results.find(({ errors }) => errors.length === 0) ?? results.find(({ program }) => program.body[0])
  if (good || text.trim() === '') return good ?? parseSync(path, '')
  const [error] = results[0]?.errors ?? []
  const line = text.slice(0, error?.labels[0]?.start ?? 0).split('\n').length
  throw new SyntaxError(`${error?.message ?? 'not JavaScript or TypeScript'} (line ${line})`)
}

/** The value of a literal, for JSON with comments. Undefined if it is not one. */
export function parseLiteral(text: string): unknown {
  const [statement] = parseSync('settings.ts', `(${text}\n)`, { preserveParens: false }).program.body
  return statement?.type === 'ExpressionStatement' ? literal(statement.expression) : undefined
}

function literal(node: Expression): unknown {
  if (node.type === 'Literal') return node.value
  if (node.type === 'ArrayExpression')
    return node.elements.map((one) => (one && one.type !== 'SpreadElement' ? literal(one) : undefined))
  if (node.type !== 'ObjectExpression') return undefined
  return Object.fromEntries(
    node.properties.flatMap((one) =>
      one.type === 'Property' ? [[keyName(one.key, one.computed) ?? '', literal(one.value)]] : [],
    ),
  )
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

/** Calls `enter` for every node, parents first, and gives each its `parent`. */
function walk(node: Node, enter: (node: Node) => void): void {
  enter(node)
  for (const key of visitorKeys[node.type] ?? []) {
    const value: unknown = Reflect.get(node, key)
    for (const child of Array.isArray(value) ? value : [value])
      if (isNode(child)) {
        child.parent = node
        walk(child, enter)
      }
  }
}

export const isFunction = (node: Node): node is FunctionNode =>
  node.type === 'ArrowFunctionExpression' ||
  node.type === 'FunctionDeclaration' ||
  node.type === 'FunctionExpression'

const isClass = (node: Node): node is Class =>
  node.type === 'ClassDeclaration' || node.type === 'ClassExpression'

/** The nodes around one, from the inside to the outside. */
export function* around(node: Node): Generator<Node> {
  for (let one = node.parent; one; one = one.parent) yield one
}

function firstAround<N extends Node>(node: Node, is: (one: Node) => one is N): N | undefined {
  for (const one of around(node)) if (is(one)) return one
  return undefined
}

const functionAround = (node: Node) => firstAround(node, isFunction)
export const classAround = (node: Node) => firstAround(node, isClass)

const BLOCKS = new Set(['Program', 'BlockStatement', 'ForStatement', 'ForOfStatement', 'ForInStatement'])
const isBlock = (node: Node): node is Node =>
  BLOCKS.has(node.type) || node.type === 'SwitchStatement' || node.type === 'StaticBlock' || isFunction(node)

const blockAround = (node: Node): Node => firstAround(node, isBlock) ?? node

const importedName = (one: ImportDeclarationSpecifier): string => {
  if (one.type === 'ImportNamespaceSpecifier') return '*'
  return one.type === 'ImportDefaultSpecifier' ? 'default' : moduleName(one.imported)
}

/** A name in `import { … }` or `export { … }`. */
export const moduleName = (name: ModuleExportName): string =>
  name.type === 'Literal' ? name.value : name.name

/** The name of a property: of `a.name`, `a['name']`, `{ name: … }`. Undefined if it is computed. */
export function keyName(key: Node, computed: boolean): string | undefined {
  if (key.type === 'Literal') return String(key.value)
  if (key.type === 'TemplateLiteral' && key.expressions.length === 0)
    return key.quasis[0]?.value.cooked ?? undefined
  if (key.type === 'PrivateIdentifier') return `#${key.name}`
  return key.type === 'Identifier' && !computed ? key.name : undefined
}
