import { RETRY_AFTER, secondsOf } from '../../clerk/retry-after'
import type { IncludesScope } from './scopes'
import { textUpTo } from './text-up-to'

/** An answer of a provider's API. */
export interface ProviderAnswer {
  status: number
  headers: Headers
  /** The body; undefined if it is not JSON, is longer than 64 KB or was read before. Never fails. */
  json(): Promise<unknown>
}

/** What an answer says about the token of its request. */
export type Judgement =
  /** The token is not valid. Another one may be. */
  | { status: 'refused' }
  /** The token is valid and lacks these scopes. Empty if the provider did not name them. */
  | { status: 'scope_missing'; missing: readonly string[] }
  /** Seconds to wait. */
  | { status: 'rate_limited'; retryAfter: number }

/** What has to be known of a provider to use its tokens. */
export interface TokenProvider {
  /** Clerk's name for it, such as `github`. */
  id: string
  /** Its name for people. Default: made from the ID. */
  name?: string
  /** Whether a granted scope allows what a required one allows. Default: equal scopes only, but for Google Calendar. */
  includes?: IncludesScope
  /**
   * What an answer says about the token, where that differs from HTTP: undefined leaves it to the status, where 401 is
   * `refused` and 429 is `rate_limited`.
   */
  judge?(answer: ProviderAnswer): Judgement | undefined | Promise<Judgement | undefined>
}

export const REFUSED: Judgement = { status: 'refused' }

export const scopesMissing = (missing: readonly string[] = []): Judgement => ({
  status: 'scope_missing',
  missing,
})

/** @param retryAfter a Retry-After header, or seconds. Default: 10 s. */
export const rateLimited = (retryAfter?: unknown): Judgement => ({
  status: 'rate_limited',
  retryAfter: secondsOf(retryAfter) ?? RETRY_AFTER,
})

/** The longest body that is read. An error is shorter. */
const MOST_BYTES = 64 * 1024

/** The body of a copy as JSON. The response can still be read. */
async function jsonOf(response: Response): Promise<unknown> {
  if (response.bodyUsed || !/\bjson\b/i.test(response.headers.get('content-type') ?? '')) return undefined
  try {
    const text = await textUpTo(response.clone(), MOST_BYTES)
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    // The caller gets the response as it is.
    return undefined
  }
}

function byStatus({ status, headers }: Response): Judgement | undefined {
  if (status === 401) return REFUSED
  return status === 429 ? rateLimited(headers.get('retry-after')) : undefined
}

/** What a response says about the token, by what is known of its provider. */
export async function judge(provider: TokenProvider, response: Response): Promise<Judgement | undefined> {
  const { status, headers } = response
  let body: Promise<unknown> | undefined
  const json = () => {
    body ??= jsonOf(response)
    return body
  }
  return (await provider.judge?.({ status, headers, json })) ?? byStatus(response)
}
