import { type ErrorCode, isMistake, messageOf, type Problem, problemOf, problemWithCode } from '../errors'

/** A browser or a proxy must not keep a user's data. */
export const PRIVATE = { 'Cache-Control': 'no-store, private' }

/** What the caller can do about an error, in a few words, and the page where they can do it. */
export type Action = { label: string; href?: string; scopes?: readonly string[] }

interface Options {
  /** Instead of the code's own title and advice. */
  message?: string | undefined
  /** Instead of the code's own status. */
  status?: number
  action?: Action | undefined
  headers?: Record<string, string>
}

/** `{ error: { code, message, action? } }`: the body of every error of the kit's routes. */
function render(problem: Problem, { message, status, action, headers }: Options = {}): Response {
  const { answeredAs, code, retryAfter } = problem
  return Response.json(
    {
      error: { code: answeredAs ?? code, message: message ?? messageOf(problem), ...(action && { action }) },
    },
    {
      status: status ?? problem.status,
      headers: {
        ...PRIVATE,
        ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
        ...headers,
      },
    },
  )
}

/** The answer for a code. `retryAfter`, in seconds, becomes the header Retry-After. */
export const errorResponse = (
  code: ErrorCode,
  { retryAfter, provider, ...options }: Options & { retryAfter?: number | undefined; provider?: string } = {},
): Response => render(problemWithCode(code, { retryAfter, provider }), options)

/** The answer for an error of the kit. Rethrows any other error, which Next logs and answers with 500. */
export function knownErrorResponse(error: unknown): Response {
  const problem = problemOf(error)
  if (!problem) throw error
  // biome-ignore lint/suspicious/noConsole: Next logs only what is thrown, and this is a bug to find
  if (isMistake(problem)) console.error(error)
  return render(problem)
}
