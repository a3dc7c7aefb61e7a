import { invalidParam, unknownParam } from './errors'
import type { Metadata, UserPatch } from './records'

export const METADATA = ['public_metadata', 'private_metadata', 'unsafe_metadata'] as const
const METADATA_BYTES = 8192

/** Clerk refuses parameters it does not know. */
export function allow(body: Record<string, unknown>, known: readonly string[]) {
  for (const param of Object.keys(body)) if (!known.includes(param)) throw unknownParam(param)
}

export function profileIn(body: Record<string, unknown>): UserPatch {
  const text = (param: string) => {
    const value = body[param]
    if (value !== null && typeof value !== 'string')
      throw invalidParam(param, `\`${param}\` must be a \`string\`.`, 'form_param_type_invalid')
    return value === '' ? null : value
  }
  return {
    ...('first_name' in body && { firstName: text('first_name') }),
    ...('last_name' in body && { lastName: text('last_name') }),
    ...('username' in body && { username: text('username') }),
    ...('external_id' in body && { externalId: text('external_id') }),
  }
}

type MetadataField = 'publicMetadata' | 'privateMetadata' | 'unsafeMetadata'

export function metadataIn(
  body: Record<string, unknown>,
  combine: (value: Metadata, field: MetadataField) => Metadata,
): Partial<Record<MetadataField, Metadata>> {
  const read = (param: (typeof METADATA)[number], field: MetadataField) => {
    if (body[param] === undefined) return {}
    const value = body[param] ?? {}
    if (!isObject(value))
      throw invalidParam(param, `\`${param}\` must be a \`object\`.`, 'form_param_type_invalid')
    const combined = combine(value, field)
    if (Buffer.byteLength(JSON.stringify(combined)) > METADATA_BYTES)
      throw invalidParam(
        param,
        `${param} exceeds the maximum allowed size of 8 KB`,
        'form_param_exceeds_allowed_size',
      )
    return { [field]: combined }
  }
  return {
    ...read('public_metadata', 'publicMetadata'),
    ...read('private_metadata', 'privateMetadata'),
    ...read('unsafe_metadata', 'unsafeMetadata'),
  }
}

const isObject = (value: unknown): value is Metadata =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Deep merge in which null deletes. `Object.fromEntries` keeps a key named `__proto__` an ordinary one. */
export function merge(base: Metadata, patch: Metadata): Metadata {
  const merged = new Map(Object.entries(base))
  for (const [key, value] of Object.entries(patch)) {
    const before = merged.get(key)
    if (value === null) merged.delete(key)
    else merged.set(key, isObject(value) ? merge(isObject(before) ? before : {}, value) : value)
  }
  return Object.fromEntries(merged)
}
