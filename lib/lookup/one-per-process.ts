const home: { [key: symbol]: Map<string, unknown> | undefined } = globalThis
const place = Symbol.for('clerk-cache-kit')

/** The one value of this name in a registry, created by the first caller. A name must always mean the same type. */
export function onePer<T>(registry: Map<string, unknown>, name: string, create: () => T): T {
  if (!registry.has(name)) registry.set(name, create())
  // The only place where the registry's unknown becomes what its creator put there.
  return registry.get(name) as T
}

/**
 * The one value of this name in this process. Next loads a module once for pages, once for route handlers and once for
 * instrumentation; every copy finds the same value here.
 */
export function onePerProcess<T>(name: string, create: () => T): T {
  home[place] ??= new Map()
  return onePer(home[place], name, create)
}
