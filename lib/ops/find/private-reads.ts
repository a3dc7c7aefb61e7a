import type { Node } from 'oxc-parser'
import { around, keyName, type SourceFile } from './syntax'

const FIELD = 'privateMetadata'
const WRAPPERS =
  /^(AwaitExpression|ParenthesizedExpression|ChainExpression|TSNonNullExpression|TSAsExpression)$/

/** Whether the user that a call returns is read for its private metadata, for nothing else, or not for it. */
export function privateReadOf(file: SourceFile, call: Node): 'only' | 'too' | undefined {
  const holder = [...around(call)].find(({ type }) => !WRAPPERS.test(type))
  if (holder?.type === 'MemberExpression')
    return keyName(holder.property, holder.computed) === FIELD ? 'only' : undefined
  if (holder?.type !== 'VariableDeclarator') return undefined
  if (holder.id.type === 'ObjectPattern') {
    const names = holder.id.properties.map((one) =>
      one.type === 'Property' ? keyName(one.key, one.computed) : undefined,
    )
    if (!names.includes(FIELD)) return undefined
    return names.length === 1 ? 'only' : 'too'
  }
  if (holder.id.type !== 'Identifier') return undefined
  const { name } = holder.id
  const [block] = [...around(holder)].filter(({ type }) => type === 'BlockStatement' || type === 'Program')
  const text = block ? file.text.slice(holder.end, block.end) : ''
  const own = name.replaceAll('$', '\\$')
  const read = new RegExp(
    `\\b${own}[!?]*\\.${FIELD}\\b|\\b${FIELD}\\b[^{}=]{0,500}\\}\\s{0,50}=\\s{0,50}${own}\\b`,
  )
  return read.test(text) ? 'too' : undefined
}
