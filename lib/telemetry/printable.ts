/** A text that cannot steer a terminal, begin a line or turn the words around it around: a caller may have chosen it. */
export const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** The same for a text of several lines: these and tabs stay. */
export const printableLines = (text: string): string =>
  text
    .split(/(\n|\t)/)
    .map((part, i) => (i % 2 === 0 ? printable(part) : part))
    .join('')
