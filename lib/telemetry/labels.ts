/** Most different values of one label; what comes after them is counted as `other`. */
const MOST = 100

/** A path without the ids in it, in the form that Clerk gives them: `/users/:id/metadata`. */
export const withoutIds = (text: string): string =>
  text.replace(/(?<=[/ ])[a-z]+_[A-Za-z0-9]{8,}/g, ':id').slice(0, 64)

/** Makes label values that cannot grow without bound, whatever they are made of: without ids, and not too many. */
export function createLabel() {
  const known = new Set<string>()
  return (text: string): string => {
    const label = withoutIds(text)
    if (!known.has(label) && known.size >= MOST) return 'other'
    known.add(label)
    return label
  }
}
