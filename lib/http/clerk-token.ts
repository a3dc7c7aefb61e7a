/*
 * Reads tokens before anybody has checked who signed them.
 */

/** Characters of the shortest that has the form of one of Clerk, however it is made up. */
const SHORTEST = 26

/** The text of one of the first two parts of a token, as the SDK decodes it. Undefined if it cannot be decoded. */
function textOf(token: string, part: 0 | 1): string | undefined {
  const parts = token.split('.', 4)
  if (parts.length !== 3) return undefined
  try {
    const text = (parts[part] ?? '').replaceAll('=', '').replaceAll('-', '+').replaceAll('_', '/')
    return new TextDecoder().decode(Uint8Array.from(atob(text), (one) => one.charCodeAt(0)))
  } catch {
    return undefined
  }
}

/** Undefined if it is not JSON. */
export function decodedPart(token: string, part: 0 | 1) {
  try {
    return JSON.parse(textOf(token, part) ?? '')
  } catch {
    return undefined
  }
}

const has = (form: RegExp, text: unknown) => typeof text === 'string' && form.test(text)

/** The SDK compares the times before it knows who signed them. */
const areClaims = (claims: unknown) =>
  typeof claims === 'object' &&
  claims !== null &&
  !Array.isArray(claims) &&
  Object.entries(claims).every(([name, value]) => !/^(iat|exp|nbf)$/.test(name) || typeof value === 'number')

/** Whether a token has the form of one that Clerk has signed. What the SDK makes of any other is printed: its header, or a mistake. */
export function isToken(token: string): boolean {
  const { typ = 'JWT', alg, kid = '-' } = decodedPart(token, 0) ?? {}
  return (
    areClaims(decodedPart(token, 1)) &&
    /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) &&
    typ === 'JWT' &&
    has(/^RS(256|384|512)$/, alg) &&
    has(/^[\w-]{1,100}$/, kid)
  )
}

/** Until when a session token is good, in milliseconds, as it says itself. */
function endOf(token: string): number | undefined {
  const exp: unknown = decodedPart(token, 1)?.exp
  return typeof exp === 'number' ? exp * 1000 : undefined
}

export const lives = (token: string, at: number) => (endOf(token) ?? 0) > at

/** The tokens in a text, in one pass, because anybody can make up a long one. */
export const tokensIn = (text: string): string[] =>
  text.split(/[^\w.-]+/).filter((piece) => piece.length >= SHORTEST && isToken(piece))

/** Whether a handshake brings a session token that has expired: for each, the SDK prints an error. */
export const isStale = (handshake: string, at: number) =>
  tokensIn(textOf(handshake, 1) ?? '').some((token) => (endOf(token) ?? at + 1) <= at)
