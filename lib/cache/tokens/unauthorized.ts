import { outside } from '../../lookup/outside'
import type { OAuthToken } from './oauth-token'

const is401 = (value: unknown): boolean => value === 401 || value === '401'

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

/** Whether an answer is a 401: a `Response` of any class, or an HTTP client's answer with a `status`. */
const isUnauthorizedAnswer = (answer: unknown): boolean => is401(property(answer, 'status'))

/** Whether an error is an HTTP 401, where the usual HTTP clients and Google's SDK put the status. */
const isUnauthorizedError = (error: unknown): boolean =>
  [
    ...['status', 'statusCode', 'code'].map((name) => property(error, name)),
    property(property(error, 'response'), 'status'),
  ].some(is401)

/** The outcome of work with a token. */
export interface Attempt<R> {
  /** Whether the answer or the error was a 401. */
  refused: boolean
  /** Returns what the work returned, or throws what it threw. */
  settle(): R
  /** Frees the connection of a response that is not read. */
  discard(): void
}

async function attempt<R>(work: (token: OAuthToken) => Promise<R>, token: OAuthToken): Promise<Attempt<R>> {
  try {
    const value = await outside(work, token)
    return {
      refused: isUnauthorizedAnswer(value),
      settle: () => value,
      discard() {
        // Fails, or never ends, for a body that the work has read or cloned.
        if (value instanceof Response) void value.body?.cancel().catch(() => undefined)
      },
    }
  } catch (error) {
    return {
      refused: isUnauthorizedError(error),
      settle() {
        throw error
      },
      discard() {},
    }
  }
}

/**
 * Runs the work with a token. After a 401, it runs once more if `replace` has another token. `work` runs outside the
 * request.
 */
export async function retryOnUnauthorized<R>(
  token: OAuthToken,
  work: (token: OAuthToken) => Promise<R>,
  replace: (refused: OAuthToken) => Promise<OAuthToken | undefined>,
): Promise<Attempt<R>> {
  const first = await attempt(work, token)
  if (!first.refused) return first
  const next = await replace(token)
  if (!next || next.fingerprint === token.fingerprint) return first
  first.discard()
  return attempt(work, next)
}
