/** A part of what Node publishes on one of its diagnostics channels, if it is there and is what it should be. */
export function partOf<T>(
  message: unknown,
  name: string,
  type: abstract new (...args: never[]) => T,
): T | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  const part: unknown = Reflect.get(message, name)
  return part instanceof type ? part : undefined
}
