import type {
  ArrayExpression,
  Class,
  ClassElement,
  Expression,
  Node,
  ObjectExpression,
  TSSignature,
  TSType,
} from 'oxc-parser'
import { exportOf, isNameOfClient, isServerPackage, propertyOf, resultOf } from './clerk-packages'
import { classAround, type FunctionNode, keyName, moduleName, type Origin, type SourceFile } from './syntax'

/** What is known of an expression. A promise counts as what it resolves to. Undefined if nothing is known. */
export type Value =
  | { is: 'clerk'; name: string }
  | { is: 'text'; text: string }
  | { is: 'function'; node: FunctionNode }
  | { is: 'class'; node: Class }
  | { is: 'object'; node: ObjectExpression }
  | { is: 'array'; node: ArrayExpression }
  | { is: 'type'; node: Node }
  | { is: 'package'; source: string }
  | { is: 'module'; file: SourceFile }
  | { is: 'other' }

const OTHER: Value = { is: 'other' }
/** Types that stand for their first argument. */
const TRANSPARENT = /^(Promise|PromiseLike|Awaited|NonNullable|Readonly|Required|Partial|Pick|Omit)$/

interface Modules {
  /** The file that an import means. Undefined if it is not one of the app. */
  load(from: string, specifier: string): SourceFile | undefined
  fileOf(node: Node): SourceFile
}

