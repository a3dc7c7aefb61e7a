/** Names the classes of an error, on every KitError. */
const KINDS = Symbol.for('clerk-cache-kit.error')

/**
 * Base of every error the kit throws. `code` is stable and safe to show; the message names the thing, what was
 * expected and what to do. Neither ever carries a secret, a token or a cached value.
 *
 * `instanceof` goes by `kind`, which every subclass sets: Next loads a module several times in one process and renames
 * classes when it builds, and callers in one copy share the loads, and so the errors, of another.
 */
export class KitError<Code extends string = string> extends Error {
  static readonly kind: string = 'KitError'
  readonly code: Code
  readonly [KINDS]: readonly string[]

  constructor(code: Code, message: string) {
    super(message)
    this.name = new.target.kind
    this.code = code
    const kinds: string[] = []
    for (let type = new.target; type.kind; type = Object.getPrototypeOf(type)) kinds.push(type.kind)
    this[KINDS] = kinds
  }
}

Object.defineProperty(KitError, Symbol.hasInstance, {
  value(this: typeof KitError, error: unknown): boolean {
    return error instanceof Error && KINDS in error && kindsOf(error[KINDS]).includes(this.kind)
  },
})

const kindsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The stable codes of the errors of a lookup. */
export type LookupErrorCode =
  /** A declaration or a setting that could not work; thrown when declared. Or a loader that waits for itself. */
  | 'bad_declaration'
  /** A loader returned what its codec cannot turn into text and back, or not one value for each argument. */
  | 'bad_value'
  /** Redis did not confirm an invalidation or revocation: the outcome is unknown, repeating is safe. */
  | 'invalidation_unconfirmed'
  /** The loader failed in another process, and its failure is shared with the callers waiting here. */
  | 'load_failed'
  /** The loader took longer than the lookup's `timeout`. */
  | 'load_timeout'
  /** A revocation marker of this lookup is set: the session was revoked or the user deleted. */
  | 'revoked'
  /** Redis could not be asked for the lookup's revocation markers, so it returns nothing. */
  | 'revocation_unknown'
  /** A lookup with revocation markers was called inside "use cache", where a revocation could not reach its value. */
  | 'inside_use_cache'
  /** Redis refused, timed out, or answered something unexpected. */
  | 'store_unavailable'
  /** Redis refused because the plan's request or size quota is used up. */
  | 'store_quota'
  /** Redis does not let this token run scripts: loads go uncached, invalidation still works. */
  | 'scripts_not_permitted'

/**
 * Every error the engine throws itself; a loader's own error is passed on as it is.
 * Messages name lookups, tags and settings, never a value, a command or a token.
 */
export class LookupError extends KitError<LookupErrorCode> {
  static override readonly kind: string = 'LookupError'
  /** `load_failed`: how the loading process described the failure. Of Redis: why it did not answer. */
  readonly reason: string | undefined

  constructor(code: LookupErrorCode, message: string, reason?: string) {
    super(code, `${message} (${code})`)
    this.reason = reason
  }
}

/** A short, safe description of any error: its `code` or class name, never its message. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return /^[A-Za-z0-9_.-]{1,64}$/.test(code) ? code : 'unknown'
}

const has = (error: unknown, ...codes: LookupErrorCode[]) =>
  error instanceof LookupError && codes.includes(error.code)

/** Whether an invalidation was not confirmed: the old value may still be read, and repeating is safe. */
export const isUnconfirmed = (error: unknown) => has(error, 'invalidation_unconfirmed')

/** Whether Redis failed, refused or did not answer, or holds what this process could not invalidate. */
export const isOutage = (error: unknown) =>
  isUnconfirmed(error) || has(error, 'store_unavailable', 'store_quota', 'scripts_not_permitted')

/** Whether a request was larger than Redis takes: nothing was executed, and repeating it does not help. */
export const isTooLarge = (error: unknown) => error instanceof LookupError && error.reason === 'too_large'

/** Whether a read was refused for its revocation markers. */
export const isRefusal = (error: unknown) => has(error, 'revoked', 'revocation_unknown')

/** Whether the HTTP status says that the input was refused, so that a smaller batch may succeed. */
export function blamesInput(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('status' in error)) return false
  return [400, 404, 413, 414, 422].some((status) => status === error.status)
}
