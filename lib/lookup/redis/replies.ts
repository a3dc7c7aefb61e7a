/** The client takes the operation for failed, with an outcome that is unknown. */
export function unreadable(): never {
  throw new TypeError('Redis answered with another kind of reply')
}

export function check<T>(reply: unknown, is: (reply: unknown) => reply is T): T {
  return is(reply) ? reply : unreadable()
}

export const listOf = (reply: unknown, length: number): unknown[] =>
  Array.isArray(reply) && reply.length === length ? reply : unreadable()
export const isText = (reply: unknown) => typeof reply === 'string'
export const isNumber = (reply: unknown) => typeof reply === 'number'
export const isCount = (reply: unknown): reply is number => typeof reply === 'number' && reply >= 0
export const isOk = (reply: unknown) => reply === 'OK'
