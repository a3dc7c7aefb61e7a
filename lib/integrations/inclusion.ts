import type { IncludesScope } from '../cache/tokens/scopes'

/** The names in a list with spaces or commas between them, such as a header. */
export const namesIn = (list: string | null): string[] => (list ?? '').split(/[\s,]+/).filter(Boolean)

/**
 * Whether a scope includes another, by a table of what each includes, as names with spaces between them. What an included
 * scope includes is included too.
 */
export function inclusion(table: Readonly<Record<string, string>>): IncludesScope {
  const direct = new Map(Object.entries(table).map(([scope, names]) => [scope, namesIn(names)]))
  return (granted, required) => {
    // Grows while it is read.
    const reached = new Set([granted])
    for (const scope of reached) for (const name of direct.get(scope) ?? []) reached.add(name)
    return reached.has(required)
  }
}