/** Follows names, imports, properties and calls to what they are, without a type checker. */
export function createValues({ load, fileOf }: Modules) {
  const values = createMemo()
  const results = createMemo()
  const sites = new Map<Node, ((index: number) => Value | undefined)[]>()

  const follow = (node: Node): Value | undefined => values.once(node, () => evaluate(node))

  function evaluate(node: Node): Value | undefined {
    switch (node.type) {
      case 'Identifier':
        return valueOfName(node.name, node)
      case 'ThisExpression': {
        const owner = classAround(node)
        return owner ? { is: 'class', node: owner } : undefined
      }
      case 'AwaitExpression':
        return follow(node.argument)
      case 'TSAsExpression':
      case 'TSTypeAssertion':
        return best([follow(node.expression), typeValue(node.typeAnnotation)])
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
      case 'TSInstantiationExpression':
      case 'ChainExpression':
      case 'ParenthesizedExpression':
        return follow(node.expression)
      case 'LogicalExpression':
        return best([follow(node.left), follow(node.right)])
      case 'ConditionalExpression':
        return best([follow(node.consequent), follow(node.alternate)])
      case 'AssignmentExpression':
        return follow(node.right)
      case 'SequenceExpression':
        return node.expressions.at(-1) && follow(node.expressions.at(-1) ?? node)
      case 'Literal':
        return typeof node.value === 'string' ? { is: 'text', text: node.value } : OTHER
      case 'TemplateLiteral':
        return textOf(node.quasis.flatMap((part, i) => [part.value.cooked ?? '', node.expressions[i]]))
      case 'BinaryExpression':
        return node.operator === '+' ? textOf([node.left, node.right]) : OTHER
      case 'MemberExpression': {
        const name = keyName(node.property, node.computed)
        const found = name === undefined ? undefined : propertyValue(follow(node.object), name)
        return found ?? (isNameOfClient(name) ? { is: 'clerk', name: 'client' } : undefined)
      }
      case 'ImportExpression':
        return moduleValue(node.source)
      case 'CallExpression':
        return resultOfCall(node.callee, node.arguments)
      case 'NewExpression': {
        const made = follow(node.callee)
        if (made?.is === 'class') return made
        if (node.callee.type === 'Identifier' && node.callee.name === 'URL')
          return textOf(node.arguments.slice(0, 2).reverse())
        return made?.is === 'clerk' ? known(resultOf(made.name)) : OTHER
      }
      case 'ArrowFunctionExpression':
      case 'FunctionExpression':
      case 'FunctionDeclaration':
        return { is: 'function', node }
      case 'ClassExpression':
      case 'ClassDeclaration':
        return { is: 'class', node }
      case 'ObjectExpression':
        return { is: 'object', node }
      case 'ArrayExpression':
        return { is: 'array', node }
      case 'TSInterfaceDeclaration':
        return { is: 'type', node }
      case 'TSTypeAliasDeclaration':
        return typeValue(node.typeAnnotation)
      case 'TSEnumDeclaration':
        return OTHER
      default:
        return undefined
    }
  }

  const known = (name: string | undefined): Value => (name === undefined ? OTHER : { is: 'clerk', name })

  /** Text with `*` for each part that is not known. */
  function textOf(parts: readonly (string | Node | undefined)[]): Value | undefined {
    const texts = parts.map((part) => {
      if (part === undefined || typeof part === 'string') return part ?? ''
      const value = follow(part)
      return value?.is === 'text' ? value.text : '*'
    })
    return { is: 'text', text: texts.join('') }
  }

  function valueOfName(name: string, at: Node): Value | undefined {
    const origins = fileOf(at).originsOf(name, at)
    if (!origins) {
      if (name === 'fetch') return known('http')
      return /^(globalThis|window|self|global)$/.test(name) ? { is: 'package', source: 'global' } : undefined
    }
    const value = best(origins.map((origin) => valueOfOrigin(origin, at)))
    return value ?? (isNameOfClient(name) ? known('client') : undefined)
  }

  function valueOfOrigin(origin: Origin, at: Node): Value | undefined {
    let value = rootOf(origin, at)
    for (const step of origin.path) value = propertyValue(value, step)
    return value
  }

  function rootOf(origin: Origin, at: Node): Value | undefined {
    switch (origin.from) {
      case 'import':
        return importValue(fileOf(at), origin.source, origin.name)
      case 'type':
        return typeValue(origin.node)
      case 'parameter': {
        const given = (sites.get(origin.of) ?? []).map((site) => site(origin.index))
        // A text may be another one in each call.
        return best(given.filter((value) => value?.is !== 'text' && value?.is !== 'other'))
      }
      default:
        return follow(origin.node)
    }
  }

  const moduleValue = (source: Node | undefined): Value | undefined => {
    const specifier = source && follow(source)
    return source && specifier?.is === 'text' ? importValue(fileOf(source), specifier.text, '*') : undefined
  }

  function importValue(file: SourceFile, source: string, name: string): Value | undefined {
    const target = load(file.path, source)
    if (target) return name === '*' ? { is: 'module', file: target } : exportValue(target, name)
    if (/^([./~#]|@\/)/.test(source)) return undefined
    return name === '*' ? { is: 'package', source } : packageValue(source, name)
  }

  function packageValue(source: string, name: string): Value | undefined {
    if (source === 'global') return name === 'fetch' ? known('http') : undefined
    const value = exportOf(source, name)
    // `import Clerk from` a package without a default export is the package itself.
    return value === undefined && name === 'default' ? { is: 'package', source } : known(value)
  }

  /** What a file of the app exports under a name. */
  function exportValue(file: SourceFile, name: string, seen = new Set<string>()): Value | undefined {
    if (seen.has(file.path)) return undefined
    seen.add(file.path)
    const stars: SourceFile[] = []
    for (const node of file.program.body) {
      if (node.type === 'ExportDefaultDeclaration' && name === 'default') return follow(node.declaration)
      if (node.type === 'ExportAllDeclaration') {
        if (node.exported && moduleName(node.exported) === name)
          return importValue(file, node.source.value, '*')
        const target = load(file.path, node.source.value)
        if (!node.exported && target) stars.push(target)
        else if (!node.exported && exportOf(node.source.value, name))
          return packageValue(node.source.value, name)
      }
      if (node.type !== 'ExportNamedDeclaration') continue
      for (const one of node.specifiers)
        if (moduleName(one.exported) === name) {
          const local = moduleName(one.local)
          return node.source ? importValue(file, node.source.value, local) : valueOfName(local, file.program)
        }
      const { declaration } = node
      const declares =
        declaration?.type === 'VariableDeclaration' ||
        (declaration &&
          'id' in declaration &&
          declaration.id?.type === 'Identifier' &&
          declaration.id.name === name)
      if (declares && file.originsOf(name, node)) return valueOfName(name, node)
    }
    return commonExport(file, name) ?? best(stars.map((star) => exportValue(star, name, seen)))
  }

  /** `module.exports = …`, `exports.name = …`. */
  function commonExport(file: SourceFile, name: string): Value | undefined {
    const all = (node: Node) => file.text.slice(node.start, node.end) === 'module.exports'
    for (const { left, right } of file.assignments) {
      if (left.type !== 'MemberExpression') continue
      if (all(left)) return name === 'default' ? follow(right) : propertyValue(follow(right), name)
      const object = left.object
      const isExports = all(object) || (object.type === 'Identifier' && object.name === 'exports')
      if (isExports && keyName(left.property, left.computed) === name) return follow(right)
    }
    return undefined
  }

  /** A wrapper such as `cache(…)` returns the function or what the function returns. Nothing if functions return each other. */
  function lastResult(value: Value | undefined): Value | undefined {
    const seen = new Set<Node>()
    let result = value
    while (result?.is === 'function') {
      if (seen.has(result.node)) return undefined
      seen.add(result.node)
      result = resultOfFunction(result.node)
    }
    return result
  }

  function propertyValue(value: Value | undefined, name: string): Value | undefined {
    switch (value?.is) {
      case 'clerk':
        return known(propertyOf(value.name, name))
      case 'package':
        return packageValue(value.source, name)
      case 'module':
        return exportValue(value.file, name)
      case 'function':
        return propertyValue(lastResult(value), name)
      case 'class':
        return memberOfClass(value.node, name)
      case 'object':
        return memberOfObject(value.node, name)
      case 'array': {
        const element = value.node.elements[Number(name)]
        return element ? follow(element) : undefined
      }
      case 'type':
        return memberOfType(value.node, name)
      default:
        return value
    }
  }

  function memberOfObject(node: ObjectExpression, name: string): Value | undefined {
    const own = node.properties.find(
      (one) => one.type === 'Property' && keyName(one.key, one.computed) === name,
    )
    if (own?.type === 'Property') return own.kind === 'get' ? call(follow(own.value)) : follow(own.value)
    return best(
      node.properties.map((one) =>
        one.type === 'SpreadElement' ? propertyValue(follow(one.argument), name) : undefined,
      ),
    )
  }

  function memberOfClass(node: Class, name: string): Value | undefined {
    const found: (Value | undefined)[] = []
    for (const one of node.body.body) {
      if (one.type === 'MethodDefinition' && one.kind === 'constructor')
        for (const param of one.value.params)
          if (param.type === 'TSParameterProperty') {
            const { parameter } = param
            const target = parameter.type === 'AssignmentPattern' ? parameter.left : parameter
            if (target.type === 'Identifier' && target.name === name) found.push(valueOfName(name, one.value))
          }
      if (!('key' in one) || keyName(one.key, one.computed) !== name) continue
      if (one.type === 'MethodDefinition')
        found.push(one.kind === 'get' ? call(follow(one.value)) : follow(one.value))
      if (one.type === 'PropertyDefinition') {
        if (one.typeAnnotation) found.push(typeValue(one.typeAnnotation.typeAnnotation))
        if (one.value) found.push(follow(one.value))
      }
    }
    for (const { left, right } of fileOf(node).assignments)
      if (
        left.type === 'MemberExpression' &&
        left.object.type === 'ThisExpression' &&
        keyName(left.property, left.computed) === name &&
        classAround(left) === node
      )
        found.push(follow(right))
    if (found.length > 0) return best(found)
    return node.superClass ? propertyValue(follow(node.superClass), name) : undefined
  }

  function memberOfType(node: Node, name: string): Value | undefined {
    if (node.type !== 'TSTypeLiteral' && node.type !== 'TSInterfaceDeclaration') return undefined
    for (const one of membersOfType(node)) {
      if (!('key' in one) || keyName(one.key, one.computed) !== name) continue
      if (one.type === 'TSMethodSignature') return { is: 'type', node: one }
      return one.typeAnnotation ? typeValue(one.typeAnnotation.typeAnnotation) : undefined
    }
    if (node.type === 'TSTypeLiteral') return undefined
    return best(node.extends.map(({ expression }) => propertyValue(follow(expression), name)))
  }

  function typeValue(node: TSType): Value | undefined {
    switch (node.type) {
      case 'TSTypeReference': {
        const { typeName, typeArguments } = node
        const [first] = typeArguments?.params ?? []
        if (typeName.type === 'Identifier' && first && !fileOf(node).originsOf(typeName.name, node)) {
          if (TRANSPARENT.test(typeName.name)) return typeValue(first)
          if (typeName.name === 'ReturnType') return call(typeValue(first))
        }
        return entityValue(typeName)
      }
      case 'TSTypeQuery':
        return node.exprName.type === 'TSImportType' ? typeValue(node.exprName) : entityValue(node.exprName)
      case 'TSImportType': {
        const { qualifier } = node
        const name = qualifier?.type === 'Identifier' ? qualifier.name : '*'
        return importValue(fileOf(node), node.source.value, name)
      }
      case 'TSIndexedAccessType': {
        const index = node.indexType.type === 'TSLiteralType' ? node.indexType.literal : undefined
        const name = index?.type === 'Literal' ? String(index.value) : undefined
        return name === undefined ? undefined : propertyValue(typeValue(node.objectType), name)
      }
      case 'TSUnionType':
      case 'TSIntersectionType':
        return best(node.types.map(typeValue))
      case 'TSParenthesizedType':
        return typeValue(node.typeAnnotation)
      case 'TSTypeLiteral':
      case 'TSFunctionType':
        return { is: 'type', node }
      default:
        return undefined
    }
  }

  function entityValue(name: Node): Value | undefined {
    if (name.type === 'Identifier') return valueOfName(name.name, name)
    return name.type === 'TSQualifiedName'
      ? propertyValue(entityValue(name.left), name.right.name)
      : undefined
  }

  /** What a function or a known value returns when it is called. */
  function call(value: Value | undefined): Value | undefined {
    if (value?.is === 'clerk') return known(resultOf(value.name))
    if (value?.is === 'function') return resultOfFunction(value.node)
    if (value?.is !== 'type') return undefined
    const { node } = value
    const isCallable = node.type === 'TSFunctionType' || node.type === 'TSMethodSignature'
    return isCallable && node.returnType ? typeValue(node.returnType.typeAnnotation) : undefined
  }

  function resultOfFunction(node: FunctionNode): Value | undefined {
    const { body, returnType } = node
    return results.once(node, () =>
      best([
        returnType ? typeValue(returnType.typeAnnotation) : undefined,
        ...(body && body.type !== 'BlockStatement' ? [follow(body)] : []),
        ...(fileOf(node).returns.get(node) ?? []).map(follow),
      ]),
    )
  }

  function resultOfCall(callee: Expression, args: readonly Node[]): Value | undefined {
    const [first] = args
    if (
      callee.type === 'Identifier' &&
      callee.name === 'require' &&
      !fileOf(callee).originsOf('require', callee)
    )
      return moduleValue(first)
    if (callee.type === 'MemberExpression') {
      const { object } = callee
      const name = keyName(callee.property, callee.computed) ?? ''
      // Promise.all, Promise.resolve …
      if (object.type === 'Identifier' && object.name === 'Promise') return first && follow(first)
      if (name === 'catch' || name === 'finally') return follow(object)
    }
    const target = follow(callee)
    const result = call(target)
    if (result || target?.is === 'function' || target?.is === 'class') return result
    if (target?.is === 'clerk') return OTHER
    // An unknown function around a function, such as React's `cache`.
    const inner = first && follow(first)
    if (inner?.is === 'function') return inner
    if (inner?.is === 'clerk' && /^(createC|c)lerkClient$/.test(inner.name)) return inner
    return target?.is === 'other' ? OTHER : undefined
  }

  /** Remembers the calls of each function, from which the values of its parameters follow. */
  function collectSites(files: Iterable<SourceFile>): void {
    const found: [Node, (index: number) => Value | undefined][] = []
    for (const { calls } of files)
      for (const { callee, arguments: args } of calls) {
        const target = follow(callee)
        if (target?.is === 'function') found.push([target.node, (index) => argument(args, index)])
        if (target?.is === 'class') {
          const made = target.node.body.body.find(
            (one) => one.type === 'MethodDefinition' && one.kind === 'constructor',
          )
          if (made?.type === 'MethodDefinition') found.push([made.value, (index) => argument(args, index)])
        }
        const [first] = args
        if (callee.type !== 'MemberExpression' || keyName(callee.property, callee.computed) !== 'then')
          continue
        const handler = first && follow(first)
        if (handler?.is === 'function')
          found.push([handler.node, (index) => (index === 0 ? follow(callee.object) : undefined)])
      }
    values.clear()
    results.clear()
    sites.clear()
    for (const [node, site] of found) sites.set(node, [...(sites.get(node) ?? []), site])
  }
  const argument = (args: readonly Node[], index: number): Value | undefined => {
    const one = args[index]
    return one && one.type !== 'SpreadElement' ? follow(one) : undefined
  }

  /** Whether a value is, returns or has something of Clerk, so that who imports it may call Clerk. */
  function leadsToClerk(value: Value | undefined, depth = 0): boolean {
    const next = (one: Value | undefined) => leadsToClerk(one, depth + 1)
    if (depth > 3) return false
    switch (value?.is) {
      case 'clerk':
        return value.name !== 'http'
      case 'function':
        return next(resultOfFunction(value.node))
      case 'object':
        return value.node.properties.some((one) =>
          next(follow(one.type === 'Property' ? one.value : one.argument)),
        )
      case 'class':
        return namesOf(value.node.body.body).some((name) => next(memberOfClass(value.node, name)))
      case 'type':
        return namesOf(membersOfType(value.node)).some((name) => next(memberOfType(value.node, name)))
      default:
        return false
    }
  }

  /** Whether one who imports this file may get something of Clerk. */
  function exportsClerk(file: SourceFile): boolean {
    const names = file.program.body.flatMap((node) => {
      if (node.type === 'ExportDefaultDeclaration') return ['default']
      if (node.type !== 'ExportNamedDeclaration') return []
      const { declaration, specifiers } = node
      const ids =
        declaration?.type === 'VariableDeclaration'
          ? declaration.declarations.map(({ id }) => id)
          : [declaration && 'id' in declaration ? declaration.id : null]
      return [
        ...specifiers.map(({ exported }) => moduleName(exported)),
        ...ids.flatMap((id) => (id?.type === 'Identifier' ? [id.name] : [])),
      ]
    })
    const isStar = file.program.body.some(
      (node) =>
        node.type === 'ExportAllDeclaration' &&
        (load(file.path, node.source.value) ?? isServerPackage(node.source.value)),
    )
    const isCommon = file.assignments.some(
      ({ left, right }) =>
        /^(module\.)?exports\b/.test(file.text.slice(left.start, left.end)) && leadsToClerk(follow(right)),
    )
    return isStar || isCommon || names.some((name) => leadsToClerk(exportValue(file, name)))
  }

  return { follow, collectSites, leadsToClerk, exportsClerk, argumentsOf: (of: Node) => sites.get(of) ?? [] }
}

const namesOf = (members: readonly (ClassElement | TSSignature)[]): string[] =>
  members.flatMap((one) => ('key' in one ? (keyName(one.key, one.computed) ?? []) : []))

function membersOfType(node: Node): readonly TSSignature[] {
  if (node.type === 'TSInterfaceDeclaration') return node.body.body
  return node.type === 'TSTypeLiteral' ? node.members : []
}

const RANKS: readonly Value['is'][] = [
  'clerk',
  'module',
  'package',
  'function',
  'class',
  'object',
  'array',
  'type',
  'text',
  'other',
]

/** The value that says the most, the first of equal ones. */
function best(values: readonly (Value | undefined)[]): Value | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.sort((a, b) => RANKS.indexOf(a.is) - RANKS.indexOf(b.is))[0]
}

/** Computes once for a node, and returns undefined for a value that depends on itself. */
function createMemo() {
  const memo = new Map<Node, Value | undefined>()
  const active = new Set<Node>()
  const once = (node: Node, compute: () => Value | undefined): Value | undefined => {
    if (memo.has(node)) return memo.get(node)
    if (active.has(node)) return undefined
    active.add(node)
    const value = compute()
    active.delete(node)
    memo.set(node, value)
    return value
  }
  return { once, clear: () => memo.clear() }
}
