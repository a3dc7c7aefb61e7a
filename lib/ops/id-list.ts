import { isUserId } from '../cache/clerk-cache'
import { KitError } from '../lookup/errors'

/** A command's argument, flag or input is not valid. The message says where, and what is expected. */
export class InputError extends KitError<'bad_input'> {
  static override readonly kind: string = 'InputError'
  constructor(message: string) {
    super('bad_input', message)
  }
}

/**
 * User IDs, one per line or as a JSON array of strings. Repetitions are left out; the order is kept.
 * @throws InputError with the line or element that is not a user ID, or if there are no IDs
 */
export function parseIds(text: string, source: string): string[] {
  const trimmed = text.replace(/^\uFEFF/, '').trim()
  const ids = new Set<string>()
  const given = trimmed.startsWith('[')
    ? fromJson(trimmed, source).map((id, index) => ({ id, place: `element ${index + 1}` }))
    : trimmed.split(/\r?\n/).map((line, index) => ({ id: line.trim(), place: `line ${index + 1}` }))
  for (const { id, place } of given) {
    if (id === '') continue
    if (typeof id !== 'string' || !isUserId(id))
      throw new InputError(
        `${source}, ${place}: ${JSON.stringify(id)?.slice(0, 80)} is not a user ID. Expected one such as user_2abc….`,
      )
    ids.add(id)
  }
  if (ids.size === 0) throw new InputError(`${source} contains no user IDs.`)
  return [...ids]
}

function fromJson(text: string, source: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(text)
    if (Array.isArray(parsed)) return parsed
  } catch {
    // Reported below.
  }
  throw new InputError(`${source} is not valid JSON: expected an array of user IDs.`)
}
