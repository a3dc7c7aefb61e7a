import { outside } from '../../lookup/outside'
import { type Judgement, REFUSED } from './judgement'
import type { OAuthToken } from './oauth-token'

const is401 = (value: unknown): boolean => value === 401 || value === '401'

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

/** Whether an answer is a 401: a `Response` of any class, or an HTTP client's answer with a `status`. */
export const byUnauthorized = async (answer: unknown): Promise<Judgement | undefined> =>
  is401(property(answer, 'status')) ? REFUSED : undefined

/** Whether an error is an HTTP 401, where the usual HTTP clients and Google's SDK put the status. */
const isUnauthorizedError = (error: unknown): boolean =>
  [
    ...['status', 'statusCode', 'code'].map((name) => property(error, name)),
    property(property(error, 'response'), 'status'),
  ].some(is401)

/** The outcome of work with a token. */
export interface Attempt<R> {
  /** What the answer or the error says about the token, if anything. */
  judgement: Judgement | undefined
  /** Returns what the work returned, or throws what it threw. */
  settle(): R
  /** Frees the connection of a response that is not read. */
  discard(): void
}

type Work<R> = (token: OAuthToken) => Promise<R>
type JudgeOf<R> = (answer: R) => Promise<Judgement | undefined>

async function attempt<R>(work: Work<R>, token: OAuthToken, judge: JudgeOf<R>): Promise<Attempt<R>> {
  const done = await outside(work, token).then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in done)
    return {
      judgement: isUnauthorizedError(done.error) ? REFUSED : undefined,
      settle() {
        throw done.error
      },
      discard() {},
    }
  const { value } = done
  return {
    judgement: await outside(judge, value),
    settle: () => value,
    discard() {
      // Fails, or never ends, for a body that the work has read or cloned.
      if (value instanceof Response) void value.body?.cancel().catch(() => undefined)
    },
  }
}

/**
 * Runs the work with a token. If the token is refused, by default with a 401, it runs once more if `replace` has another
 * token. `work` runs outside the request.
 */
export async function retryOnUnauthorized<R>(
  token: OAuthToken,
  work: Work<R>,
  replace: (refused: OAuthToken) => Promise<OAuthToken | undefined>,
  judge: JudgeOf<R> = byUnauthorized,
): Promise<Attempt<R>> {
  const first = await attempt(work, token, judge)
  if (first.judgement?.status !== 'refused') return first
  const next = await replace(token)
  if (!next || next.fingerprint === token.fingerprint) return first
  first.discard()
  return attempt(work, next, judge)
}
