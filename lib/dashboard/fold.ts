/** Neighbours that are equal as a reader sees them, in their order. Each group has at least one. */
export function foldNeighbors<T>(items: readonly T[], looksOf: (item: T) => unknown): T[][] {
  const groups: T[][] = []
  let last: string | undefined
  for (const item of items) {
    const looks = JSON.stringify(looksOf(item))
    if (looks === last) groups.at(-1)?.push(item)
    else groups.push([item])
    last = looks
  }
  return groups
}
