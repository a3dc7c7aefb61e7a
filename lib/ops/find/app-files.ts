import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { parseLiteral } from './syntax'

const SOURCE = /\.([cm]?[jt]s|[jt]sx)$/
const NOT_PRODUCTION = /\.d\.[cm]?ts$|\.(test|spec|stories|cy|gen|generated)\.\w+$/
const NEVER = /^(\..*|node_modules|bower_components|__tests__|__mocks__|generated|__generated__)$/
/** Left out only beside a package.json: further down, a folder with this name may be a route. */
const OF_A_PACKAGE = /^(dist|build|out|coverage|public|test|tests|e2e|cypress|playwright)$/
const ENDINGS = ['', '.ts', '.tsx', '.js', '.jsx', '.mts', '.cts', '.mjs', '.cjs']
const ENTRY_CONDITIONS = ['source', 'react-server', 'node', 'import', 'default', 'require', 'types']
/** A longer file is not written by hand. */
const LONGEST = 1_000_000

export interface AppFiles {
  paths: readonly string[]
  textOf(path: string): string
  /** The file that an import means, or undefined if it is not a file of the app. */
  resolve(from: string, specifier: string): string | undefined
}

/** The source files below a folder, with paths relative to it. Tests, mocks, builds and generated files are left out. */
export function readApp(dir: string): AppFiles {
  const { paths, packages } = list(dir)
  const known = new Set(paths)
  const texts = new Map<string, string>()
  const settings = new Map<string, Aliases>()

  const fileAt = (path: string): string | undefined => {
    const base = posix.normalize(path)
    const bases = [base, base.replace(/\.([cm]?)jsx?$/, '.$1ts'), base.replace(/\.jsx?$/, '.tsx')]
    const candidates = [...bases.flatMap((one) => ENDINGS.map((end) => one + end))]
    return [...candidates, ...ENDINGS.map((end) => posix.join(base, `index${end}`))].find((one) =>
      known.has(one),
    )
  }
  const aliasesOf = (folder: string): Aliases => {
    const found = settings.get(folder)
    if (found) return found
    const config = ['tsconfig.json', 'jsconfig.json'].find((name) => existsSync(join(dir, folder, name)))
    const own = config ? readAliases(dir, posix.join(folder, config)) : undefined
    const aliases = own ?? (folder === '.' ? [] : aliasesOf(posix.dirname(folder)))
    settings.set(folder, aliases)
    return aliases
  }
  const fromPackage = (specifier: string): string | undefined => {
    for (const [name, folder] of packages) {
      if (specifier !== name && !specifier.startsWith(`${name}/`)) continue
      const sub = specifier.slice(name.length + 1)
      const entries = entriesOf(readJson(join(dir, folder, 'package.json')), sub)
      const guesses = sub ? [sub, `src/${sub}`] : ['src/index', 'index']
      for (const entry of [...entries, ...guesses]) {
        const file = fileAt(posix.join(folder, entry))
        if (file) return file
      }
    }
    return undefined
  }

  const resolveIn = (folder: string, specifier: string): string | undefined => {
    if (specifier.startsWith('.')) return fileAt(posix.join(folder, specifier))
    for (const [pattern, targets] of aliasesOf(folder)) {
      const rest = match(pattern, specifier)
      if (rest === undefined) continue
      for (const target of targets) {
        const file = fileAt(target.replace('*', rest))
        if (file) return file
      }
    }
    return fromPackage(specifier)
  }
  const resolved = new Map<string, string | undefined>()

  return {
    paths,
    textOf(path) {
      const text = texts.get(path) ?? readFileSync(join(dir, path), 'utf8')
      texts.set(path, text)
      return text
    },
    resolve(from, specifier) {
      const folder = posix.dirname(from)
      const key = `${folder} ${specifier}`
      if (!resolved.has(key)) resolved.set(key, resolveIn(folder, specifier))
      return resolved.get(key)
    },
  }
}

function list(dir: string) {
  const paths: string[] = []
  const packages: [name: string, folder: string][] = []
  const visit = (folder: string) => {
    const entries = readdirSync(join(dir, folder), { withFileTypes: true })
    const isPackage = folder === '.' || entries.some(({ name }) => name === 'package.json')
    if (isPackage) {
      const { name } = readJson(join(dir, folder, 'package.json'))
      if (typeof name === 'string') packages.push([name, folder])
    }
    for (const entry of entries) {
      const { name } = entry
      const path = posix.join(folder, name)
      if (entry.isDirectory()) {
        if (!NEVER.test(name) && !(isPackage && OF_A_PACKAGE.test(name))) visit(path)
      } else if (entry.isFile() && SOURCE.test(name) && !NOT_PRODUCTION.test(name)) {
        if (statSync(join(dir, path)).size <= LONGEST) paths.push(path)
      }
    }
  }
  visit('.')
  return { paths: paths.sort(), packages }
}

type Json = Record<string, unknown>
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null

/** A JSON file, which may have comments and trailing commas. Empty if there is none or it is broken. */
function readJson(path: string): Json {
  const value = existsSync(path) ? parseLiteral(readFileSync(path, 'utf8')) : undefined
  return isJson(value) ? value : {}
}

type Aliases = readonly (readonly [pattern: string, targets: readonly string[]])[]

/** `paths` and `baseUrl` of a tsconfig, or of the one that it extends. */
function readAliases(dir: string, config: string, depth = 0): Aliases | undefined {
  const json = readJson(join(dir, config))
  const options = isJson(json.compilerOptions) ? json.compilerOptions : {}
  const base = posix.join(dirname(config), typeof options.baseUrl === 'string' ? options.baseUrl : '.')
  const paths = isJson(options.paths) ? Object.entries(options.paths) : []
  const aliases = paths.map(
    ([pattern, targets]) =>
      [pattern, Array.isArray(targets) ? targets.map((one) => posix.join(base, String(one))) : []] as const,
  )
  if (typeof options.baseUrl === 'string') aliases.push(['*', [posix.join(base, '*')]])
  if (aliases.length > 0 || depth > 5) return aliases
  const parents = [json.extends].flat().filter((one) => typeof one === 'string' && one.startsWith('.'))
  for (const parent of parents) {
    const path = posix.join(dirname(config), String(parent)).replace(/(\.json)?$/, '.json')
    const inherited = readAliases(dir, path, depth + 1)
    if (inherited) return inherited
  }
  return undefined
}

/** What the `*` of a pattern stands for. */
function match(pattern: string, text: string): string | undefined {
  const [before = '', after] = pattern.split('*')
  if (after === undefined) return pattern === text ? '' : undefined
  const fits = text.startsWith(before) && text.endsWith(after) && text.length >= before.length + after.length
  return fits ? text.slice(before.length, text.length - after.length) : undefined
}

/** The files that a package.json names for an import of the package, or of `sub` in it. */
function entriesOf({ exports, main, module }: Json, sub: string): string[] {
  const key = sub ? `./${sub}` : '.'
  const table =
    isJson(exports) && Object.keys(exports).some((name) => name.startsWith('.')) ? exports : { '.': exports }
  const named = Object.entries(table).flatMap(([pattern, target]) => {
    const rest = match(pattern, key)
    return rest === undefined ? [] : targetsOf(target).map((one) => one.replace('*', rest))
  })
  return [...named, ...(sub ? [] : [main, module])].filter((one) => typeof one === 'string')
}

function targetsOf(target: unknown): string[] {
  if (typeof target === 'string') return [target]
  if (!isJson(target)) return []
  return ENTRY_CONDITIONS.flatMap((condition) => targetsOf(target[condition]))
}
