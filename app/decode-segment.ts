/** A segment of an address as Next gives it, percent-encoded. One that cannot be decoded is the empty text. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return ''
  }
}
