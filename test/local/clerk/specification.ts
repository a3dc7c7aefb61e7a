import { existsSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'

type Json = Record<string, unknown>

const FULL = new URL('../../../../shared/clerk-openapi/bapi.yml', import.meta.url)
const EXTRACT = new URL('./bapi-extract.json', import.meta.url)

/** Clerk's specification of the Backend API if it lies beside the repository, otherwise the committed extract. */
export const isFull = existsSync(FULL)
const document: Json = isFull ? parse(readFileSync(FULL, 'utf8')) : JSON.parse(readFileSync(EXTRACT, 'utf8'))

const ajv = new Ajv({ strict: false, allErrors: true })
addFormats.default(ajv)
ajv.addSchema(withNulls(document), 'bapi')

/** Whether the specification has this operation. */
export function specifies(method: string, path: string): boolean {
  return at(['paths', path, method.toLowerCase()]) !== undefined
}

/** How an answer to the operation differs from the specification. For a `page`, its `data` is checked. */
export function faultsOf(
  method: string,
  path: string,
  status: number,
  body: unknown,
  page = false,
): string[] {
  const steps = ['paths', path, method.toLowerCase(), 'responses', String(status)]
  const response = at(steps)
  if (!isJson(response)) return [`status ${status} is not documented`]
  const place = typeof response.$ref === 'string' ? stepsOf(response.$ref) : steps
  const pointer = [...place, 'content', 'application/json', 'schema'].map(escaped).join('/')
  const validate = ajv.compile({ $ref: `bapi#/${pointer}` })
  const value = page && isJson(body) ? body.data : body
  return validate(value)
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
}

const PROSE = new Set(['description', 'example'])

/** The specification reduced to the responses of these operations, without descriptions. */
export function extractOf(operations: { method: string; path: string }[]): Json {
  const paths: Record<string, Json> = {}
  for (const { method, path } of operations) {
    const responses = at(['paths', path, method.toLowerCase(), 'responses'])
    paths[path] = { ...paths[path], [method.toLowerCase()]: { responses } }
  }
  const components: Record<string, Json> = {}
  const queue = refsIn(paths)
  for (const reference of queue) {
    const [, kind = '', name = ''] = stepsOf(reference)
    if (components[kind] && name in components[kind]) continue
    const component = at(['components', kind, name])
    components[kind] = { ...components[kind], [name]: component }
    queue.push(...refsIn(component))
  }
  return JSON.parse(
    JSON.stringify({ openapi: document.openapi, paths, components }, (key, value) =>
      key.startsWith('x-') || (PROSE.has(key) && typeof value !== 'object') ? undefined : value,
    ),
  )
}

/** Replaces `nullable`, which JSON Schema does not have. */
function withNulls(document: Json): Json {
  return JSON.parse(JSON.stringify(document), (_, node) => {
    if (!isJson(node) || node.nullable !== true) return node
    const { nullable: _nullable, ...rest } = node
    return { anyOf: [{ type: 'null' }, rest] }
  })
}

function at(steps: string[]): unknown {
  return steps.reduce<unknown>((node, step) => (isJson(node) ? node[step] : undefined), document)
}

function refsIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value] : refsIn(value),
  )
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null
}

const stepsOf = (reference: string) =>
  reference
    .slice(2)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

const escaped = (step: string) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))
