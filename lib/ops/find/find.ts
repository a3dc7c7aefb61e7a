import type { Node } from 'oxc-parser'
import type { AppFiles } from './app-files'
import { API_ADDRESS } from './clerk-packages'
import { privateReadOf } from './private-reads'
import {
  type Advice,
  adviceFor,
  adviceForRequest,
  CURRENT_USER,
  type Keys,
  WEBHOOK,
  withPrivate,
} from './replacements'
import { isAfter } from './runs-after'
import { importsIn, readSources } from './sources'
import { around, type Call, keyName, type SourceFile } from './syntax'
import type { Value } from './values'

export interface Finding extends Advice {
  file: string
  /** From 1. */
  line: number
  column: number
  call: string
}

export interface Found {
  findings: readonly Finding[]
  /** How many calls a comment `clerk-cache: keep` leaves out. */
  kept: number
  files: { read: number; parsed: number }
  unparsed: readonly { file: string; message: string }[]
}

const KEEP = /clerk-cache:\s*keep\s+\S/
const INVALIDATES = /^invalidate(All)?UserCache$/
const CLERK_EVENT =
  /['"`](user|session|organization)\.(created|updated|deleted|ended)['"`]|\bWebhookEvent\b[^;]{0,500}['"]@clerk\//

/** Finds an app's direct calls of Clerk. Changes nothing. */
export function findCalls(app: AppFiles): Found {
  const { scanned, values, fileOf, open, importers, unparsed, parsed } = readSources(app)
  const { follow } = values

  /** The name that a function was declared with, whatever it is called here. */
  const originalName = (callee: Node): string | undefined => {
    if (callee.type === 'MemberExpression') return keyName(callee.property, callee.computed)
    if (callee.type !== 'Identifier') return undefined
    const [origin] = fileOf(callee).originsOf(callee.name, callee) ?? []
    return origin?.from === 'import' && origin.name !== 'default' ? origin.name : callee.name
  }
  const isKnown = (node: Node, name: string) => {
    const value = follow(node)
    return value?.is === 'clerk' && value.name === name
  }
  const isHttp = ({ callee }: Call) => isKnown(callee, 'http')
  /** Whether a call is one of these, or calls a function of the app that does it. */
  const reaches = (call: Call, is: (one: Call) => boolean, depth = 0): boolean => {
    if (is(call)) return true
    const target = depth < 3 ? follow(call.callee) : undefined
    if (target?.is !== 'function') return false
    const { start, end } = target.node
    const inside = fileOf(target.node).calls.filter((one) => one.start > start && one.end <= end)
    return inside.some((one) => reaches(one, is, depth + 1))
  }
  const invalidates = (call: Call) =>
    reaches(call, ({ callee }) => INVALIDATES.test(originalName(callee) ?? ''))
  const isInside = (node: Node, name: string) =>
    [...around(node)].some((one) => one.type === 'CallExpression' && originalName(one.callee) === name)

  const keysOf = (node: Node | undefined): Keys => {
    const value = node && follow(node)
    if (!node) return []
    if (value?.is !== 'object') return undefined
    const keys = value.node.properties.map((one) =>
      one.type === 'Property' ? keyName(one.key, one.computed) : undefined,
    )
    return keys.some((key) => key === undefined) ? undefined : keys.filter((key) => key !== undefined)
  }
  const propertyText = (node: Node | undefined, name: string): string | undefined => {
    const value = node && follow(node)
    if (value?.is !== 'object') return undefined
    const own = value.node.properties.find(
      (one) => one.type === 'Property' && keyName(one.key, one.computed) === name,
    )
    const text = own?.type === 'Property' ? follow(own.value) : undefined
    return text?.is === 'text' ? text.text : undefined
  }

  /** What to do about a request with `fetch` or a client like it, or through a function of the app that sends one. */
  const adviceForHttp = (call: Call): (Advice & { call: string }) | undefined => {
    const [first, second] = call.arguments
    const value = first && follow(first)
    const address = value?.is === 'text' ? value.text : propertyText(first, 'url')
    if (!address || !API_ADDRESS.test(address) || !reaches(call, isHttp)) return undefined
    const verb = call.callee.type === 'MemberExpression' ? originalName(call.callee) : undefined
    const written = propertyText(second, 'method') ?? propertyText(first, 'method') ?? verb ?? 'GET'
    const method = /^(post|put|patch|delete)$/i.test(written) ? written.toUpperCase() : 'GET'
    const path = address.replace(API_ADDRESS, '$3').replace(/^(?=\w)/, '/')
    const advice = adviceForRequest(method, path)
    return advice && { ...advice, call: `${method} ${path}` }
  }
  const adviceForValue = (value: Value | undefined, args: Call['arguments']) => {
    if (value?.is !== 'clerk') return undefined
    if (value.name === 'currentUser') return { ...CURRENT_USER, call: 'currentUser' }
    const [, name] = /^client\.(\w+\.\w+)$/.exec(value.name) ?? []
    const advice = name === undefined ? undefined : adviceFor(name, (index) => keysOf(args[index]))
    return advice && name !== undefined ? { ...advice, call: name } : undefined
  }

  let kept = 0
  const findings: Finding[] = []
  const report = (file: SourceFile, at: Node, call: Node, advice: Advice & { call: string }) => {
    const line = file.lineOf(at.start)
    if (isKept(file, [line, file.lineOf(call.start)])) kept++
    else findings.push({ file: file.path, line, column: file.columnOf(at.start), ...advice })
  }
  for (const file of scanned)
    for (const call of file.calls) {
      const { callee, arguments: args } = call
      const value = follow(callee)
      const at = callee.type === 'MemberExpression' ? callee.property : callee
      const advice = adviceForValue(value, args) ?? adviceForHttp(call)
      if (advice && !isHandled(file, call, advice))
        report(file, at, call, withPrivate(advice, privateReadOf(file, call)))
      if (isKnown(callee, 'verifyWebhook') && isClerkHook(file, call) && !isConnected(file))
        report(file, at, call, { ...WEBHOOK, call: 'verifyWebhook' })
      if (value?.is === 'function') continue
      // Given to a function that will call it: `cache(currentUser)`.
      for (const arg of args) {
        const given = adviceForValue(follow(arg), [])
        if (given) report(file, arg, call, given)
      }
    }

  function isHandled(file: SourceFile, call: Call, { kind }: Advice): boolean {
    if (kind !== 'user-write') return isInside(call, 'defineLookup')
    return (
      isInside(call, 'writeUser') || file.calls.some((other) => isAfter(call, other) && invalidates(other))
    )
  }

  /** svix signs for others too, such as Resend: whether the secret, the path, the types or the events are Clerk's. */
  function isClerkHook(file: SourceFile, { callee }: Call): boolean {
    const hook = callee.type === 'MemberExpression' ? follow(callee.object) : undefined
    if (hook?.is !== 'clerk' || hook.name !== 'webhook') return true
    const secrets = file.calls.filter((one) => one.type === 'NewExpression' && isKnown(one.callee, 'Webhook'))
    const secret = secrets.map(({ arguments: [first] }) => sourceOf(file, first)).join(' ')
    return /clerk/i.test(secret + file.path) || CLERK_EVENT.test(withoutComments(file))
  }
  /** The text of an expression, or of what the name in it stands for. */
  function sourceOf(file: SourceFile, node: Node | undefined): string {
    if (!node) return ''
    const inner =
      node.type === 'TSNonNullExpression' || node.type === 'TSAsExpression' ? node.expression : node
    const origins = inner.type === 'Identifier' ? file.originsOf(inner.name, inner) : undefined
    const named = (origins ?? []).map((origin) =>
      origin.from === 'expression' ? file.text.slice(origin.node.start, origin.node.end) : '',
    )
    return [file.text.slice(node.start, node.end), ...named].join(' ')
  }
  /** Whether the file, or one that imports it or that it imports, hands webhooks to the kit. */
  function isConnected(file: SourceFile): boolean {
    const near = importsIn(file.text).flatMap((one) => app.resolve(file.path, one) ?? [])
    return [file.path, ...importers(file.path), ...near].some((path) =>
      open(path)?.calls.some(({ callee }) =>
        /^(handleClerkEvent|handleWebhook)$/.test(kitName(callee) ?? ''),
      ),
    )
  }
  function kitName(callee: Node): string | undefined {
    const name = originalName(callee)
    if (name !== 'handleWebhook') return name
    const [origin] = callee.type === 'Identifier' ? (fileOf(callee).originsOf(callee.name, callee) ?? []) : []
    return origin?.from === 'import' && origin.source.endsWith('handle-webhook') ? name : undefined
  }

  findings.sort((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column,
  )
  const read = { read: app.paths.length, parsed: parsed() }
  return { findings, kept, files: read, unparsed: unparsed.sort((a, b) => (a.file < b.file ? -1 : 1)) }
}

function isKept(file: SourceFile, lines: readonly number[]): boolean {
  return file.comments.some(({ value, start, end }) => {
    const line = file.lineOf(end - 1)
    // Behind code it is about its own line only.
    const isAlone = () => /^\{?$/.test(file.text.slice(start - file.columnOf(start) + 1, start).trim())
    return KEEP.test(value) && lines.some((one) => one === line || (one === line + 1 && isAlone()))
  })
}

function withoutComments({ text, comments }: SourceFile): string {
  const starts = [0, ...comments.map(({ end }) => end)]
  return starts.map((start, i) => text.slice(start, comments[i]?.start)).join('')
}
