const is401 = (value: unknown): boolean => value === 401 || value === '401'

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

/** Whether an answer is a 401: a `Response`, of whichever class, or an HTTP client's answer with a `status`. */
export const isUnauthorizedAnswer = (answer: unknown): boolean => is401(property(answer, 'status'))

/** Whether an error says HTTP 401, where the usual HTTP clients and Google's SDK put it. */
export const isUnauthorizedError = (error: unknown): boolean =>
  [
    ...['status', 'statusCode', 'code'].map((name) => property(error, name)),
    property(property(error, 'response'), 'status'),
  ].some(is401)
