/**
 * Base of every error the kit throws. `code` is stable and safe to show; the message names the thing, what was
 * expected and what to do. Neither ever carries a secret, a token or a cached value.
 */
export class KitError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = new.target.name
    this.code = code
  }
}
