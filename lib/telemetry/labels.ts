/** Most values of one label. Further values are counted as `other`. */
const MOST = 100

/** A path with Clerk's ids replaced: `/users/:id/metadata`. */
export const withoutIds = (text: string): string =>
  text.replace(/(?<=[/ ])[a-z]+_[A-Za-z0-9]{8,}/g, ':id').slice(0, 64)

/** Makes label values of texts that somebody else may choose: without ids, short, and at most 100 different ones. */
export function createLabel() {
  const known = new Set<string>()
  return (text: string): string => {
    const label = withoutIds(text)
    if (!known.has(label) && known.size >= MOST) return 'other'
    known.add(label)
    return label
  }
}
