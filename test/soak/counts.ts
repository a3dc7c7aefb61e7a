export type Counts = Map<string, number>

export const increment = (counts: Counts, name: string, by = 1) =>
  void counts.set(name, (counts.get(name) ?? 0) + by)

export const sum = (counts: Counts) => [...counts.values()].reduce((all, count) => all + count, 0)
