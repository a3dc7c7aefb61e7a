import { isUserId } from '../cache/clerk-cache'
import { KitError } from '../lookup/errors'

/** What somebody gave the command is not what it takes; the message says where and what would be. */
export class InputError extends KitError<'bad_input'> {
  constructor(message: string) {
    super('bad_input', message)
  }
}

/**
 * User ids, one a line or as a JSON array of strings; each once, in the order given.
 * @throws InputError naming the line or element that is no id, or that there is none at all
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
        `${source}, ${place}: ${JSON.stringify(id)?.slice(0, 80)} is no user id. Expected one such as user_2abc….`,
      )
    ids.add(id)
  }
  if (ids.size === 0) throw new InputError(`${source} holds no user ids.`)
  return [...ids]
}

function fromJson(text: string, source: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(text)
    if (Array.isArray(parsed)) return parsed
  } catch {
    // Said below.
  }
  throw new InputError(`${source} begins like a JSON array and is none.`)
}
