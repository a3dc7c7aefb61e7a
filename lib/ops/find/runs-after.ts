import type { Node } from 'oxc-parser'
import { around, isFunction } from './syntax'

/** Whether `later` runs after `call` whenever `call` has run: in the same function, or in callbacks of it. */
export function isAfter(call: Node, later: Node): boolean {
  if (later.start < call.end && !contains(later, call)) return false
  const [of, ofLater] = [functionsAround(call), functionsAround(later)]
  const shared = of.find((one) => ofLater.includes(one))
  const [own, other] = [of.slice(0, of.indexOf(shared)), ofLater.slice(0, ofLater.indexOf(shared))]
  if (![...own, ...other].every(isCallback)) return false
  return own.length === 0 || other.length === 0 || (shared !== undefined && isAwaited(own.at(-1)))
}

/** Callbacks of one list, such as of a router, do not run one after the other. Those that are awaited do. */
const isAwaited = (callback: Node | undefined): boolean => {
  for (const one of callback ? around(callback) : []) {
    if (one.type === 'AwaitExpression') return true
    if (one.type.endsWith('Statement') || isFunction(one)) return false
  }
  return false
}

/** `write().then(() => …)`: the call of `then` begins before the write. */
const contains = (outer: Node, inner: Node) => outer.start <= inner.start && inner.end <= outer.end

const functionsAround = (node: Node): (Node | undefined)[] => [
  ...[...around(node)].filter(isFunction),
  undefined,
]

const isCallback = (node: Node | undefined): boolean =>
  node?.parent?.type === 'CallExpression' && node.parent.callee !== node
