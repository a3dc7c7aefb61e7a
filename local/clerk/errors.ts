/** An error answer of Clerk's API. Codes, texts and statuses are those of Clerk's error catalogue. */
export class ClerkError extends Error {
  readonly status: number
  readonly code: string
  readonly longMessage: string
  readonly param: string | undefined
  readonly retryAfter: number | undefined

  constructor(
    status: number,
    code: string,
    message: string,
    options: { longMessage?: string; param?: string; retryAfter?: number } = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.longMessage = options.longMessage ?? message
    this.param = options.param
    this.retryAfter = options.retryAfter
  }

  toJSON(): Record<string, unknown> {
    const meta = this.param ? { meta: { param_name: this.param } } : {}
    return {
      errors: [{ code: this.code, message: this.message, long_message: this.longMessage, ...meta }],
      clerk_trace_id: crypto.randomUUID().replaceAll('-', ''),
    }
  }
}

export const notFound = (what: string, id: string) =>
  new ClerkError(404, 'resource_not_found', 'not found', {
    longMessage: `No ${what} was found with id ${id}`,
  })

export const invalidParam = (
  param: string,
  longMessage = `${param} is invalid`,
  code = 'form_param_value_invalid',
) => new ClerkError(422, code, 'is invalid', { longMessage, param })

export const unknownParam = (param: string) =>
  new ClerkError(422, 'form_param_unknown', 'is unknown', {
    longMessage: `${param} is not a valid parameter for this request.`,
    param,
  })

/** As Clerk names a parameter to people. */
const inWords = (param: string) => param.replaceAll('_', ' ')

export const taken = (param: string) =>
  new ClerkError(422, 'form_identifier_exists', `That ${inWords(param)} is taken. Please try another.`, {
    param,
  })

export const tooManyRequests = (retryAfter: number) =>
  new ClerkError(429, 'too_many_requests', 'Too many requests', {
    longMessage: 'Too many requests, retry later',
    retryAfter,
  })

export const invalidSecretKey = () =>
  new ClerkError(
    401,
    'clerk_key_invalid',
    'The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is correct.',
  )

export const signedOut = () =>
  new ClerkError(401, 'authentication_invalid', 'Invalid authentication', {
    longMessage: 'Unable to authenticate the request, you need to supply an active session',
  })
